using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.TestKit;

public sealed partial class Interpreter
{
    private static double[] Product(double[] a, Shape shapeA, bool transposeA, double[] b, Shape shapeB, bool transposeB, Shape to)
    {
        var k = transposeA ? shapeA[^2] : shapeA[^1];
        var (sizeA, sizeB) = (shapeA[^2] * shapeA[^1], shapeB[^2] * shapeB[^1]);
        return Fill(to, at =>
        {
            var (batch, m, n) = (to.Rank == 3 ? at[0] : 0, at[^2], at[^1]);
            var sum = 0.0;
            for (var i = 0; i < k; i++)
            {
                var indexA = transposeA ? (i * shapeA[^1]) + m : (m * shapeA[^1]) + i;
                var indexB = transposeB ? (n * shapeB[^1]) + i : (i * shapeB[^1]) + n;
                sum += a[(batch * sizeA) + indexA] * b[(batch * sizeB) + indexB];
            }

            return sum;
        });
    }

    private static double[] Correlate(double[] x, Shape xs, double[] w, Shape ws, Shape ys, int stride, Padding padding)
    {
        var y = new double[ys.Count];
        ForEachTap(xs, ws, ys, stride, padding, (i, j, k) => y[k] += x[i] * w[j]);
        return y;
    }

    private static double[] CorrelateBack(double[] dy, Shape ys, double[] w, Shape ws, Shape xs, int stride, Padding padding)
    {
        var dx = new double[xs.Count];
        ForEachTap(xs, ws, ys, stride, padding, (i, j, k) => dx[i] += dy[k] * w[j]);
        return dx;
    }

    private static double[] CorrelateWeight(double[] x, Shape xs, double[] dy, Shape ys, Shape ws, int stride, Padding padding)
    {
        var dw = new double[ws.Count];
        ForEachTap(xs, ws, ys, stride, padding, (i, j, k) => dw[j] += dy[k] * x[i]);
        return dw;
    }

    // Every product that a convolution sums: flat places in the picture, in the weight and in the result.
    private static void ForEachTap(Shape xs, Shape ws, Shape ys, int stride, Padding padding, Action<int, int, int> tap)
    {
        for (var n = 0; n < ys[0]; n++)
            for (var row = 0; row < ys[1]; row++)
                for (var column = 0; column < ys[2]; column++)
                    for (var i = 0; i < ws[0]; i++)
                        for (var j = 0; j < ws[1]; j++)
                        {
                            var (fromRow, fromColumn) = ((row * stride) + i - padding.Top, (column * stride) + j - padding.Left);
                            if (fromRow < 0 || fromRow >= xs[1] || fromColumn < 0 || fromColumn >= xs[2]) continue;
                            for (var ci = 0; ci < ws[2]; ci++)
                                for (var co = 0; co < ws[3]; co++)
                                    tap(Flat(xs, n, fromRow, fromColumn, ci), Flat(ws, i, j, ci, co), Flat(ys, n, row, column, co));
                        }
    }

    private static double[] Repeat(double[] x, Shape from, Shape to, int factor) =>
        Fill(to, at => x[Flat(from, at[0], at[1] / factor, at[2] / factor, at[3])]);

    private static double[] Pool(double[] x, Shape from, Shape to, int factor, double scale)
    {
        var y = new double[to.Count];
        for (var i = 0; i < x.Length; i++)
        {
            var at = Coordinates(i, from);
            y[Flat(to, at[0], at[1] / factor, at[2] / factor, at[3])] += scale * x[i];
        }

        return y;
    }

    private static double[] Gather(double[] table, double[] indices, int width)
    {
        var rows = new double[indices.Length * width];
        for (var i = 0; i < rows.Length; i++) rows[i] = table[((int)indices[i / width] * width) + (i % width)];
        return rows;
    }

    private static double[] Scatter(double[] dy, double[] indices, Shape table)
    {
        var sums = new double[table.Count];
        for (var i = 0; i < dy.Length; i++) sums[((int)indices[i / table[1]] * table[1]) + (i % table[1])] += dy[i];
        return sums;
    }
}

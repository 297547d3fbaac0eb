using DiffusionSharp.Tensors;

namespace DiffusionSharp.TestKit;

public sealed partial class Interpreter
{
    private static double[] Stretch(double[] x, Shape from, Shape to) => Fill(to, at =>
    {
        var source = new int[from.Rank];
        for (var i = 1; i <= from.Rank; i++) source[^i] = from[^i] == 1 ? 0 : at[^i];
        return x[Flat(from, source)];
    });

    private static double[] Permute(double[] x, Shape from, Shape to, Shape permutation) => Fill(to, at =>
    {
        var source = new int[from.Rank];
        for (var i = 0; i < from.Rank; i++) source[permutation[i]] = at[i];
        return x[Flat(from, source)];
    });

    private static double[] Part(double[] x, Shape from, Shape to, int axis, int start) => Fill(to, at =>
    {
        at[axis] += start;
        return x[Flat(from, at)];
    });

    private static double[] Padded(double[] x, Shape from, Shape to, int axis, int before) => Fill(to, at =>
    {
        at[axis] -= before;
        return at[axis] >= 0 && at[axis] < from[axis] ? x[Flat(from, at)] : 0;
    });

    private static double[] Joined(double[][] x, Shape[] shapes, Shape to, int axis) => Fill(to, at =>
    {
        var part = 0;
        while (at[axis] >= shapes[part][axis]) at[axis] -= shapes[part++][axis];
        return x[part][Flat(shapes[part], at)];
    });

    private static double[] Reduced(double[] x, Shape from, Shape to, int axis, int count, double start, Func<double, double, double> combine, double scale)
    {
        var result = new double[to.Count];
        Array.Fill(result, start);
        for (var i = 0; i < x.Length; i++)
        {
            var at = Coordinates(i, from);
            var target = Flat(to, [.. at[..axis], .. at[(axis + count)..]]);
            result[target] = combine(result[target], x[i]);
        }

        for (var i = 0; i < result.Length; i++) result[i] *= scale;
        return result;
    }
}

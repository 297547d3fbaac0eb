using DiffusionSharp.Tensors;

namespace DiffusionSharp.TestKit;

public sealed partial class Interpreter
{
    private static double[] Rows(double[] x, Shape shape)
    {
        var width = shape[^1];
        var y = new double[x.Length];
        for (var row = 0; row < x.Length; row += width)
        {
            var largest = x[row..(row + width)].Max();
            var total = 0.0;
            for (var i = row; i < row + width; i++) total += y[i] = Math.Exp(x[i] - largest);
            for (var i = row; i < row + width; i++) y[i] /= total;
        }

        return y;
    }

    // Sample and group of a flat place, among N · G.
    private static int Group(int flat, Shape shape, int groups)
    {
        var c = shape[^1];
        var sample = flat / (shape.Count / shape[0]);
        return (sample * groups) + (flat % c / (c / groups));
    }

    // The mean of a quantity over each group of each sample.
    private static double[] GroupMeans(double[] values, Shape shape, int groups)
    {
        var means = new double[shape[0] * groups];
        for (var i = 0; i < values.Length; i++) means[Group(i, shape, groups)] += values[i];
        for (var g = 0; g < means.Length; g++) means[g] /= values.Length / means.Length;
        return means;
    }

    private static double[] Statistics(double[] x, Shape shape, int groups, double epsilon)
    {
        var mean = GroupMeans(x, shape, groups);
        var variance = GroupMeans([.. x.Select((v, i) => Math.Pow(v - mean[Group(i, shape, groups)], 2))], shape, groups);
        var result = new double[2 * mean.Length];
        for (var g = 0; g < mean.Length; g++) (result[2 * g], result[(2 * g) + 1]) = (mean[g], 1 / Math.Sqrt(variance[g] + epsilon));
        return result;
    }

    private static double[] Standardised(double[] x, double[] statistics, Shape shape, int groups)
    {
        var result = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            var g = Group(i, shape, groups);
            result[i] = (x[i] - statistics[2 * g]) * statistics[(2 * g) + 1];
        }

        return result;
    }

    // operands: x, statistics, γ, β.
    private static double[] Normalise(double[][] operands, Shape shape, int groups, bool silu)
    {
        var (gamma, beta, c) = (operands[2], operands[3], shape[^1]);
        var y = Standardised(operands[0], operands[1], shape, groups);
        for (var i = 0; i < y.Length; i++)
        {
            var z = (y[i] * gamma[i % c]) + beta[i % c];
            y[i] = silu ? z * Sigmoid(z) : z;
        }

        return y;
    }

    // The adjoint before SiLU; operands: x, statistics, γ, β, dy.
    private static double[] BeforeSilu(double[][] operands, double[] standardised, int c, bool silu)
    {
        var (gamma, beta, dy) = (operands[2], operands[3], operands[4]);
        return [.. dy.Select((d, i) => silu ? d * SiluSlope((standardised[i] * gamma[i % c]) + beta[i % c]) : d)];
    }

    private static double[] NormaliseSums(double[][] operands, Shape shape, int groups, bool silu)
    {
        var (c, sample) = (shape[^1], shape.Count / shape[0]);
        var xHat = Standardised(operands[0], operands[1], shape, groups);
        var dz = BeforeSilu(operands, xHat, c, silu);
        var sums = new double[shape[0] * c * 2];
        for (var i = 0; i < dz.Length; i++)
        {
            var at = (i / sample * 2 * c) + (i % c);
            sums[at] += dz[i];
            sums[at + c] += dz[i] * xHat[i];
        }

        return sums;
    }

    // dx = (dx̂ − mean dx̂ − x̂ · mean(dx̂ · x̂)) / std: from dy itself, so that the sums given are held to it too.
    private static double[] NormaliseBack(double[][] operands, Shape shape, int groups, bool silu)
    {
        var (statistics, gamma, c) = (operands[1], operands[2], shape[^1]);
        var xHat = Standardised(operands[0], statistics, shape, groups);
        var d = BeforeSilu(operands, xHat, c, silu);
        for (var i = 0; i < d.Length; i++) d[i] *= gamma[i % c];
        var mean = GroupMeans(d, shape, groups);
        var along = GroupMeans([.. d.Select((v, i) => v * xHat[i])], shape, groups);
        var dx = new double[d.Length];
        for (var i = 0; i < dx.Length; i++)
        {
            var g = Group(i, shape, groups);
            dx[i] = (d[i] - mean[g] - (xHat[i] * along[g])) * statistics[(2 * g) + 1];
        }

        return dx;
    }
}

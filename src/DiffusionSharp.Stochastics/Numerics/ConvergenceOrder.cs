using DiffusionSharp.Statistics;

namespace DiffusionSharp.Stochastics.Numerics;

/// <summary>The order of accuracy that errors show: p of error ≈ C hᵖ.</summary>
public static class ConvergenceOrder
{
    /// <summary>The slope of ln error over ln h by least squares.</summary>
    /// <param name="steps">Step sizes h, positive, at least two different ones.</param>
    /// <param name="errors">The error at each, positive.</param>
    /// <exception cref="ArgumentException">The lists differ in length, are too short, or hold a number that is not positive.</exception>
    public static double Of(IReadOnlyList<double> steps, IReadOnlyList<double> errors)
    {
        if (steps.Count != errors.Count || steps.Count < 2)
            throw new ArgumentException(
                $"ConvergenceOrder: {steps.Count} step sizes and {errors.Count} errors; as many of each, and two or more, are needed.",
                nameof(errors));
        if (!steps.Concat(errors).All(v => v > 0 && double.IsFinite(v)))
            throw new ArgumentException("ConvergenceOrder: step sizes and errors must be positive numbers.", nameof(errors));
        var (x, y) = (steps.Select(h => Math.Log(h)).ToArray(), errors.Select(e => Math.Log(e)).ToArray());
        var (meanX, meanY) = (x.Average(), y.Average());
        var spread = x.Sum(v => (v - meanX) * (v - meanX));
        if (!(spread > 0)) throw new ArgumentException("ConvergenceOrder: all step sizes are the same; at least two must differ.", nameof(steps));
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / spread;
    }

    /// <summary>The slope where each error is a mean over paths that all step sizes share, with the standard error that chance leaves in it.</summary>
    /// <remarks>
    /// The slope is a sum Σ_l c_l ln m_l of logarithms of means; to first order its error is that of the mean over paths of Σ_l c_l v_l/m_l,
    /// in which what the step sizes have in common cancels.
    /// </remarks>
    /// <param name="steps">Step sizes h, positive, at least two different ones.</param>
    /// <param name="values">For each step size a positive value of every path.</param>
    /// <exception cref="ArgumentException">The lists differ in length, are too short, or a mean is not positive.</exception>
    public static Measurement OfMeans(IReadOnlyList<double> steps, IReadOnlyList<double[]> values)
    {
        double[] x = [.. steps.Select(h => Math.Log(h))], means = [.. values.Select(v => v.Average())];
        var slope = Of(steps, means);
        var middle = x.Average();
        var spread = x.Sum(v => (v - middle) * (v - middle));
        double[] influence = [.. values[0].Select((_, k) => x.Select((v, l) => (v - middle) / spread * values[l][k] / means[l]).Sum())];
        return Measurement.OfMean(influence) with { Value = slope };
    }
}

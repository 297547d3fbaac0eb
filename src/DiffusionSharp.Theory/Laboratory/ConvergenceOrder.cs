namespace DiffusionSharp.Theory.Laboratory;

/// <summary>The order of accuracy that errors show: p of error ≈ C hᵖ.</summary>
public static class ConvergenceOrder
{
    /// <summary>The slope of ln error over ln h by least squares.</summary>
    /// <param name="steps">Step sizes h, positive, at least two different ones.</param>
    /// <param name="errors">The error at each, positive.</param>
    /// <exception cref="ArgumentException">The lists differ in length, are too short, or hold a number that is not positive.</exception>
    public static double Of(IReadOnlyList<double> steps, IReadOnlyList<double> errors)
    {
        if (steps.Count != errors.Count || steps.Count < 2) throw new ArgumentException($"ConvergenceOrder: {steps.Count} step sizes and {errors.Count} errors; as many of each, and two or more, are needed.", nameof(errors));
        if (!steps.Concat(errors).All(v => v > 0 && double.IsFinite(v))) throw new ArgumentException("ConvergenceOrder: step sizes and errors must be positive numbers.", nameof(errors));
        var (x, y) = (steps.Select(h => Math.Log(h)).ToArray(), errors.Select(e => Math.Log(e)).ToArray());
        var (meanX, meanY) = (x.Average(), y.Average());
        var spread = x.Sum(v => (v - meanX) * (v - meanX));
        if (!(spread > 0)) throw new ArgumentException("ConvergenceOrder: all step sizes are the same; at least two must differ.", nameof(steps));
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / spread;
    }
}

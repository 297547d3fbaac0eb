using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>Two Gaussians far apart, of weights 0.8 and 0.2: whether a sampler finds how often each is right, and not only where they are.</summary>
/// <remarks>
/// 4/5 N((5, 5), I) + 1/5 N((−5, −5), I) of Song and Ermon 2019, arXiv:1907.05600, section 3.2.2 and figure 3, moved and scaled to mean 0
/// and variance 1: the mean (3, 3) is taken away and 17, the variance along each axis, divided out.
/// </remarks>
public static class TwoModes
{
    /// <summary>Weight of the first mode, label 0; the second has the rest.</summary>
    public const double Weight = 0.8;

    /// <summary>Standard deviation of each mode, along each axis.</summary>
    public static double Sigma { get; } = 1 / Math.Sqrt(17);

    /// <summary>The centres; a sample's label is the index of its mode.</summary>
    public static IReadOnlyList<(double X, double Y)> Modes { get; } = [(2 * Sigma, 2 * Sigma), (-8 * Sigma, -8 * Sigma)];

    /// <summary>The share of points that lie nearer to the first mode than to the second.</summary>
    /// <param name="points">[N, 2], at least one, all finite: a point that is no number lies at no mode.</param>
    /// <exception cref="ArgumentException">The points are not [N, 2] or not finite, or there is none.</exception>
    public static double ShareOfFirst(Tensor points)
    {
        if (points.Shape.Rank != 2 || points.Shape[1] != 2 || points.Samples == 0)
            throw new ArgumentException($"TwoModes: points [N, 2] were expected, {points.Shape} came.", nameof(points));
        const string mend = "count those of the dynamics that ran away by themselves";
        if (!points.IsFinite())
            throw new ArgumentException($"TwoModes: finite points were expected, and some are not; {mend}.", nameof(points));
        var first = 0;
        for (var k = 0; k < points.Samples; k++) first += points.Sample(k)[0] + points.Sample(k)[1] > -6 * Sigma ? 1 : 0;
        return (double)first / points.Samples;
    }

    internal static (double X, double Y, int Class) Draw(RandomSequence random)
    {
        var mode = random.Uniform() < Weight ? 0 : 1;
        var (x, y) = Modes[mode];
        return (x + (Sigma * random.Normal()), y + (Sigma * random.Normal()), mode);
    }
}

using DiffusionSharp.Stochastics.Numerics;

namespace DiffusionSharp.Stochastics.Laws;

/// <summary>The law of a Markov chain on the line whose steps are normal: its density on a grid, carried from step to step without a sample.</summary>
/// <remarks>
/// <code>
/// p′(x′) = ∫ N(x′; μ(x), v) p(x) dx
/// </code>
/// by the trapezoid rule in x, where the kernel is √v/|μ′| wide: its error falls as e^(−2π² r²) with r = √v/(h |μ′|), the points of the grid in
/// that width. Two points leave 1e-34, one 3e-9. A step that stretches, |μ′| above 1, needs a finer grid than its noise alone, and so does a
/// law that is narrower than the kernel.
/// </remarks>
public sealed class ChainLaw
{
    // Beyond this many deviations a normal density is below 1e-18 of its peak.
    private const double Reach = 9.2;

    private ChainLaw(double[] points, double[] densities) => (Points, Densities) = (points, densities);

    /// <summary>The points of the grid, equally spaced.</summary>
    public IReadOnlyList<double> Points { get; }

    /// <summary>The density at each point.</summary>
    public IReadOnlyList<double> Densities { get; }

    private double Spacing => (Points[^1] - Points[0]) / (Points.Count - 1);

    /// <summary>The law with a given density.</summary>
    /// <param name="density">The density; it should have died away at both ends.</param>
    /// <param name="low">The first point.</param>
    /// <param name="high">The last point.</param>
    /// <param name="count">How many points, at least 2.</param>
    /// <exception cref="ArgumentException">The range is empty or has too few points.</exception>
    public static ChainLaw Of(Func<double, double> density, double low, double high, int count)
    {
        if (!(low < high && count >= 2)) throw new ArgumentException(FormattableString.Invariant($"ChainLaw: two points or more between a lower and a higher end were expected, {count} between {low} and {high} came."), nameof(count));
        var points = Quadrature.Points(low, high, count);
        return new ChainLaw(points, Array.ConvertAll(points, p => density(p)));
    }

    /// <summary>The law after a step x′ ~ N(μ(x), v).</summary>
    /// <param name="mean">μ, the mean of the step from x.</param>
    /// <param name="variance">v, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The variance is not positive; a step without noise has no kernel to sum over.</exception>
    public ChainLaw Step(Func<double, double> mean, double variance)
    {
        if (!(variance > 0)) throw new ArgumentOutOfRangeException(nameof(variance), variance, "ChainLaw: a step with noise was expected; take the expectation of a function of μ(x) instead.");
        var (h, n) = (Spacing, Points.Count);
        var next = new double[n];
        var peak = h / Math.Sqrt(2 * Math.PI * variance);
        var reach = (int)Math.Ceiling(Reach * Math.Sqrt(variance) / h);
        var shrink = Math.Exp(-h * h / variance);
        for (var i = 0; i < n; i++)
        {
            if (Densities[i] == 0) continue;
            var mu = mean(Points[i]);
            var centre = (int)Math.Clamp(Math.Round((mu - Points[0]) / h), -1e6, 1e6 + n);
            var u = Points[0] + (centre * h) - mu;
            var weight = Densities[i] * peak * Math.Exp(-u * u / (2 * variance));
            if (centre >= 0 && centre < n) next[centre] += weight;

            // From one point of the grid to the next the density changes by a factor, and that factor by another that is constant: no exponential.
            var (g, ratio) = (weight, Math.Exp(-((2 * u) + h) * h / (2 * variance)));
            for (var j = centre + 1; j <= Math.Min(centre + reach, n - 1); j++, ratio *= shrink)
            {
                g *= ratio;
                if (j >= 0) next[j] += g;
            }

            (g, ratio) = (weight, Math.Exp(-(h - (2 * u)) * h / (2 * variance)));
            for (var j = centre - 1; j >= Math.Max(centre - reach, 0); j--, ratio *= shrink)
            {
                g *= ratio;
                if (j < n) next[j] += g;
            }
        }

        return new ChainLaw([.. Points], next);
    }

    /// <summary>E[f(x)].</summary>
    /// <param name="f">Any function.</param>
    public double Expectation(Func<double, double> f)
    {
        var sum = 0.0;
        for (var i = 0; i < Points.Count; i++) sum += Densities[i] * f(Points[i]);
        return sum * Spacing;
    }

    /// <summary>P(x ≤ each point of the grid).</summary>
    /// <remarks>The trapezoid sum with its first correction at the moving end, −h²/12 p′: an error of order 4.</remarks>
    public double[] Cumulative()
    {
        var (h, n) = (Spacing, Points.Count);
        var cumulative = new double[n];
        var sum = 0.0;
        for (var i = 0; i < n; i++)
        {
            var slope = i == 0 || i == n - 1 ? 0 : (Densities[i + 1] - Densities[i - 1]) / 2;
            cumulative[i] = (h * (sum + (Densities[i] / 2))) - (h * slope / 12);
            sum += Densities[i];
        }

        return cumulative;
    }
}

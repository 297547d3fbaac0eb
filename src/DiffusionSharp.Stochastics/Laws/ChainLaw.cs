using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Laws;

/// <summary>The law of a Markov chain on the line whose steps are normal: its density on a grid, carried from step to step without a sample.</summary>
/// <remarks>
/// <code>
/// p′(x′) = ∫ N(x′; μ(x), v(x)) p(x) dx
/// </code>
/// by the trapezoid rule in x, where the kernel is √v/|μ′| wide: its error falls as e^(−2π² r²) with r = √v/(h |μ′|), the points of the grid in
/// that width (Trefethen and Weideman 2014, "The exponentially convergent trapezoidal rule"). Two points leave 1e-34, one 3e-9. A step that
/// stretches, |μ′| above 1, needs a finer grid than its noise alone, and so does a law that is narrower than the kernel.
/// </remarks>
public sealed class ChainLaw
{
    // Deviations of a step that its kernel is followed for; beyond them it is below 1e-15 of its peak, 2e-18 and 4e-19.
    private const double Near = 8, Far = 9, Farthest = 9.2;

    // Of a step onto a grid of its own.
    private const double PointsPerDeviation = 2;

    private readonly double[] points, densities;

    private ChainLaw(double[] points, double spacing, double[] densities) => (this.points, Spacing, this.densities) = (points, spacing, densities);

    /// <summary>The points of the grid, equally spaced.</summary>
    public IReadOnlyList<double> Points => points;

    /// <summary>The density at each point, per unit of x.</summary>
    public IReadOnlyList<double> Densities => densities;

    /// <summary>h, from one point to the next.</summary>
    public double Spacing { get; }

    /// <summary>The law with a given density, on as many points as are wanted.</summary>
    /// <param name="density">The density, per unit of x; it should have died away at both ends.</param>
    /// <param name="low">The first point.</param>
    /// <param name="high">The last point, above the first.</param>
    /// <param name="count">How many points, at least 2.</param>
    /// <exception cref="ArgumentException">The range is empty or has too few points.</exception>
    public static ChainLaw Of(Func<double, double> density, double low, double high, int count)
    {
        if (!(low < high && count >= 2))
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"ChainLaw: two points or more between a lower and a higher end were expected, {count} between {low} and {high} came."),
                nameof(count));
        var points = Quadrature.Points(low, high, count);
        return new ChainLaw(points, (points[^1] - points[0]) / (count - 1), Array.ConvertAll(points, p => density(p)));
    }

    /// <summary>The law with a given density, on points as far apart as is wanted.</summary>
    /// <param name="density">The density, per unit of x; it should have died away at both ends.</param>
    /// <param name="low">The first point.</param>
    /// <param name="high">Where the grid ends: its last point is this one or the next above it.</param>
    /// <param name="spacing">h, from one point to the next, above 0.</param>
    /// <exception cref="ArgumentException">The range is empty, or the spacing is not positive.</exception>
    public static ChainLaw Spaced(Func<double, double> density, double low, double high, double spacing)
    {
        var points = SpacedPoints(low, high, spacing);
        return new ChainLaw(points, spacing, Array.ConvertAll(points, p => density(p)));
    }

    /// <summary>The law after a step x′ ~ N(μ(x), v), on the same points.</summary>
    /// <remarks>The quick one: with one variance no exponential is taken for a pair of points.</remarks>
    /// <param name="mean">μ, the mean of the step from x.</param>
    /// <param name="variance">v, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The variance is not positive; a step without noise has no kernel to sum over.</exception>
    public ChainLaw Step(Func<double, double> mean, double variance)
    {
        if (!(variance > 0))
            throw new ArgumentOutOfRangeException(
                nameof(variance),
                variance,
                "ChainLaw: a step with noise was expected; take the expectation of a function of μ(x) instead.");
        var (h, n) = (Spacing, points.Length);
        var next = new double[n];
        var peak = h / Math.Sqrt(2 * Math.PI * variance);
        var reach = (int)Math.Ceiling(Farthest * Math.Sqrt(variance) / h);
        var shrink = Math.Exp(-h * h / variance);
        for (var i = 0; i < n; i++)
        {
            if (densities[i] == 0) continue;
            var mu = mean(points[i]);
            var centre = (int)Math.Clamp(Math.Round((mu - points[0]) / h), -1e6, 1e6 + n);
            var u = points[0] + (centre * h) - mu;
            var weight = densities[i] * peak * Math.Exp(-u * u / (2 * variance));
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

        return new ChainLaw(points, h, next);
    }

    /// <summary>The law after a step from each point to a normal law of its own, on the same points.</summary>
    /// <param name="means">μ at each point.</param>
    /// <param name="variances">v at each point, above 0.</param>
    /// <param name="parallelism">Threads; the result does not depend on them.</param>
    /// <exception cref="ArgumentException">There is not one of each for every point.</exception>
    public ChainLaw Step(IReadOnlyList<double> means, IReadOnlyList<double> variances, Parallelism parallelism)
    {
        if (means.Count != points.Length || variances.Count != points.Length)
            throw new ArgumentException(
                $"ChainLaw: {means.Count} means and {variances.Count} variances came for {points.Length} points; one of each a point is needed.",
                nameof(variances));
        var kernels = new NormalKernel[points.Length];
        for (var i = 0; i < kernels.Length; i++)
        {
            // With the points beside its reach, so that a kernel narrower than a cell still falls on some.
            var reach = (Far * Math.Sqrt(variances[i])) + Spacing;
            var kernel = NormalKernel.OfVariance(means[i], variances[i]).Within(points[0], Spacing, points.Length, reach);
            kernels[i] = kernel with { Peak = densities[i] * Spacing / Math.Sqrt(2 * Math.PI * variances[i]) };
        }

        return new ChainLaw(points, Spacing, NormalKernel.Sum(kernels, points, parallelism));
    }

    /// <summary>The law after equal steps x′ ~ N(μ(x), d²), on a grid of its own that is two points a deviation fine.</summary>
    /// <param name="mean">μ, the mean of a step from x.</param>
    /// <param name="deviation">d, the standard deviation of a step's noise, above 0.</param>
    /// <param name="steps">How many, at least 1.</param>
    /// <param name="ends">The range that holds all of the law from now on.</param>
    /// <exception cref="ArgumentException">The range is empty, or the deviation is not positive.</exception>
    public ChainLaw After(Func<double, double> mean, double deviation, int steps, (double Low, double High) ends)
    {
        const double least = 1e-30; // a mass that changes nothing
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var fine = deviation / PointsPerDeviation;
        var grid = SpacedPoints(ends.Low, ends.High, fine);
        var law = this;
        double[] means = [];
        for (var n = 0; n < steps; n++)
        {
            // The first step goes from the grid of the law before to its own.
            if (n < 2) means = Array.ConvertAll(law.points, x => mean(x));
            var kernels = new List<NormalKernel>(law.points.Length);
            for (var i = 0; i < means.Length; i++)
            {
                var peak = law.densities[i] * law.Spacing / (deviation * Math.Sqrt(2 * Math.PI));
                if (peak >= least)
                    kernels.Add(NormalKernel.OfDeviation(means[i], deviation).Within(grid[0], fine, grid.Length, Near * deviation) with { Peak = peak });
            }

            law = new ChainLaw(grid, fine, NormalKernel.Sum([.. kernels], grid, Parallelism.Single));
        }

        return law;
    }

    /// <summary>∫ f p over all of the line, or over x from one place up to another; these lie where next to nothing is.</summary>
    /// <param name="f">Any function.</param>
    /// <param name="from">The least x that counts.</param>
    /// <param name="to">The least x above that does not.</param>
    public double Expectation(Func<double, double> f, double from = double.NegativeInfinity, double to = double.PositiveInfinity)
    {
        var sum = 0.0;
        for (var i = 0; i < points.Length; i++)
            if (points[i] >= from && points[i] < to) sum += densities[i] * f(points[i]);
        return sum * Spacing;
    }

    /// <summary>P(x ≤ each point of the grid).</summary>
    /// <remarks>The trapezoid sum with its first correction at the moving end, −h²/12 p′: an error of order 4.</remarks>
    public double[] Cumulative()
    {
        var (h, n) = (Spacing, points.Length);
        var cumulative = new double[n];
        var sum = 0.0;
        for (var i = 0; i < n; i++)
        {
            var slope = i == 0 || i == n - 1 ? 0 : (densities[i + 1] - densities[i - 1]) / 2;
            cumulative[i] = (h * (sum + (densities[i] / 2))) - (h * slope / 12);
            sum += densities[i];
        }

        return cumulative;
    }

    private static double[] SpacedPoints(double low, double high, double spacing)
    {
        if (!(low < high && spacing > 0 && double.IsFinite(high - low)))
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"ChainLaw: points more than 0 apart between a lower and a higher end were expected, {spacing} apart between {low} and {high} came."),
                nameof(spacing));
        var points = new double[(int)Math.Ceiling((high - low) / spacing) + 1];
        for (var i = 0; i < points.Length; i++) points[i] = low + (i * spacing);
        return points;
    }
}

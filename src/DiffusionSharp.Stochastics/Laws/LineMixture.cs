using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Laws;

/// <summary>A mixture of normals on the line, at every noise level with its density, score, distribution function and therefore its probability flow.</summary>
/// <remarks>
/// <code>
/// p_t(x) = Σ w_k N(x; α m_k, α² s_k² + σ²)       F_t(x) = Σ w_k Φ((x − α m_k)/√(α² s_k² + σ²))
/// score: −Σ r_k(x) (x − α m_k)/(α² s_k² + σ²)       flow from t to s: x_s = F_s⁻¹(F_t(x_t))
/// </code>
/// A flow on the line cannot change the order of its points, so it keeps each point's quantile: its solution is known without solving it.
/// Written out in one dimension, apart from <see cref="GaussianMixture"/>, so that the two can be held against each other.
/// </remarks>
public sealed class LineMixture
{
    private readonly (double Weight, double Mean, double Deviation)[] components;

    /// <summary>Makes a mixture.</summary>
    /// <param name="components">Weights that sum to 1, means, standard deviations above 0.</param>
    /// <exception cref="ArgumentException">There is no component, a deviation is not positive, or the weights are not shares of 1.</exception>
    public LineMixture(params (double Weight, double Mean, double Deviation)[] components)
    {
        if (!(components.Length > 0 && components.All(c => c.Weight > 0 && c.Deviation > 0) && Math.Abs(components.Sum(c => c.Weight) - 1) < 1e-12))
            throw new ArgumentException("LineMixture: components with positive deviations were expected, and weights above 0 that sum to 1.", nameof(components));
        this.components = [.. components];
        Mixture = GaussianMixture.Isotropic(
            [.. components.Select(c => c.Weight)],
            new Tensor([components.Length, 1], [.. components.Select(c => c.Mean)]),
            [.. components.Select(c => c.Deviation * c.Deviation)]);
    }

    /// <summary>The same law as the library's own type.</summary>
    public GaussianMixture Mixture { get; }

    /// <summary>The library's exact denoiser of it.</summary>
    public Denoiser Denoiser => new GaussianMixtureDenoiser(Mixture);

    /// <summary>p_t(x), per unit of x.</summary>
    /// <param name="x">Where.</param>
    /// <param name="level">At which level.</param>
    public double Density(double x, NoiseLevel level)
    {
        var sum = 0.0;
        foreach (var (w, m, s) in components)
        {
            var variance = Variance(s, level);
            var u = x - (level.Alpha * m);
            sum += w * Math.Exp(-u * u / (2 * variance)) / Math.Sqrt(2 * Math.PI * variance);
        }

        return sum;
    }

    /// <summary>F_t(x), the share of the law below x.</summary>
    /// <inheritdoc cref="Density"/>
    public double Cumulative(double x, NoiseLevel level)
    {
        var sum = 0.0;
        foreach (var (w, m, s) in components) sum += w * NormalLaw.Cumulative((x - (level.Alpha * m)) / Math.Sqrt(Variance(s, level)));
        return sum;
    }

    /// <summary>F_t⁻¹(q), by halving an interval.</summary>
    /// <param name="q">The share below, in (0, 1).</param>
    /// <param name="level">At which level.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public double Quantile(double q, NoiseLevel level)
    {
        if (!(q > 0 && q < 1)) throw new ArgumentOutOfRangeException(nameof(q), q, "LineMixture: a share between 0 and 1 was expected.");
        var (low, high) = (components.Min(c => (level.Alpha * c.Mean) - (40 * Math.Sqrt(Variance(c.Deviation, level)))), components.Max(c => (level.Alpha * c.Mean) + (40 * Math.Sqrt(Variance(c.Deviation, level)))));
        while (true)
        {
            var middle = (low + high) / 2;
            if (middle <= low || middle >= high) return middle;
            if (Cumulative(middle, level) < q) low = middle;
            else high = middle;
        }
    }

    /// <summary>Where the probability flow takes a point: its quantile stays. For points within about eight deviations of the law, beyond which F rounds to 0 or 1.</summary>
    /// <param name="x">The point at <paramref name="from"/>.</param>
    /// <param name="from">Where it starts.</param>
    /// <param name="to">Where it ends.</param>
    public double Flow(double x, NoiseLevel from, NoiseLevel to) => Quantile(Cumulative(x, from), to);

    /// <summary>∂ ln p_t/∂x; also far out, where the density underflows.</summary>
    /// <param name="x">The noisy value.</param>
    /// <param name="level">Its level.</param>
    public double Score(double x, NoiseLevel level) => Expected(x, level, (c, u, variance) => -u / variance);

    /// <summary>E[x₀ | x_t = x].</summary>
    /// <param name="x">The noisy value.</param>
    /// <param name="level">Its level.</param>
    public double Denoise(double x, NoiseLevel level) => Expected(x, level, (c, u, variance) => c.Mean + (level.Alpha * c.Deviation * c.Deviation / variance * u));

    // The mean of a quantity over the components that x may come from; weights are relative to the nearest, so that far out one is left.
    private double Expected(double x, NoiseLevel level, Func<(double Weight, double Mean, double Deviation), double, double, double> of)
    {
        var nearest = double.PositiveInfinity;
        foreach (var (_, m, s) in components) nearest = Math.Min(nearest, Square(x - (level.Alpha * m)) / (2 * Variance(s, level)));
        double numerator = 0, denominator = 0;
        foreach (var c in components)
        {
            var (u, variance) = (x - (level.Alpha * c.Mean), Variance(c.Deviation, level));
            var r = c.Weight * Math.Exp(nearest - (u * u / (2 * variance))) / Math.Sqrt(variance);
            numerator += r * of(c, u, variance);
            denominator += r;
        }

        return numerator / denominator;
    }

    private static double Square(double x) => x * x;

    private static double Variance(double deviation, NoiseLevel level) => Square(level.Alpha * deviation) + Square(level.Sigma);
}

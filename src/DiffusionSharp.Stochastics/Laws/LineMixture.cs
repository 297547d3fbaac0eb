using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using static DiffusionSharp.Stochastics.Numerics.Powers;

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

    // Where all components have one variance it is taken out of the sums, as it is given.
    private readonly double? common;

    /// <summary>Makes a mixture.</summary>
    /// <param name="components">Weights that sum to 1, means, standard deviations above 0.</param>
    /// <exception cref="ArgumentException">There is no component, a deviation is not positive, or the weights are not shares of 1.</exception>
    public LineMixture(params (double Weight, double Mean, double Deviation)[] components)
        : this(components, common: null)
    {
    }

    private LineMixture((double Weight, double Mean, double Deviation)[] components, double? common)
    {
        if (!(components.Length > 0 && components.All(c => c.Weight > 0 && c.Deviation > 0) && Math.Abs(components.Sum(c => c.Weight) - 1) < 1e-12))
            throw new ArgumentException(
                "LineMixture: components with positive deviations were expected, and weights above 0 that sum to 1.",
                nameof(components));
        (this.components, this.common) = ([.. components], common);
        Components = [.. components.Select(c => (c.Weight, c.Mean, Variance(c.Deviation, Clean)))];
        Mixture = GaussianMixture.Isotropic(
            [.. Components.Select(c => c.Weight)],
            new Tensor([components.Length, 1], [.. Components.Select(c => c.Mean)]),
            [.. Components.Select(c => c.Variance)]);
    }

    /// <summary>The components as they are without noise, in the order given.</summary>
    public IReadOnlyList<(double Weight, double Mean, double Variance)> Components { get; }

    /// <summary>The same law as the library's own type.</summary>
    public GaussianMixture Mixture { get; }

    /// <summary>The library's exact denoiser of it.</summary>
    public Denoiser Denoiser => new GaussianMixtureDenoiser(Mixture);

    private static NoiseLevel Clean => new(0, 1, 0);

    /// <summary>A mixture whose components all have one variance.</summary>
    /// <param name="weights">Above 0 and of sum 1, one a component.</param>
    /// <param name="means">As many.</param>
    /// <param name="variance">Of every component, above 0.</param>
    /// <exception cref="ArgumentException">There is no component, the variance is not positive, or the weights are not shares of 1.</exception>
    public static LineMixture OfVariance(IReadOnlyList<double> weights, IReadOnlyList<double> means, double variance) =>
        new([.. weights.Zip(means, (w, m) => (w, m, Math.Sqrt(variance)))], variance);

    /// <summary>The law of x + σ ε, ε standard normal.</summary>
    /// <param name="sigma">σ, at least 0, in units of x.</param>
    public LineMixture Noised(double sigma) => common is { } variance
        ? OfVariance([.. components.Select(c => c.Weight)], [.. components.Select(c => c.Mean)], variance + (sigma * sigma))
        : new([.. components.Select(c => (c.Weight, c.Mean, Math.Sqrt(Square(c.Deviation) + Square(sigma))))]);

    /// <summary>A draw of the law without noise.</summary>
    /// <param name="rng">The stream.</param>
    /// <param name="index">Which draw of the stream, from 0.</param>
    public double Draw(Rng rng, int index)
    {
        var (u, k) = (rng.Uniform(4 * (ulong)index), 0);
        while (k < components.Length - 1 && u >= components[k].Weight) u -= components[k++].Weight;
        return components[k].Mean + (components[k].Deviation * rng.Normal((4 * (ulong)index) + 2));
    }

    /// <summary>p(x) without noise, per unit of x.</summary>
    /// <param name="x">A point of the line.</param>
    public double Density(double x) => Density(x, Clean);

    /// <summary>p_t(x), per unit of x.</summary>
    /// <param name="x">A point of the line.</param>
    /// <param name="level">At which level.</param>
    public double Density(double x, NoiseLevel level)
    {
        var sum = 0.0;
        foreach (var (w, m, s) in components)
        {
            var variance = Variance(s, level);
            var u = x - (level.Alpha * m);
            var relative = w * Math.Exp(-u * u / (2 * variance));
            sum += common is null ? relative / Math.Sqrt(2 * Math.PI * variance) : relative;
        }

        return common is null ? sum : sum / Math.Sqrt(2 * Math.PI * Variance(0, level));
    }

    /// <summary>F_t(x), the share of the law below x.</summary>
    /// <param name="x">A point of the line.</param>
    /// <param name="level">At which level.</param>
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
        var low = components.Min(c => (level.Alpha * c.Mean) - (40 * Math.Sqrt(Variance(c.Deviation, level))));
        var high = components.Max(c => (level.Alpha * c.Mean) + (40 * Math.Sqrt(Variance(c.Deviation, level))));
        while (true)
        {
            var middle = (low + high) / 2;
            if (middle <= low || middle >= high) return middle;
            if (Cumulative(middle, level) < q) low = middle;
            else high = middle;
        }
    }

    /// <summary>
    /// Where the probability flow takes a point: its quantile stays. For points within about eight deviations of the law, beyond which F rounds
    /// to 0 or 1.
    /// </summary>
    /// <param name="x">The point at <paramref name="from"/>.</param>
    /// <param name="from">Where it starts.</param>
    /// <param name="to">Where it ends.</param>
    public double Flow(double x, NoiseLevel from, NoiseLevel to) => Quantile(Cumulative(x, from), to);

    /// <summary>∂ ln p/∂x without noise; also far out, where the density underflows.</summary>
    /// <param name="x">A point of the line.</param>
    public double Score(double x) => Score(x, Clean);

    /// <summary>∂ ln p_t/∂x; also far out, where the density underflows.</summary>
    /// <param name="x">The noisy value.</param>
    /// <param name="level">Its level.</param>
    public double Score(double x, NoiseLevel level)
    {
        if (common is null) return Expected(x, level, (c, u, variance) => -u / variance);
        Span<double> r = stackalloc double[components.Length];
        Shares(x, level, r);
        var (sum, variance) = (0.0, Variance(0, level));
        for (var k = 0; k < r.Length; k++) sum += r[k] * ((level.Alpha * components[k].Mean) - x) / variance;
        return sum;
    }

    /// <summary>The probability of each component given x, r_k(x); they sum to 1.</summary>
    /// <param name="x">The noisy value.</param>
    /// <param name="level">Its level.</param>
    /// <param name="shares">Takes one a component.</param>
    public void Shares(double x, NoiseLevel level, Span<double> shares)
    {
        var largest = double.NegativeInfinity;
        for (var k = 0; k < components.Length; k++)
        {
            var (w, m, s) = components[k];
            var (u, variance) = (x - (level.Alpha * m), Variance(s, level));
            shares[k] = Math.Log(w) - (u * u / (2 * variance));
            if (common is null) shares[k] -= Math.Log(variance) / 2;
            largest = Math.Max(largest, shares[k]);
        }

        var sum = 0.0;
        for (var k = 0; k < components.Length; k++) sum += shares[k] = Math.Exp(shares[k] - largest);
        for (var k = 0; k < components.Length; k++) shares[k] /= sum;
    }

    /// <summary>The probability of each component given x where there is no noise.</summary>
    /// <param name="x">A point of the line.</param>
    /// <param name="shares">Takes one a component.</param>
    public void Shares(double x, Span<double> shares) => Shares(x, Clean, shares);

    /// <summary>E[x₀ | x_t = x].</summary>
    /// <param name="x">The noisy value.</param>
    /// <param name="level">Its level.</param>
    public double Denoise(double x, NoiseLevel level) =>
        Expected(x, level, (c, u, variance) => c.Mean + (level.Alpha * c.Deviation * c.Deviation / variance * u));

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

    private double Variance(double deviation, NoiseLevel level) => common is { } variance
        ? (level.Alpha * level.Alpha * variance) + (level.Sigma * level.Sigma)
        : Square(level.Alpha * deviation) + Square(level.Sigma);
}

using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.FokkerPlanck;

/// <summary>A mixture of normals on a line with its density, distribution function and score at every noise level: the exact side of one-dimensional experiments.</summary>
/// <remarks>
/// <code>
/// p_t(x) = Σ w_k N(x; α m_k, α² s_k² + σ²)       F_t(x) = Σ w_k Φ((x − α m_k)/√(α² s_k² + σ²))
/// ∂ ln p_t/∂x = −Σ r_k(x) (x − α m_k)/(α² s_k² + σ²)
/// </code>
/// Values at single points without allocation; <see cref="Target"/> is the same law for samplers.
/// </remarks>
public sealed class LineMixture
{
    private readonly double[] weights, means, variances;

    /// <summary>A mixture.</summary>
    /// <param name="parts">Weight above 0, mean and standard deviation above 0 of each normal; weights are divided by their sum.</param>
    /// <exception cref="ArgumentException">There is no part, or a number is out of range.</exception>
    public LineMixture(params IReadOnlyList<(double Weight, double Mean, double Deviation)> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("LineMixture: at least one normal is needed.", nameof(parts));
        foreach (var (weight, mean, deviation) in parts)
            if (!(weight > 0 && deviation > 0 && double.IsFinite(weight + mean + deviation))) throw new ArgumentException(FormattableString.Invariant($"LineMixture: weight {weight}, mean {mean}, deviation {deviation}; finite numbers with weight and deviation above 0 are needed."), nameof(parts));
        var sum = parts.Sum(p => p.Weight);
        (weights, means, variances) = ([.. parts.Select(p => p.Weight / sum)], [.. parts.Select(p => p.Mean)], [.. parts.Select(p => p.Deviation * p.Deviation)]);
    }

    /// <summary>p_t(x).</summary>
    /// <param name="x">The point.</param>
    /// <param name="level">α and σ.</param>
    public double Density(double x, NoiseLevel level)
    {
        var sum = 0.0;
        for (var k = 0; k < weights.Length; k++)
        {
            var (z, v) = At(k, x, level);
            sum += weights[k] * Math.Exp(-z * z / (2 * v)) / Math.Sqrt(2 * Math.PI * v);
        }

        return sum;
    }

    /// <summary>F_t(x), the probability of at most x.</summary>
    /// <inheritdoc cref="Density"/>
    public double Cumulative(double x, NoiseLevel level)
    {
        var sum = 0.0;
        for (var k = 0; k < weights.Length; k++)
        {
            var (z, v) = At(k, x, level);
            sum += weights[k] * NormalLaw.Cumulative(z / Math.Sqrt(v));
        }

        return sum;
    }

    /// <summary>The x at which F_t has a value, by bisection to rounding.</summary>
    /// <param name="probability">Between 0 and 1, both excluded.</param>
    /// <param name="level">α and σ.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not between 0 and 1.</exception>
    public double Quantile(double probability, NoiseLevel level)
    {
        if (!(probability > 0 && probability < 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "LineMixture: a probability between 0 and 1 was expected.");
        var (low, high) = (-1.0, 1.0);
        while (Cumulative(low, level) > probability) low *= 2;
        while (Cumulative(high, level) < probability) high *= 2;
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            if (Cumulative(middle, level) < probability) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    /// <summary>∂ ln p_t/∂x; also far out, where the density underflows.</summary>
    /// <inheritdoc cref="Density"/>
    public double Score(double x, NoiseLevel level)
    {
        // Weights relative to the nearest normal's, so that far out one is left.
        var (least, sum, slope) = (double.PositiveInfinity, 0.0, 0.0);
        for (var k = 0; k < weights.Length; k++)
        {
            var (z, v) = At(k, x, level);
            least = Math.Min(least, z * z / (2 * v));
        }

        for (var k = 0; k < weights.Length; k++)
        {
            var (z, v) = At(k, x, level);
            var r = weights[k] * Math.Exp(least - (z * z / (2 * v))) / Math.Sqrt(v);
            (sum, slope) = (sum + r, slope - (r * z / v));
        }

        return slope / sum;
    }

    /// <summary>The law's averages over cells, exact.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="level">α and σ.</param>
    public GridDensity On(CellGrid grid, NoiseLevel level) => GridDensity.OfCumulative(grid, x => Cumulative(x, level));

    /// <summary>The same law for samplers and denoisers.</summary>
    public GaussianMixture Target() => GaussianMixture.Isotropic(weights, new Tensor([means.Length, 1], [.. means]), variances);

    private (double Distance, double Variance) At(int k, double x, NoiseLevel level) =>
        (x - (level.Alpha * means[k]), (level.Alpha * level.Alpha * variances[k]) + (level.Sigma * level.Sigma));
}

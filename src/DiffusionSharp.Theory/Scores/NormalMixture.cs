using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.Scores;

/// <summary>A mixture of normals of one variance on the line, by its textbook formulas: what experiments hold the library's samplers and targets against.</summary>
/// <param name="weights">One a component, of sum 1.</param>
/// <param name="means">One a component.</param>
/// <param name="variance">Of every component, above 0.</param>
internal sealed class NormalMixture(double[] weights, double[] means, double variance)
{
    public int Components => means.Length;

    public ReadOnlySpan<double> Means => means;

    public double Variance => variance;

    /// <summary>The law of x + σ ε.</summary>
    public NormalMixture Noised(double sigma) => new(weights, means, variance + (sigma * sigma));

    public double Density(double x)
    {
        var sum = 0.0;
        for (var k = 0; k < means.Length; k++) sum += weights[k] * Math.Exp(-(x - means[k]) * (x - means[k]) / (2 * variance));
        return sum / Math.Sqrt(2 * Math.PI * variance);
    }

    /// <summary>∇ ln p(x).</summary>
    public double Score(double x)
    {
        Span<double> r = stackalloc double[means.Length];
        Shares(x, r);
        var sum = 0.0;
        for (var k = 0; k < means.Length; k++) sum += r[k] * (means[k] - x) / variance;
        return sum;
    }

    /// <summary>The probability of each component given x.</summary>
    public void Shares(double x, Span<double> shares)
    {
        var largest = double.NegativeInfinity;
        for (var k = 0; k < means.Length; k++)
        {
            shares[k] = Math.Log(weights[k]) - ((x - means[k]) * (x - means[k]) / (2 * variance));
            largest = Math.Max(largest, shares[k]);
        }

        var sum = 0.0;
        for (var k = 0; k < means.Length; k++) sum += shares[k] = Math.Exp(shares[k] - largest);
        for (var k = 0; k < means.Length; k++) shares[k] /= sum;
    }

    /// <summary>Draw number <paramref name="index"/> of a stream.</summary>
    public double Draw(Rng rng, int index)
    {
        var (u, k) = (rng.Uniform(4 * (ulong)index), 0);
        while (k < means.Length - 1 && u >= weights[k]) u -= weights[k++];
        return means[k] + (Math.Sqrt(variance) * rng.Normal((4 * (ulong)index) + 2));
    }
}

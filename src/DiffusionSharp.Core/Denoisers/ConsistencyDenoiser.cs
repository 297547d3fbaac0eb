using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A consistency function made of an estimate: c_skip x + c_out D, with weights that make it the identity at the boundary.</summary>
/// <remarks>
/// f(x, t) is where the probability flow through x ends; at the end itself f(x) = x, so c_skip = 1 and c_out = 0 there. Song et al. 2023,
/// arXiv:2303.01469, eq. 5. <see cref="Samplers.ConsistencySampler"/> samples with it.
/// </remarks>
public sealed class ConsistencyDenoiser : AdjustingDenoiser
{
    private readonly Func<NoiseLevel, (double Skip, double Out)> scalings;

    /// <summary>Wraps an estimate.</summary>
    /// <param name="inner">D, as trained for consistency; an ordinary denoiser does not become a consistency function by this.</param>
    /// <param name="scalings">(c_skip, c_out) at a level: <see cref="SigmaScalings"/>, <see cref="TimestepScalings"/> or others.</param>
    public ConsistencyDenoiser(Denoiser inner, Func<NoiseLevel, (double Skip, double Out)> scalings)
        : base(inner) => this.scalings = scalings;

    /// <inheritdoc/>
    /// <remarks>The end of the flow is not the mean of a reverse step, so that no variance goes with it.</remarks>
    public override bool HasVariance => false;

    /// <summary>Those of consistency models, for D a network's plain output.</summary>
    /// <param name="sigmaMin">ε, the σ of the boundary, at least 0; 0.002 is the paper's.</param>
    /// <param name="sigmaData">σ_d, the standard deviation of the data, above 0; 0.5 is the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <remarks>
    /// <code>
    /// c_skip = σ_d²/((s − ε)² + σ_d²)       c_out = (s − ε) σ_d/√(s² + σ_d²)       s = σ/α
    /// </code>
    /// Song et al. 2023, arXiv:2303.01469, appendix C.
    /// </remarks>
    public static Func<NoiseLevel, (double Skip, double Out)> SigmaScalings(double sigmaMin = 0.002, double sigmaData = 0.5)
    {
        Guard.InRange(sigmaMin, 0, double.MaxValue, "SigmaScalings: sigmaMin");
        Guard.Above(sigmaData, 0, "SigmaScalings: sigmaData");
        return level =>
        {
            // The identity at the boundary and below it. The quotients are finite for pure noise, s = ∞.
            if (level.Ratio <= sigmaMin) return (1, 0);
            var (u, v) = (1 - (sigmaMin / level.Ratio), sigmaData / level.Ratio);
            return (v * v / ((u * u) + (v * v)), u * sigmaData / Math.Sqrt(1 + (v * v)));
        };
    }

    /// <summary>Those of latent consistency models, for D the data estimate: c_skip = σ_d²/((k t)² + σ_d²), c_out = k t/√((k t)² + σ_d²).</summary>
    /// <param name="factor">k, what the time is multiplied by, above 0; 10 is the published code's.</param>
    /// <param name="sigmaData">σ_d, above 0; 0.5 is the published code's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <remarks>Luo et al. 2023, arXiv:2310.04378, section 4. t is the level's own time, a trained timestep, below whose first there is clean data.</remarks>
    public static Func<NoiseLevel, (double Skip, double Out)> TimestepScalings(double factor = 10, double sigmaData = 0.5)
    {
        Guard.Above(factor, 0, "TimestepScalings: factor");
        Guard.Above(sigmaData, 0, "TimestepScalings: sigmaData");
        return level =>
        {
            var scaled = factor * Math.Max(level.Time, 0);
            var power = (scaled * scaled) + (sigmaData * sigmaData);
            return (sigmaData * sigmaData / power, scaled / Math.Sqrt(power));
        };
    }

    /// <inheritdoc/>
    protected override Denoiser Around(Denoiser inner) => new ConsistencyDenoiser(inner, scalings);

    /// <inheritdoc/>
    protected override Tensor Adjust(Tensor data, Tensor x, ReadOnlySpan<NoiseLevel> levels) => Combine(x, data, levels);

    /// <inheritdoc/>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) =>
        Combine(cotangent, Inner.VectorJacobian(x, levels, cotangent), levels);

    private Tensor Combine(Tensor x, Tensor data, ReadOnlySpan<NoiseLevel> levels)
    {
        var values = new double[x.Shape.Count];
        for (var k = 0; k < levels.Length; k++)
        {
            var (skip, scale) = scalings(levels[k]);
            ReadOnlySpan<double> a = x.Sample(k), b = data.Sample(k);
            for (var i = 0; i < a.Length; i++) values[(k * a.Length) + i] = (skip * a[i]) + (scale * b[i]);
        }

        return new Tensor(x.Shape, values);
    }
}

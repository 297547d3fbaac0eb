using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Ancestral sampling: each step draws from q(x_s | x_t, x₀) with the denoiser's estimate for x₀.</summary>
/// <remarks>
/// <code>
/// x_s = (α_ts σ_s²/σ_t²) x_t + (α_s σ²_ts/σ_t²) D(x_t, t) + √variance · z       z ~ N(0, I)
/// </code>
/// Ho et al. 2020, arXiv:2006.11239, algorithm 2 and eq. 7, for any subset of the levels and any α, σ
/// (<see cref="Posterior"/>). A step that ends at clean data adds no noise: it returns D. Learned variances are those of Nichol and
/// Dhariwal 2021, arXiv:2102.09672, eq. 15.
/// </remarks>
public sealed class DdpmSampler : SingleStepSampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="variance">The variance of a step; <see cref="DdpmVariance.FixedSmall"/> is right for any subset of the levels.</param>
    /// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
    public DdpmSampler(Schedule schedule, TimeGrid grid, DdpmVariance variance = DdpmVariance.FixedSmall)
        : base(schedule, grid)
    {
        Guard.Known(variance, "DdpmSampler: unknown variance");
        Variance = variance;
    }

    /// <summary>The variance of a step.</summary>
    public DdpmVariance Variance { get; }

    /// <inheritdoc/>
    public override int? Order => 1;

    /// <inheritdoc/>
    public override int? CallsPerStep => 1;

    /// <inheritdoc/>
    public override bool IsDeterministic => false;

    /// <inheritdoc/>
    protected override (Tensor X, Tensor Denoised) Step(Denoiser denoiser, Tensor x, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index)
    {
        var (d, raw) = ReverseVariance.Estimates(Variance, denoiser, x, level, nameof(DdpmSampler));
        return (AncestralStep.Apply(x, d, level, levelNext, noise, index, Variance, raw, nameof(DdpmSampler)), d);
    }
}

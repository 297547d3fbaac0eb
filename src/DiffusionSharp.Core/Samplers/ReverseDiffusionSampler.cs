using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The reverse-diffusion sampler: the forward step between two levels, reversed as the SDE is.</summary>
/// <remarks>
/// <code>
/// forward:  x_t = x_s + (α_ts − 1) x_s + σ_ts z
/// reverse:  x_s = x_t − (α_ts − 1) x_t + σ²_ts ∇ln p_t(x_t) + σ_ts z       z ~ N(0, I)
/// </code>
/// Song et al. 2021, arXiv:2011.13456, appendix E, eq. 46. Between neighbouring levels of DDPM's schedule α_ts = √(1 − β_t) and
/// σ²_ts = β_t, and on a VE schedule σ²_ts = σ_t² − σ_s², as there. Weak order 1. A step that ends at clean data is the denoiser's estimate;
/// a step from pure noise (α = 0) draws from <see cref="Posterior"/>.
/// </remarks>
/// <param name="schedule">α and σ.</param>
/// <param name="grid">The steps, towards the data.</param>
/// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
public sealed class ReverseDiffusionSampler(Schedule schedule, TimeGrid grid) : SingleStepSampler(schedule, grid)
{
    /// <inheritdoc/>
    public override int? Order => 1;

    /// <inheritdoc/>
    public override int? CallsPerStep => 1;

    /// <inheritdoc/>
    public override bool IsDeterministic => false;

    /// <inheritdoc/>
    protected override (Tensor X, Tensor Denoised) Step(Denoiser denoiser, Tensor x, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index)
    {
        var d = denoiser.Denoise(x, level);
        return (ReverseSde.Step(ReverseSdePredictor.ReverseDiffusion, Schedule, x, d, level, levelNext, noise, index), d);
    }
}

using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The Euler–Maruyama method on the reverse SDE, in the schedule's time.</summary>
/// <remarks>
/// <code>
/// x_s = x_t − h (f x_t − g² ∇ln p_t(x_t)) + g √h z       h = t − s,  z ~ N(0, I)
/// </code>
/// Song et al. 2021, arXiv:2011.13456, eq. 6. Weak order 1. A step that ends at clean data is the denoiser's estimate; a step from pure
/// noise (α = 0, where f = −∞) draws from <see cref="Posterior"/>. f and g are those of the schedule's own time, so unlike other samplers
/// it does depend on how the schedule counts time, not only on the levels visited; steps must stay below 2σ²/g².
/// </remarks>
/// <param name="schedule">α and σ.</param>
/// <param name="grid">The steps, towards the data.</param>
/// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
public sealed class EulerMaruyamaSampler(Schedule schedule, TimeGrid grid) : SingleStepSampler(schedule, grid)
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
        return (ReverseSde.Step(ReverseSdePredictor.EulerMaruyama, Schedule, x, d, level, levelNext, noise, index), d);
    }
}

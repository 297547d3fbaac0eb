using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Ancestral sampling with the midpoint method of <see cref="Dpm2Sampler"/>: second order in the law, two denoiser calls per step.</summary>
/// <remarks>
/// The flow to σ_down of <see cref="AncestralSampler"/> is the midpoint method's; with η = 1 its stage stands exactly at the target's σ/α,
/// because s_down = s′²/s. Known as DPM2 a or KDPM2 ancestral.
/// </remarks>
/// <param name="schedule">α and σ.</param>
/// <param name="grid">The steps, towards the data.</param>
/// <param name="eta">η in [0, 1], the share of fresh noise.</param>
/// <param name="noiseScale">s_noise > 0, the standard deviation of the noise; only 1 keeps the law.</param>
/// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
/// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
public sealed class Dpm2AncestralSampler(Schedule schedule, TimeGrid grid, double eta = 1, double noiseScale = 1)
    : AncestralSampler(schedule, grid, eta, noiseScale)
{
    /// <inheritdoc/>
    public override int? Order => 2;

    /// <inheritdoc/>
    public override int? CallsPerStep => 2;

    /// <inheritdoc/>
    protected override Tensor Advance(Denoiser denoiser, Tensor x, Tensor data, NoiseLevel level, NoiseLevel levelDown) =>
        ProbabilityFlow.Midpoint(denoiser, x, data, Schedule, level, levelDown);
}

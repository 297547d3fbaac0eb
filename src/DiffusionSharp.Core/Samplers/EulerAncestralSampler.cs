using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Ancestral sampling with Euler's method: first order in the law, one denoiser call per step.</summary>
/// <remarks>
/// x′ = α′ D + σ_down ε̂ + s_noise σ_up z (<see cref="AncestralSampler"/>). With s_noise = 1 it is <see cref="DdimSampler"/> with the same η on
/// every schedule, so η = 1 is <see cref="DdpmSampler"/> with the small variance: what k-diffusion calls Euler ancestral is DDPM's step.
/// </remarks>
/// <param name="schedule">α and σ.</param>
/// <param name="grid">The steps, towards the data.</param>
/// <param name="eta">η in [0, 1], the share of fresh noise.</param>
/// <param name="noiseScale">s_noise > 0, the standard deviation of the noise; only 1 keeps the law.</param>
/// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
/// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
public sealed class EulerAncestralSampler(Schedule schedule, TimeGrid grid, double eta = 1, double noiseScale = 1)
    : AncestralSampler(schedule, grid, eta, noiseScale)
{
    /// <inheritdoc/>
    public override int? Order => 1;

    /// <inheritdoc/>
    public override int? CallsPerStep => 1;

    /// <inheritdoc/>
    protected override Tensor Advance(Denoiser denoiser, Tensor x, Tensor data, NoiseLevel level, NoiseLevel levelDown) =>
        ProbabilityFlow.Step(x, data, level, levelDown);
}

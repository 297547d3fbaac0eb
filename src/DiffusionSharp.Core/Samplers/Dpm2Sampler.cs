using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The midpoint method with its stage half way in ln σ: second order, two denoiser calls per step.</summary>
/// <remarks>
/// <code>
/// s″ = √(s s′)       y″ = y + (s″ − s) ε̂       y′ = y + (s′ − s) ε̂″       y = x/α,  s = σ/α
/// </code>
/// Known as DPM2 or KDPM2. Without churn it is DPM-Solver-2, Lu et al. 2022, arXiv:2206.00927, algorithm 1, written in s; churn is that of
/// Karras et al. 2022, arXiv:2206.00364. A step to clean data is Euler's.
/// </remarks>
/// <param name="schedule">α and σ.</param>
/// <param name="grid">The steps, towards the data.</param>
/// <param name="churn">Noise added before the steps; null is none.</param>
/// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
public sealed class Dpm2Sampler(Schedule schedule, TimeGrid grid, Churn? churn = null) : ChurnedSampler(schedule, grid, churn)
{
    /// <inheritdoc/>
    public override int? Order => 2;

    /// <inheritdoc/>
    public override int? CallsPerStep => 2;

    /// <inheritdoc/>
    protected override Tensor Advance(Denoiser denoiser, Tensor x, Tensor data, NoiseLevel level, NoiseLevel levelNext) =>
        ProbabilityFlow.Midpoint(denoiser, x, data, Schedule, level, levelNext);
}

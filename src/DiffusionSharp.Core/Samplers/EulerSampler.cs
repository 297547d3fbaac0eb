using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Euler's method on the probability-flow ODE: first order, one denoiser call per step.</summary>
/// <remarks>
/// <code>
/// ε̂ = (x − α D)/σ       y′ = y + (s′ − s) ε̂       y = x/α,  s = σ/α
/// </code>
/// Karras et al. 2022, arXiv:2206.00364, algorithm 1 without its second half. Without churn it is <see cref="DdimSampler"/> with η = 0 and,
/// on x = (1 − t) x₀ + t ε, the flow-matching step x + (t′ − t)(ε̂ − D).
/// </remarks>
/// <param name="schedule">α and σ.</param>
/// <param name="grid">The steps, towards the data.</param>
/// <param name="churn">Noise added before the steps; null is none.</param>
/// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
public sealed class EulerSampler(Schedule schedule, TimeGrid grid, Churn? churn = null) : ChurnedSampler(schedule, grid, churn)
{
    /// <inheritdoc/>
    public override int? Order => 1;

    /// <inheritdoc/>
    public override int? CallsPerStep => 1;

    /// <inheritdoc/>
    protected override Tensor Advance(Denoiser denoiser, Tensor x, Tensor data, NoiseLevel level, NoiseLevel levelNext) =>
        ProbabilityFlow.Step(x, data, level, levelNext);
}

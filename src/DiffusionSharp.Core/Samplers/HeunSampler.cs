using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Heun's method on the probability-flow ODE: second order, two denoiser calls per step. With churn it is the EDM sampler.</summary>
/// <remarks>
/// <code>
/// d  = (x − α D)/σ
/// ŷ  = y + (s′ − s) d                    // Euler; final when σ′ = 0
/// y′ = y + (s′ − s)(d + d̂)/2             // d̂ taken at (ŷ, s′)       y = x/α,  s = σ/α
/// </code>
/// Karras et al. 2022, arXiv:2206.00364, algorithm 1; algorithm 2 with <see cref="Churn"/>. On the straight path the slope is ε̂ − D and
/// the method is the one of flow matching.
/// </remarks>
public sealed class HeunSampler : ChurnedSampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="churn">Noise added before the steps; null is none.</param>
    /// <param name="coordinates">Where the two slopes are averaged; the ratio is the paper's choice.</param>
    /// <exception cref="ArgumentOutOfRangeException">The coordinates are unknown.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
    public HeunSampler(Schedule schedule, TimeGrid grid, Churn? churn = null, FlowCoordinates coordinates = FlowCoordinates.Ratio)
        : base(schedule, grid, churn)
    {
        Guard.Known(coordinates, "HeunSampler: unknown coordinates");
        Coordinates = coordinates;
    }

    /// <summary>Where the two slopes are averaged.</summary>
    public FlowCoordinates Coordinates { get; }

    /// <inheritdoc/>
    public override int? Order => 2;

    /// <inheritdoc/>
    public override int? CallsPerStep => 2;

    /// <inheritdoc/>
    protected override Tensor Advance(Denoiser denoiser, Tensor x, Tensor data, NoiseLevel level, NoiseLevel levelNext)
    {
        var xEuler = ProbabilityFlow.Step(x, data, level, levelNext);

        // σ′ = 0: there is no slope to ask for. α = 0: only the straight path starts at a finite place.
        if (levelNext.Sigma == 0 || (level.IsPureNoise && Coordinates == FlowCoordinates.Ratio)) return xEuler;
        var d = ProbabilityFlow.Slope(x, data, level, Coordinates);
        var dNext = ProbabilityFlow.Slope(xEuler, denoiser.Denoise(xEuler, levelNext), levelNext, Coordinates);
        return ProbabilityFlow.Along(x, 0.5 * (d + dNext), level, levelNext, Coordinates);
    }
}

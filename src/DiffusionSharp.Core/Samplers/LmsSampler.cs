using DiffusionSharp.Schedules;

namespace DiffusionSharp.Samplers;

/// <summary>Linear multistep: Adams–Bashforth in s = σ/α on any grid, each polynomial integrated exactly.</summary>
/// <remarks>
/// <code>
/// w_j = ∫ L_j(s) ds from s to s′,   L_j(s_i) = δ_ij
/// </code>
/// Equal steps in s give the classical coefficients: (3, −1)/2, (23, −16, 5)/12, (55, −59, 37, −9)/24. Hairer, Nørsett and Wanner 1993,
/// doi:10.1007/978-3-540-78862-1, section III.5; on dy/ds = ε̂ of Karras et al. 2022, arXiv:2206.00364, eq. 1, it is the <c>lms</c> of
/// tools that count noise by σ/α. Steps to clean data keep the full order.
/// </remarks>
public sealed class LmsSampler : AdamsSampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="order">The order, which is how many estimates a step combines, 1 … 4; 4 is customary.</param>
    /// <param name="start">How the first steps are taken; with <see cref="MultistepStart.LowOrder"/> the order is at most 2.</param>
    /// <exception cref="ArgumentException">An option is out of range, the grid leaves the schedule or its steps do not join.</exception>
    public LmsSampler(Schedule schedule, TimeGrid grid, int order = 4, MultistepStart start = MultistepStart.Accurate)
        : base(nameof(LmsSampler), schedule, grid, order, start)
    {
    }

    /// <inheritdoc/>
    private protected override bool ReachesCleanData => true;

    /// <inheritdoc/>
    private protected override double[] Weights(EstimateHistory history, int count, NoiseLevel level, NoiseLevel levelNext)
    {
        var (s, sNext) = (level.Ratio, levelNext.Ratio);
        var weights = MultistepWeights.Adams(history.Positions(count, e => e.Level.Ratio, s, sNext));
        for (var j = 0; j < count; j++) weights[j] *= sNext - s;
        return weights;
    }
}

using DiffusionSharp.Schedules;

namespace DiffusionSharp.Samplers;

/// <summary>The variable in which <see cref="DeisSampler"/> takes the noise for a polynomial.</summary>
public enum DeisVariable
{
    /// <summary>ln ρ = ln(σ/α): smooth on every schedule, in closed form.</summary>
    LogRho,

    /// <summary>The schedule's time t, as tAB-DEIS was published; the integrals are done numerically.</summary>
    Time,
}

/// <summary>DEIS, the diffusion exponential integrator sampler of Adams–Bashforth type (tAB-DEIS).</summary>
/// <remarks>
/// <code>
/// w_j = ∫ L_j ds from s to s′,   L_j a Lagrange polynomial in ln s or in t,   s = σ/α (the paper's ρ)
/// </code>
/// Zhang and Chen 2022, arXiv:2204.13902, eq. 13–15; their tAB-k combines k + 1 estimates. Order 1 is DDIM with η = 0. In ln s the
/// polynomial cannot reach clean data, and the step there is DDIM's; in t it can.
/// </remarks>
public sealed class DeisSampler : AdamsSampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="order">The order, which is how many estimates a step combines, 1 … 4; 3 is where the paper saw most.</param>
    /// <param name="variable">The variable of the polynomial.</param>
    /// <param name="start">How the first steps are taken; with <see cref="MultistepStart.LowOrder"/> the order is at most 2.</param>
    /// <exception cref="ArgumentException">An option is out of range, the grid leaves the schedule or its steps do not join.</exception>
    public DeisSampler(
        Schedule schedule,
        TimeGrid grid,
        int order = 3,
        DeisVariable variable = DeisVariable.LogRho,
        MultistepStart start = MultistepStart.Accurate)
        : base(nameof(DeisSampler), schedule, grid, order, start)
    {
        Variable = Guard.Known(variable, "DeisSampler: unknown variable");
    }

    /// <summary>The variable of the polynomial.</summary>
    public DeisVariable Variable { get; }

    /// <inheritdoc/>
    private protected override bool ReachesCleanData => Variable == DeisVariable.Time;

    /// <inheritdoc/>
    private protected override double[] Weights(EstimateHistory history, int count, NoiseLevel level, NoiseLevel levelNext) => Variable switch
    {
        DeisVariable.Time => InTime(history, count, level, levelNext),
        _ => InLogRho(history, count, level, levelNext),
    };

    // ds = −s dℓ with ℓ = −ln s rising by h: s′ e^(h(1 − θ)) is s at position θ.
    private static double[] InLogRho(EstimateHistory history, int count, NoiseLevel level, NoiseLevel levelNext)
    {
        var (start, end) = (level.LogSnr / 2, levelNext.LogSnr / 2);
        var weights = MultistepWeights.Exponential(history.Positions(count, e => e.HalfLogSnr, start, end), end - start);
        for (var j = 0; j < count; j++) weights[j] *= -levelNext.Ratio * (end - start);
        return weights;
    }

    // Over s, where also the step to clean data is smooth; t(s) is the schedule's inverse.
    private double[] InTime(EstimateHistory history, int count, NoiseLevel level, NoiseLevel levelNext)
    {
        var (s, sNext, t, tNext) = (level.Ratio, levelNext.Ratio, level.Time, levelNext.Time);
        var moments = new double[count];
        foreach (var (node, weight) in GaussLegendre.OnUnitInterval)
        {
            var theta = (Schedule.AtRatio(s + ((sNext - s) * node)).Time - t) / (tNext - t);
            for (var k = 0; k < count; k++) moments[k] += weight * Math.Pow(theta, k);
        }

        var weights = MultistepWeights.FromMoments(history.Positions(count, e => e.Level.Time, t, tNext), moments);
        for (var j = 0; j < count; j++) weights[j] *= sNext - s;
        return weights;
    }
}

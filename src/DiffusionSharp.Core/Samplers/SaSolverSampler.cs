using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>SA-Solver: stochastic Adams methods on the family of reverse SDEs that share the marginals of the probability flow.</summary>
/// <remarks>
/// τ scales the noise: 0 is the probability flow, 1 the reverse SDE. With ℓ = ln(α/σ), h = ℓ′ − ℓ, r = 1 + τ² held over the step,
/// <code>
/// x′ = σ′/σ e^(−τ²h) x + α′ r h Σ_j w_j D_j + σ′ √(1 − e^(−2τ²h)) z       z ~ N(0, I)
/// </code>
/// w_j the Adams weights of an exponential integrator with factor e^(−rh(1 − θ)); the predictor combines estimates behind, the corrector
/// also that at the prediction, with the same z. Xue et al. 2023, arXiv:2309.05019, eq. 14–18, algorithm 1. As with every predictor and
/// corrector of one call, the corrected state shows in the step after, and the last is never corrected. Draw i belongs to step i.
/// </remarks>
public sealed class SaSolverSampler : Sampler
{
    private readonly double[] taus;

    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="predictorOrder">How many estimates the predictor combines, 1 … 3.</param>
    /// <param name="correctorOrder">How many estimates the corrector combines, that at the prediction included, 1 … 4; 0 is no corrector.</param>
    /// <param name="tau">τ ≥ 0 by the level where a step starts; by default 1 everywhere. The paper has it 1 between two levels and 0 elsewhere.</param>
    /// <param name="twoPoint">
    /// Weights of two estimates; the published code takes <see cref="TwoPointWeights.Bh1"/>, the paper's equations are <see cref="TwoPointWeights.Exact"/>.
    /// </param>
    /// <param name="start">How the first steps are taken where τ is 0 throughout; with noise it is always <see cref="MultistepStart.LowOrder"/>.</param>
    /// <exception cref="ArgumentException">An option is out of range, the grid leaves the schedule or its steps do not join.</exception>
    public SaSolverSampler(
        Schedule schedule,
        TimeGrid grid,
        int predictorOrder = 2,
        int correctorOrder = 2,
        Func<NoiseLevel, double>? tau = null,
        TwoPointWeights twoPoint = TwoPointWeights.Bh1,
        MultistepStart start = MultistepStart.Accurate)
        : base(schedule, Chain(grid, nameof(SaSolverSampler)))
    {
        PredictorOrder = predictorOrder is >= 1 and <= 3
            ? predictorOrder
            : throw new ArgumentOutOfRangeException(nameof(predictorOrder), predictorOrder, "SaSolverSampler: a predictor of order 1 to 3 was expected.");
        CorrectorOrder = correctorOrder is >= 0 and <= 4
            ? correctorOrder
            : throw new ArgumentOutOfRangeException(
                nameof(correctorOrder), correctorOrder, "SaSolverSampler: a corrector of order 1 to 4, or 0 for none, was expected.");
        TwoPoint = Guard.Known(twoPoint, "SaSolverSampler: unknown weights");
        Start = Guard.Known(start, "SaSolverSampler: unknown start");
        taus = new double[grid.Count];
        for (var i = 0; i < taus.Length; i++)
            taus[i] = tau is null ? 1 : Guard.InRange(tau(schedule.At(grid.Times[i])), 0, 100, "SaSolverSampler: tau", nameof(tau));
        StartCalls = StartsAccurately ? AccurateStart.ExtraCalls(FullOrder) : 0;
    }

    /// <summary>How many estimates the predictor combines.</summary>
    public int PredictorOrder { get; }

    /// <summary>How many estimates the corrector combines; 0 is no corrector.</summary>
    public int CorrectorOrder { get; }

    /// <summary>The weights of two estimates.</summary>
    public TwoPointWeights TwoPoint { get; }

    /// <summary>How the first steps are taken where there is no noise.</summary>
    public MultistepStart Start { get; }

    /// <summary>How the last steps are taken.</summary>
    internal MultistepEnd End { get; init => field = Guard.Known(value, "SaSolverSampler: unknown end"); }

    /// <inheritdoc/>
    /// <remarks>
    /// Without noise that of the corrector, at most one above the predictor's; with noise at most 2, in the weak sense; errors then fall
    /// faster down to small ones, the more so the higher the orders of predictor and corrector.
    /// </remarks>
    public override int? Order => IsDeterministic && Start == MultistepStart.Accurate && End == MultistepEnd.FullOrder ? FullOrder
        : IsDeterministic && End == MultistepEnd.FullOrder ? Math.Min(FullOrder, CorrectorOrder > 1 ? 3 : 2)
        : Math.Min(FullOrder, 2);

    /// <inheritdoc/>
    public override int? CallsPerStep => 1;

    /// <inheritdoc/>
    public override bool IsDeterministic => Array.TrueForAll(taus, tau => tau == 0);

    private int FullOrder => CorrectorOrder == 0 ? PredictorOrder : Math.Min(PredictorOrder + 1, CorrectorOrder);

    // Up to order 2 nothing is lost, and a corrector of order 2 or more takes the first step of a method of order 3 well enough.
    private bool StartsAccurately => IsDeterministic && Start == MultistepStart.Accurate && FullOrder > (CorrectorOrder > 1 ? 3 : 2);

    /// <inheritdoc/>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        var history = new EstimateHistory(Math.Max(Math.Max(PredictorOrder, CorrectorOrder), 2));

        // The step in progress: where it started, without estimates and with its noise, and with how many it may be corrected (0: not).
        var (kept, count) = (x, 0);
        for (var i = 0; i < Grid.Count; i++)
        {
            var (level, levelNext) = (Schedule.At(Grid.Times[i]), Schedule.At(Grid.Targets[i]));
            var now = Estimate.Of(denoiser, x, level);
            if (!level.IsPureNoise) history.Add(now);
            if (count > 0) x = kept + Drift(history, count, history[1].Level, level, taus[i - 1]);

            count = 0;
            var (stepsLeft, tau) = (Grid.Count - i, taus[i]);
            if (ProbabilityFlow.IsSingular(level, levelNext))
            {
                // h = ∞: nothing of x is kept where there is noise.
                x = tau > 0
                    ? (levelNext.Alpha * now.Data) + (levelNext.Sigma == 0 ? Tensor.Zeros(x.Shape) : levelNext.Sigma * noise.Draw(x.Shape, i))
                    : ProbabilityFlow.Step(x, now.Data, level, levelNext);
            }
            else if (history.Count == 1 && StartsAccurately)
            {
                x = AccurateStart.Step(this, FullOrder, denoiser, x, now, levelNext, history);
            }
            else
            {
                kept = Keep(x, level, levelNext, tau, noise, i);
                x = kept + Drift(history, Math.Min(Limit(PredictorOrder, stepsLeft), history.Count), level, levelNext, tau);
                count = Math.Min(Limit(CorrectorOrder, stepsLeft + 1), history.Count + 1);
            }

            yield return new SamplingStep(i, Grid.Count, levelNext.Time, x, now.Data);
        }
    }

    private int Limit(int order, int stepsLeft) => End == MultistepEnd.Lowered ? Math.Min(order, stepsLeft) : order;

    // All but the estimates: σ′/σ e^(−τ²h) x + σ′ √(1 − e^(−2τ²h)) z.
    private static Tensor Keep(Tensor x, NoiseLevel level, NoiseLevel levelNext, double tau, NoiseSource noise, int index)
    {
        var step = new ExponentialStep(DpmSolverForm.Data, level, levelNext, tau * tau);
        return tau == 0 ? step.OfState * x : (step.OfState * x) + (step.NoiseSigma * noise.Draw(x.Shape, index));
    }

    private Tensor Drift(EstimateHistory history, int count, NoiseLevel level, NoiseLevel levelNext, double tau)
    {
        var (start, end) = (level.LogSnr / 2, levelNext.LogSnr / 2);
        var rh = (1 + (tau * tau)) * (end - start);
        var weights = MultistepWeights.Exponential(history.Positions(count, e => e.HalfLogSnr, start, end), -rh, TwoPoint);
        return levelNext.Alpha * rh * history.Combine(weights, e => e.Data);
    }
}

using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>UniPC: a predictor of order p, and a corrector that uses the next step's estimate again and gives order p + 1 at no more calls.</summary>
/// <remarks>
/// With ℓ = ln(α/σ), h = ℓ′ − ℓ and Adams weights w, w̃ of an exponential integrator (<see cref="TwoPointWeights"/>), predicting data
/// <code>
/// x̃′ = σ′/σ x + α′ h Σ_(j ≤ 0) w_j D_j           UniP: p estimates behind
/// x′ = σ′/σ x + α′ h Σ_(j ≤ 1) w̃_j D_j           UniC: and D(x̃′)
/// </code>
/// and predicting noise x′ = α′/α x − σ′ h Σ w_j ε̂_j with −h in the weights. Zhao et al. 2023, arXiv:2302.04867, algorithms 5–8; the
/// systems R a = φ/B(h) there have these weights for their solution. The corrected state shows in the step after: what a step returns is
/// its prediction, and the last is never corrected. Without corrector it is UniP; UniP-1 is DDIM with η = 0.
/// </remarks>
public sealed class UniPcSampler : Sampler
{
    private readonly bool[] corrected;
    private readonly bool accurateStart;

    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="predictorOrder">p, how many estimates the predictor combines, 1 … 3; 2 suits guidance, 3 is the paper's choice without.</param>
    /// <param name="form">Which estimate is taken for a polynomial: data under guidance and in few steps.</param>
    /// <param name="twoPoint">B(h), which matters to UniP-2 and UniC-1 alone.</param>
    /// <param name="corrects">Whether the result of step i, from 0, is corrected; by default every one. Never: UniP.</param>
    /// <param name="start">How the first steps are taken; with <see cref="MultistepStart.LowOrder"/> the order is at most 3 with corrector, 2 without.</param>
    /// <exception cref="ArgumentException">An option is out of range, the grid leaves the schedule or its steps do not join.</exception>
    public UniPcSampler(
        Schedule schedule,
        TimeGrid grid,
        int predictorOrder = 2,
        DpmSolverForm form = DpmSolverForm.Data,
        TwoPointWeights twoPoint = TwoPointWeights.Bh2,
        Func<int, bool>? corrects = null,
        MultistepStart start = MultistepStart.Accurate)
        : base(schedule, Chain(grid, nameof(UniPcSampler)))
    {
        PredictorOrder = predictorOrder is >= 1 and <= 3
            ? predictorOrder
            : throw new ArgumentOutOfRangeException(nameof(predictorOrder), predictorOrder, "UniPcSampler: a predictor of order 1 to 3 was expected.");
        Form = Guard.Known(form, "UniPcSampler: unknown form");
        TwoPoint = Guard.Known(twoPoint, "UniPcSampler: unknown weights");
        Start = Guard.Known(start, "UniPcSampler: unknown start");
        corrected = [.. Enumerable.Range(0, grid.Count).Select(i => corrects?.Invoke(i) ?? true)];

        // With p = 2 the corrector takes the first step to second order by itself, which is enough for a result of third.
        accurateStart = start == MultistepStart.Accurate && predictorOrder == 3;
        StartCalls = accurateStart ? AccurateStart.ExtraCalls(FullOrder) : 0;
    }

    /// <summary>p, how many estimates the predictor combines.</summary>
    public int PredictorOrder { get; }

    /// <summary>What is taken for a polynomial.</summary>
    public DpmSolverForm Form { get; }

    /// <summary>The weights of two estimates.</summary>
    public TwoPointWeights TwoPoint { get; }

    /// <summary>How the first steps are taken.</summary>
    public MultistepStart Start { get; }

    /// <summary>How the last steps are taken.</summary>
    internal MultistepEnd End { get; init => field = Guard.Known(value, "UniPcSampler: unknown end"); }

    /// <inheritdoc/>
    /// <remarks>p + 1 where every step but the last is corrected, else p.</remarks>
    public override int? Order
    {
        get
        {
            var byStart = Start == MultistepStart.Accurate ? 4 : AllCorrected ? 3 : 2;
            return Math.Min(FullOrder, Math.Min(byStart, End == MultistepEnd.Lowered ? 2 : 4));
        }
    }

    /// <inheritdoc/>
    public override int? CallsPerStep => 1;

    /// <inheritdoc/>
    public override bool IsDeterministic => true;

    private bool AllCorrected => corrected.AsSpan(0, Math.Max(corrected.Length - 1, 1)).IndexOf(false) < 0;

    private int FullOrder => AllCorrected ? PredictorOrder + 1 : PredictorOrder;

    /// <inheritdoc/>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        var history = new EstimateHistory(PredictorOrder + 1);

        // Where the present step started and with how many estimates it was predicted; 0 where it cannot be corrected.
        var (from, used) = (x, 0);
        for (var i = 0; i < Grid.Count; i++)
        {
            var (level, levelNext) = (Schedule.At(Grid.Times[i]), Schedule.At(Grid.Targets[i]));
            var now = Estimate.Of(denoiser, x, level);
            if (!level.IsPureNoise) history.Add(now);
            if (used > 0 && corrected[i - 1]) x = Combine(from, history, used + 1, history[1].Level, level);

            from = x;
            if (ProbabilityFlow.IsSingular(level, levelNext))
            {
                (x, used) = (ProbabilityFlow.Step(x, now.Data, level, levelNext), 0);
            }
            else if (history.Count == 1 && accurateStart)
            {
                (x, used) = (AccurateStart.Step(this, FullOrder, denoiser, x, now, levelNext, history), 0);
            }
            else
            {
                used = Math.Min(Math.Min(PredictorOrder, history.Count), End == MultistepEnd.Lowered ? Grid.Count - i : PredictorOrder);
                x = Combine(x, history, used, level, levelNext);
            }

            yield return new SamplingStep(i, Grid.Count, levelNext.Time, x, now.Data);
        }
    }

    // From x at a level to the next, with the newest estimates, which may reach to the end of the step.
    private Tensor Combine(Tensor x, EstimateHistory history, int count, NoiseLevel level, NoiseLevel levelNext)
    {
        var step = new ExponentialStep(Form, level, levelNext);
        var points = history.Positions(count, e => e.HalfLogSnr, level.LogSnr / 2, levelNext.LogSnr / 2);
        var (z, scale) = Form == DpmSolverForm.Data ? (-step.Length, levelNext.Alpha * step.Length) : (step.Length, -levelNext.Sigma * step.Length);
        var weights = MultistepWeights.Exponential(points, z, TwoPoint);
        return (step.OfState * x) + (scale * history.Combine(weights, e => Form == DpmSolverForm.Data ? e.Data : e.Noise));
    }
}

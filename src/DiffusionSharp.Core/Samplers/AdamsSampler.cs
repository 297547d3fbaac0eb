using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Adams–Bashforth methods on the probability flow dy/ds = ε̂: a polynomial through the last estimates of the noise, integrated.</summary>
/// <remarks>
/// <code>
/// x′ = α′ (x/α + Σ_j w_j ε̂_j)       w_j = ∫ L_j ds over the step, s = σ/α
/// </code>
/// Subclasses differ in the variable in which L_j is a polynomial. A step from pure noise is <see cref="ProbabilityFlow.Step"/>, and no
/// later step looks back to it.
/// </remarks>
public abstract class AdamsSampler : Sampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="name">The class, for messages.</param>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps.</param>
    /// <param name="points">How many estimates a step combines, 1 … 4.</param>
    /// <param name="start">How the first steps are taken.</param>
    /// <exception cref="ArgumentException">An option is out of range, the grid leaves the schedule or its steps do not join.</exception>
    protected AdamsSampler(string name, Schedule schedule, TimeGrid grid, int points, MultistepStart start)
        : base(schedule, Chain(grid, name))
    {
        Points = points is >= 1 and <= 4
            ? points
            : throw new ArgumentOutOfRangeException(nameof(points), points, $"{name}: an order from 1 to 4 was expected.");
        Start = Guard.Known(start, $"{name}: unknown start");
        StartCalls = Start == MultistepStart.Accurate ? AccurateStart.ExtraCalls(points) : 0;
    }

    /// <summary>How many estimates a step combines.</summary>
    public int Points { get; }

    /// <summary>How the first steps are taken.</summary>
    public MultistepStart Start { get; }

    /// <summary>How the last steps are taken.</summary>
    internal MultistepEnd End { get; init => field = Guard.Known(value, "AdamsSampler: unknown end"); }

    /// <inheritdoc/>
    /// <remarks>A single first step or last step with one estimate limits it to 2.</remarks>
    public sealed override int? Order => Start == MultistepStart.LowOrder || End == MultistepEnd.Lowered ? Math.Min(Points, 2) : Points;

    /// <inheritdoc/>
    public sealed override int? CallsPerStep => 1;

    /// <inheritdoc/>
    public sealed override bool IsDeterministic => true;

    /// <summary>Whether the weights are defined, and sensible, for a step that ends at s = 0.</summary>
    private protected abstract bool ReachesCleanData { get; }

    /// <summary>w_j for the newest estimates.</summary>
    private protected abstract double[] Weights(EstimateHistory history, int count, NoiseLevel level, NoiseLevel levelNext);

    /// <inheritdoc/>
    protected sealed override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        var history = new EstimateHistory(Points);
        for (var i = 0; i < Grid.Count; i++)
        {
            var (level, levelNext) = (Schedule.At(Grid.Times[i]), Schedule.At(Grid.Targets[i]));
            var now = Estimate.Of(denoiser, x, level);
            if (!level.IsPureNoise) history.Add(now);
            x = Advance(denoiser, x, now, levelNext, history, Grid.Count - i);
            yield return new SamplingStep(i, Grid.Count, levelNext.Time, x, now.Data);
        }
    }

    private Tensor Advance(Denoiser denoiser, Tensor x, Estimate now, NoiseLevel levelNext, EstimateHistory history, int stepsLeft)
    {
        var level = now.Level;
        if (level.IsPureNoise || (levelNext.Sigma == 0 && !ReachesCleanData)) return ProbabilityFlow.Step(x, now.Data, level, levelNext);
        if (history.Count == 1 && StartCalls > 0 && levelNext.Sigma > 0) return AccurateStart.Step(this, Points, denoiser, x, now, levelNext, history);
        var count = Math.Min(history.Count, End == MultistepEnd.Lowered ? Math.Min(Points, stepsLeft) : Points);
        if (count == 1) return ProbabilityFlow.Step(x, now.Data, level, levelNext);
        return levelNext.Alpha * ((x / level.Alpha) + history.Combine(Weights(history, count, level, levelNext), e => e.Noise));
    }
}

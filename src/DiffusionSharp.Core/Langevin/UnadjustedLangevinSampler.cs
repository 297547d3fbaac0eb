using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Langevin;

/// <summary>Langevin dynamics at one level: a Markov chain whose law tends to p_t, up to a bias in proportion to its step.</summary>
/// <remarks>
/// <code>
/// x ← x + h ∇ln p_t(x) + √(2h) z       h = η (α² + σ²),  z ~ N(0, I)
/// </code>
/// Roberts and Tweedie 1996 (the unadjusted algorithm); Welling and Teh 2011. On a Gaussian of variance v the stationary variance is
/// v/(1 − h/(2v)). The level is that of the grid's last time; each step of the grid is a number of Langevin steps there, and the last ends
/// with the step of the probability flow to the grid's end: the denoiser's estimate, for finished samples. The start is brought from the
/// spread of the grid's start to that of the level. Modes far apart are hardly ever crossed: that is why levels are annealed
/// (<see cref="AnnealedLangevinSampler"/>).
/// </remarks>
public sealed class UnadjustedLangevinSampler : FixedLevelLangevinSampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">Its last time is the level, its number of steps how long the chain is.</param>
    /// <param name="stepSize">
    /// η above 0: h relative to α² + σ², the variance of x for data of unit variance; h must stay below twice the smallest variance of p_t.
    /// </param>
    /// <param name="langevinSteps">Langevin steps in a step of the grid, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
    public UnadjustedLangevinSampler(Schedule schedule, TimeGrid grid, double stepSize = 0.02, int langevinSteps = 5)
        : base(schedule, grid, stepSize, langevinSteps)
    {
    }

    /// <inheritdoc/>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        var (level, end) = (Schedule.At(Grid.Times[^1]), Schedule.At(Grid.End));
        var h = StepSize * Power(level);
        x = Enter(x, Schedule.At(Grid.Start), level);
        for (var i = 0; i < Grid.Count; i++)
        {
            var d = denoiser.Denoise(x, level);
            var denoised = d;
            for (var j = 0; j < LangevinSteps; j++)
            {
                if (j > 0) d = denoiser.Denoise(x, level);
                var score = PredictionConversion.FromData(Prediction.Score, d, x, level);
                x = LangevinStep.Apply(x, score, h, noise.Draw(x.Shape, (i * LangevinSteps) + j));
            }

            if (!x.IsFinite()) throw Diverged(i, h);
            var isLast = i == Grid.Count - 1;
            if (isLast) x = ProbabilityFlow.Step(x, denoiser.Denoise(x, level), level, end);
            yield return new SamplingStep(i, Grid.Count, isLast ? end.Time : level.Time, x, denoised);
        }
    }

    private InvalidOperationException Diverged(int i, double h)
    {
        var excess = FormattableString.Invariant($"the step {h:G3} exceeds twice the smallest variance of p_t");
        return new InvalidOperationException(
            $"UnadjustedLangevinSampler: the chain diverged in step {i + 1} of {Grid.Count}: {excess}; "
            + FormattableString.Invariant($"lower the step size below {StepSize}, or end the grid at a noisier level."));
    }
}

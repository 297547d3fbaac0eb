using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Langevin;

/// <summary>Annealed Langevin dynamics: Langevin steps at each level in turn, from much noise to little.</summary>
/// <remarks>
/// <code>
/// at level i, T times:  x ← x + κσ_i² ∇ln p_i(x) + √(2κσ_i²) z       z ~ N(0, I)
/// then                  x ← (α_(i+1)/α_i) x;   at the end x = D(x), if asked for
/// </code>
/// Song and Ermon 2019, arXiv:1907.05600, algorithm 1 (without the final denoising), and 2020, arXiv:2006.09011, algorithm 1 (with it:
/// x + σ_L² s is D where α = 1). κ = ε/σ_L² of the second paper: 0.2 and 0.062 in the published settings of the two for 32×32 pictures; the
/// first paper's listing counts ε twice as large, its code does not. On any schedule this is their algorithm in y = x/α, whose noise is σ/α;
/// pure noise (α = 0) is left by <see cref="ProbabilityFlow.Step"/>. Neighbouring levels should overlap: better more levels, the ratio of
/// their σ/α near 1, than many steps at each.
/// </remarks>
public sealed class AnnealedLangevinSampler : Sampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">Its times are the levels.</param>
    /// <param name="stepSize">κ, above 0 and below 1: a step is κσ².</param>
    /// <param name="langevinSteps">T, steps at each level, at least 1; 5 and 100 in the papers, with 232 and 10 levels.</param>
    /// <param name="finalDenoising">Whether the end is the denoiser's estimate; if not, samples keep the noise of the last level.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
    public AnnealedLangevinSampler(Schedule schedule, TimeGrid grid, double stepSize = 0.062, int langevinSteps = 5, bool finalDenoising = true)
        : base(schedule, grid)
    {
        if (!(stepSize > 0 && stepSize < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(stepSize), stepSize, "AnnealedLangevinSampler: stepSize must lie between 0 and 1; a step is stepSize · σ².");
        }

        if (langevinSteps < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(langevinSteps), langevinSteps, "AnnealedLangevinSampler: at least one Langevin step at each level is needed.");
        }

        (StepSize, LangevinSteps, FinalDenoising) = (stepSize, langevinSteps, finalDenoising);
        StartCalls = finalDenoising ? 1 : 0;
    }

    /// <summary>κ: a step is κσ².</summary>
    public double StepSize { get; }

    /// <summary>T, steps at each level.</summary>
    public int LangevinSteps { get; }

    /// <summary>Whether the end is the denoiser's estimate.</summary>
    public bool FinalDenoising { get; }

    /// <inheritdoc/>
    public override int? Order => null;

    /// <inheritdoc/>
    public override int? CallsPerStep => LangevinSteps;

    /// <inheritdoc/>
    public override bool IsDeterministic => false;

    /// <inheritdoc/>
    protected override IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise)
    {
        for (var i = 0; i < Grid.Count; i++)
        {
            var (level, levelNext) = (Schedule.At(Grid.Times[i]), Schedule.At(Grid.Targets[i]));
            var d = denoiser.Denoise(x, level);
            var denoised = d;
            if (level.Alpha == 0)
            {
                x = ProbabilityFlow.Step(x, d, level, levelNext);
            }
            else
            {
                for (var j = 0; j < LangevinSteps; j++)
                {
                    if (j > 0) d = denoiser.Denoise(x, level);
                    var score = PredictionConversion.FromData(Prediction.Score, d, x, level);
                    x = LangevinStep.Apply(x, score, StepSize * level.Sigma * level.Sigma, noise.Draw(x.Shape, (i * LangevinSteps) + j));
                }

                x = i == Grid.Count - 1 && FinalDenoising
                    ? ProbabilityFlow.Step(x, denoiser.Denoise(x, level), level, levelNext)
                    : levelNext.Alpha / level.Alpha * x;
            }

            yield return new SamplingStep(i, Grid.Count, levelNext.Time, x, denoised);
        }
    }
}

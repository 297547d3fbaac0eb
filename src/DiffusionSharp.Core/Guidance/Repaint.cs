using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>Inpainting by RePaint: known values are put in at every level, and the walk goes back up so that the rest may agree with them.</summary>
/// <remarks>
/// <code>
/// down:  x_s = m ⊙ (α_s x₀ + σ_s ε) + (1 − m) ⊙ ancestral step(x_t)
/// up:    x_t = α_ts x_s + σ_ts z
/// </code>
/// Lugmayr et al. 2022, arXiv:2201.09865, algorithm 1, with jumps of several steps (appendix B). No gradient is needed. The law
/// nears the conditional one with more resamples but does not reach it: the known values' noise is drawn anew at every level.
/// </remarks>
public sealed class Repaint
{
    private readonly Schedule schedule;
    private readonly TimeGrid grid;

    /// <summary>Makes the sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data; they must join.</param>
    /// <param name="resamples">How often each stretch of the walk is gone in all, at least 1; 10 is the paper's.</param>
    /// <param name="jump">Steps that the walk goes back at a time, at least 1; 10 is the paper's.</param>
    /// <exception cref="ArgumentException">A value is out of range, or the grid's steps do not join.</exception>
    public Repaint(Schedule schedule, TimeGrid grid, int resamples = 10, int jump = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(jump, 1);
        Sampler.CheckGrid(schedule, grid, nameof(Repaint));
        if (!grid.IsChain)
        {
            throw new ArgumentException(
                "Repaint: it walks the grid up and down, and the steps of this compatibility grid do not join; use the plain grid.", nameof(grid));
        }

        (this.schedule, this.grid, Resamples, Jump) = (schedule, grid, resamples, jump);
    }

    /// <summary>How often each stretch is gone.</summary>
    public int Resamples { get; }

    /// <summary>Steps back at a time.</summary>
    public int Jump { get; }

    /// <summary>The trajectory, one element per step down; computed as it is enumerated.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="known">Clean data, [N, …]; read where the mask is 1.</param>
    /// <param name="mask">1 where the data is known, 0 where it is to be made, in the shape of <paramref name="known"/>.</param>
    /// <param name="noise">The start and two draws a move.</param>
    /// <exception cref="ArgumentException">The shapes differ, or the mask holds other values than 0 and 1.</exception>
    public IEnumerable<SamplingStep> Steps(Denoiser denoiser, Tensor known, Tensor mask, NoiseSource noise)
    {
        if (mask.Shape != known.Shape)
            throw new ArgumentException($"Repaint: a mask of shape {known.Shape} was expected, {mask.Shape} was given.", nameof(mask));
        foreach (var m in mask.Values)
            if (m is not (0 or 1))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Repaint: the mask is 1 where the data is known and 0 elsewhere; it holds {m}."), nameof(mask));
            }

        Sampler.CheckStart(schedule, grid, nameof(Repaint));
        return Trajectory(denoiser, known, mask, noise);
    }

    /// <summary>The samples: the end of <see cref="Steps"/>.</summary>
    /// <inheritdoc cref="Steps"/>
    public Tensor Sample(Denoiser denoiser, Tensor known, Tensor mask, NoiseSource noise) => Steps(denoiser, known, mask, noise).Last().X;

    private IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor known, Tensor mask, NoiseSource noise)
    {
        var free = mask.Map(m => 1 - m);
        var x = schedule.PriorSigma(grid.Start) * noise.Initial(known.Shape);
        var walk = Walk();
        var (count, shown) = (walk.Count(isDown => isDown), 0);
        var position = 0;
        for (var move = 0; move < walk.Count; move++)
        {
            if (walk[move])
            {
                var (level, levelNext) = (Level(position), Level(position + 1));
                var d = denoiser.Denoise(x, level);
                var made = AncestralStep.Apply(x, d, level, levelNext, noise, 2 * move);
                var given = levelNext.Sigma > 0 ? levelNext.AddNoise(known, noise.Draw(x.Shape, (2 * move) + 1)) : levelNext.Alpha * known;
                x = (mask * given) + (free * made);
                position++;
                yield return new SamplingStep(shown++, count, levelNext.Time, x, d);
            }
            else
            {
                var (from, to) = (Level(position), Level(position - 1));
                x = ForwardStep.Apply(x, from, to, noise.Draw(x.Shape, 2 * move));
                position--;
            }
        }
    }

    private NoiseLevel Level(int position) => Sampler.LevelAt(schedule, grid, position);

    // True is a step down. After every stretch of `Jump` steps the walk goes back up it, resamples − 1 times; the stretches are counted from
    // the clean end, and the one at the noisy end is gone once.
    private List<bool> Walk()
    {
        var (walk, position) = (new List<bool>(), 0);
        var left = new Dictionary<int, int>();
        for (var end = grid.Count; end > Jump; end -= Jump) left[end] = Resamples - 1;
        while (position < grid.Count)
        {
            walk.Add(true);
            position++;
            if (left.GetValueOrDefault(position) == 0) continue;
            left[position]--;
            for (var j = 0; j < Jump; j++) walk.Add(false);
            position -= Jump;
        }

        return walk;
    }
}

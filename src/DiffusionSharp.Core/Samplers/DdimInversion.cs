using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>DDIM inversion: the probability flow from data to the noise that <see cref="DdimSampler"/> makes the data from.</summary>
/// <remarks>
/// <code>
/// x_t = α_t D + σ_t ε̂       D, ε̂ from x_s; s less noisy than t
/// </code>
/// Song et al. 2021, arXiv:2010.02502, section 5.4 and eq. 14. Deterministic, one call a step, first order: inverting and sampling again
/// returns the data up to an error in proportion to the length of a step. <see cref="BdiaSampler"/> returns it exactly.
/// </remarks>
public sealed class DdimInversion
{
    /// <summary>Makes an inversion.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps of the sampling to be inverted; walked from its end to its start.</param>
    /// <exception cref="ArgumentException">The grid was made for another number of trained levels, or one step leads from clean data to pure noise.</exception>
    public DdimInversion(Schedule schedule, TimeGrid grid)
    {
        Sampler.CheckLevels(schedule, grid, nameof(DdimInversion));
        for (var i = 0; i < grid.Count; i++)
        {
            if (schedule.Alpha(grid.Times[i]) == 0 && schedule.Sigma(grid.Targets[i]) == 0)
                throw new ArgumentException(
                    "DdimInversion: a single step from clean data to pure noise keeps nothing of the data; use a grid of at least two steps.", nameof(grid));
        }

        (Schedule, Grid) = (schedule, grid);
    }

    /// <summary>α and σ at every time.</summary>
    public Schedule Schedule { get; }

    /// <summary>The steps, in the order of sampling.</summary>
    public TimeGrid Grid { get; }

    /// <summary>Where a step asks the denoiser.</summary>
    internal DdimInversionQuery Query { get; init => field = Guard.Known(value, "DdimInversion: unknown query"); }

    /// <summary>The trajectory from data to noise, one element per step; computed as it is enumerated.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="data">The state at the grid's end, [N, …]: clean data on a grid that ends there.</param>
    public IEnumerable<SamplingStep> Steps(Denoiser denoiser, Tensor data)
    {
        var x = data;
        for (var i = 0; i < Grid.Count; i++)
        {
            // The last step of sampling is the first of its inversion.
            var at = Grid.Count - 1 - i;
            (x, var d) = Step(denoiser, x, Schedule.At(Grid.Targets[at]), Schedule.At(Grid.Times[at]), Query);
            yield return new SamplingStep(i, Grid.Count, Grid.Times[at], x, d);
        }
    }

    /// <summary>The noise behind data: the end of <see cref="Steps"/>, at the grid's start.</summary>
    /// <inheritdoc cref="Steps"/>
    public Tensor Invert(Denoiser denoiser, Tensor data) => Steps(denoiser, data).Last().X;

    /// <summary>One step to a noisier level, and the estimate it was made from.</summary>
    internal static (Tensor X, Tensor Denoised) Step(Denoiser denoiser, Tensor x, NoiseLevel level, NoiseLevel levelNext, DdimInversionQuery query)
    {
        if (level.Sigma > 0 && (query == DdimInversionQuery.Start || levelNext.Alpha == 0))
        {
            var own = denoiser.Denoise(x, level);
            return (ProbabilityFlow.Step(x, own, level, levelNext), own);
        }

        // x_t = (α_t/α_s) (x_s − σ_s ε̂) + σ_t ε̂, with ε̂ of the noisier level.
        var d = denoiser.Denoise(x, levelNext);
        var eps = ProbabilityFlow.Slope(x, d, levelNext);
        return ((levelNext.Alpha / level.Alpha * x) + ((levelNext.Sigma - (levelNext.Alpha / level.Alpha * level.Sigma)) * eps), d);
    }
}

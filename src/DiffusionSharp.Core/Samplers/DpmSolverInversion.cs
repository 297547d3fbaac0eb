using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>From data to the noise that DPM-Solver would lead back to it: the multistep method along a grid from its end to its start.</summary>
/// <remarks>
/// The probability flow has no direction, and neither have the formulas of <see cref="DpmSolverMultistep"/>: h is negative. Data without
/// noise is taken up to the first level by x = α x₀, since ε̂ = 0 where σ = 0. Inverting and sampling again on the same grid gives the
/// data back up to the error of both. Lu et al. 2022, arXiv:2211.01095; Song et al. 2021, arXiv:2010.02502, section 5.4, for order 1.
/// </remarks>
public sealed class DpmSolverInversion
{
    private readonly Schedule schedule;
    private readonly TimeGrid grid;
    private readonly int order;
    private readonly DpmSolverForm form;
    private readonly DpmSolverVariant variant;

    /// <summary>Makes an inversion.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The grid of sampling, which is walked backwards.</param>
    /// <param name="order">1 (DDIM) or 2.</param>
    /// <param name="form">Which estimate is extrapolated.</param>
    /// <param name="variant">How order 2 weighs the slope.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the grid leaves the schedule or is no chain.</exception>
    public DpmSolverInversion(
        Schedule schedule,
        TimeGrid grid,
        int order = 2,
        DpmSolverForm form = DpmSolverForm.Data,
        DpmSolverVariant variant = DpmSolverVariant.Midpoint)
    {
        if (order is not (1 or 2)) throw new ArgumentOutOfRangeException(nameof(order), order, "DpmSolverInversion: an order of 1 or 2 was expected.");

        // Whether the grid fits the schedule and is a chain is the sampler's to say.
        _ = new DpmSolverMultistep(schedule, grid, order, form, variant);
        (this.schedule, this.grid, this.order, this.form, this.variant) = (schedule, grid, order, form, variant);
    }

    /// <summary>What is done as in published code; only the two lowered ends have a meaning here, and the end is the noise.</summary>
    internal DpmSolverCompatibility Compatibility
    {
        get;
        init => field = (value & DpmSolverCompatibility.Published) == 0
            ? value
            : throw new ArgumentException("DpmSolverInversion: only FirstOrderEnd and LoweredEnd have a meaning at orders 1 and 2.", nameof(value));
    }

    /// <summary>The states on the way to the noise, one per interval of the grid.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="x">The state at the grid's end, such as clean data, [N, …].</param>
    public IEnumerable<SamplingStep> Steps(Denoiser denoiser, Tensor x)
    {
        var history = new MultistepHistory(order, form, variant);
        for (var i = 0; i < grid.Count; i++)
        {
            var (level, levelNext) = (schedule.At(grid.Targets[^(i + 1)]), schedule.At(grid.Times[^(i + 1)]));
            var d = x;
            if (level.Sigma == 0)
            {
                x = levelNext.Alpha * x;
            }
            else
            {
                d = denoiser.Denoise(x, level);
                history.Push(level, x, d);
                x = levelNext.IsPureNoise ? ProbabilityFlow.Step(x, d, level, levelNext) : history.Step(x, levelNext, 0, OrderAt(i));
            }

            yield return new SamplingStep(i, grid.Count, levelNext.Time, x, d);
        }
    }

    /// <summary>The state at the grid's start: the end of <see cref="Steps"/>.</summary>
    /// <inheritdoc cref="Steps"/>
    public Tensor Invert(Denoiser denoiser, Tensor x) => Steps(denoiser, x).Last().X;

    private int OrderAt(int i) => i == grid.Count - 1 && Compatibility != DpmSolverCompatibility.None ? 1 : order;
}

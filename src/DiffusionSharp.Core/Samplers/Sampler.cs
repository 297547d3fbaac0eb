using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Moves samples from noise to data along a grid of times, asking a denoiser.</summary>
/// <remarks>
/// A trajectory is an enumeration: progress, previews and early stop belong to the caller. Sample k depends on the denoiser, on sample k's
/// start and on sample k's noise alone, never on its batch-mates.
/// </remarks>
public abstract class Sampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ at the grid's times.</param>
    /// <param name="grid">The steps, all inside the schedule.</param>
    /// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
    protected Sampler(Schedule schedule, TimeGrid grid)
    {
        CheckGrid(schedule, grid, nameof(Sampler));
        Schedule = schedule;
        Grid = grid;
    }

    /// <summary>α and σ at every time.</summary>
    public Schedule Schedule { get; }

    /// <summary>The steps.</summary>
    public TimeGrid Grid { get; }

    /// <summary>Order of accuracy in the length of a step: of x where deterministic, of its distribution where not (weak order).</summary>
    /// <remarks>Null where finer steps are not what brings the result closer: error control, or Langevin dynamics at given levels.</remarks>
    public abstract int? Order { get; }

    /// <summary>How often a step asks the denoiser; the last step, to clean data, may ask less often. Null where error control decides.</summary>
    public abstract int? CallsPerStep { get; }

    /// <summary>How many calls more the first steps make, once per trajectory: what a method that looks back may need to start as accurately as it goes on, or a Langevin chain to enter or leave its level.</summary>
    public int StartCalls { get; protected init; }

    /// <summary>Whether the result depends on the start alone; if not, noise enters along the way.</summary>
    public abstract bool IsDeterministic { get; }

    /// <summary>The trajectory from noise, one element per step; computed as it is enumerated.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="shape">The shape of the batch, [N, …].</param>
    /// <param name="noise">The start and whatever noise the steps need.</param>
    public IEnumerable<SamplingStep> Steps(Denoiser denoiser, Shape shape, NoiseSource noise) =>
        Steps(denoiser, Schedule.PriorSigma(Grid.Start) * noise.Initial(shape), noise);

    /// <summary>The trajectory from a given state at the start of the grid, such as a picture with noise added.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="x">The state at <see cref="TimeGrid.Start"/>, [N, …].</param>
    /// <param name="noise">Whatever noise the steps need.</param>
    public IEnumerable<SamplingStep> Steps(Denoiser denoiser, Tensor x, NoiseSource noise) => Trajectory(denoiser, x, noise);

    /// <summary>Samples from noise: the end of <see cref="Steps(Denoiser, Shape, NoiseSource)"/>.</summary>
    /// <inheritdoc cref="Steps(Denoiser, Shape, NoiseSource)"/>
    public Tensor Sample(Denoiser denoiser, Shape shape, NoiseSource noise) => Steps(denoiser, shape, noise).Last().X;

    /// <summary>Samples from a given state: the end of <see cref="Steps(Denoiser, Tensor, NoiseSource)"/>.</summary>
    /// <inheritdoc cref="Steps(Denoiser, Tensor, NoiseSource)"/>
    public Tensor Sample(Denoiser denoiser, Tensor x, NoiseSource noise) => Steps(denoiser, x, noise).Last().X;

    /// <summary>Refuses a grid that leaves the schedule, in the name of whoever was given it.</summary>
    internal static void CheckGrid(Schedule schedule, TimeGrid grid, string what)
    {
        if (!(grid.Start <= schedule.NoiseTime && grid.End >= schedule.CleanTime))
            throw new ArgumentException(FormattableString.Invariant($"{what}: the grid runs from {grid.Start} to {grid.End}, the schedule from {schedule.NoiseTime} to {schedule.CleanTime}."), nameof(grid));
    }

    /// <summary>The grid, if its steps join: what a method that looks back on earlier steps needs.</summary>
    /// <exception cref="ArgumentException">A compatibility grid was given, whose steps do not start where the one before ended.</exception>
    protected static TimeGrid Chain(TimeGrid grid, string sampler) =>
        grid.IsChain ? grid : throw new ArgumentException($"{sampler}: it looks back on earlier steps, and the steps of this compatibility grid do not join; use the plain grid.", nameof(grid));

    /// <summary>The trajectory; one element per step of the grid.</summary>
    protected abstract IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise);
}

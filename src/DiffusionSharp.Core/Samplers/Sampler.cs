using System.Globalization;
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
    /// <exception cref="ArgumentException">The grid leaves the schedule, or was made for another number of trained levels.</exception>
    protected Sampler(Schedule schedule, TimeGrid grid)
    {
        CheckGrid(schedule, grid, GetType().Name);
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

    /// <summary>How many calls more the first steps make, once per trajectory.</summary>
    /// <remarks>What a method that looks back may need to start as accurately as it goes on, or a Langevin chain to enter or leave its level.</remarks>
    public int StartCalls { get; protected init; }

    /// <summary>Whether the result depends on the start alone; if not, noise enters along the way.</summary>
    public abstract bool IsDeterministic { get; }

    /// <summary>The trajectory from noise, one element per step; computed as it is enumerated.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="shape">The shape of the batch, [N, …].</param>
    /// <param name="noise">The start and whatever noise the steps need.</param>
    /// <exception cref="ArgumentException">The grid starts where data prevails, although the schedule goes on to more noise than data.</exception>
    public IEnumerable<SamplingStep> Steps(Denoiser denoiser, Shape shape, NoiseSource noise)
    {
        CheckStart(Schedule, Grid, GetType().Name);
        return Steps(denoiser, Schedule.PriorSigma(Grid.Start) * noise.Initial(shape), noise);
    }

    /// <summary>The trajectory from a given state at the start of the grid, such as a picture with noise added.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="x">The state at <see cref="TimeGrid.Start"/>, [N, …].</param>
    /// <param name="noise">Whatever noise the steps need.</param>
    public IEnumerable<SamplingStep> Steps(Denoiser denoiser, Tensor x, NoiseSource noise) => Trajectory(denoiser, x, noise);

    /// <summary>Samples from noise: the end of <see cref="Steps(Denoiser, Shape, NoiseSource)"/>.</summary>
    /// <inheritdoc cref="Steps(Denoiser, Shape, NoiseSource)"/>
    public Tensor Sample(Denoiser denoiser, Shape shape, NoiseSource noise) => Steps(denoiser, shape, noise).Last().X;

    /// <summary>Samples from the noise of a seed: sample k depends on the seed and on k alone, as with <see cref="SeededNoise"/>.</summary>
    /// <inheritdoc cref="Steps(Denoiser, Shape, NoiseSource)"/>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="shape">The shape of the batch, [N, …].</param>
    /// <param name="seed">The same seed gives the same samples.</param>
    public Tensor Sample(Denoiser denoiser, Shape shape, ulong seed) => Sample(denoiser, shape, new SeededNoise(new Rng(seed)));

    /// <summary>Samples from a given state: the end of <see cref="Steps(Denoiser, Tensor, NoiseSource)"/>.</summary>
    /// <inheritdoc cref="Steps(Denoiser, Tensor, NoiseSource)"/>
    public Tensor Sample(Denoiser denoiser, Tensor x, NoiseSource noise) => Steps(denoiser, x, noise).Last().X;

    /// <summary>Refuses a grid that leaves the schedule or belongs to another, in the name of whoever was given it.</summary>
    internal static void CheckGrid(Schedule schedule, TimeGrid grid, string what)
    {
        CheckLevels(schedule, grid, what);
        if (!(grid.Start <= schedule.NoiseTime && grid.End >= schedule.CleanTime))
        {
            var runs = FormattableString.Invariant($"the grid runs from {grid.Start} to {grid.End}");
            throw new ArgumentException(
                FormattableString.Invariant($"{what}: {runs}, the schedule from {schedule.NoiseTime} to {schedule.CleanTime}."), nameof(grid));
        }
    }

    /// <summary>Refuses timesteps of another number of trained levels: the same timestep is another level of noise there.</summary>
    internal static void CheckLevels(Schedule schedule, TimeGrid grid, string what)
    {
        // Also a schedule of trained levels that does not name them ends at T − 1.
        if (grid.Levels is not int levels || levels - 1 == schedule.NoiseTime) return;
        var has = schedule.TrainedLevels?.ToString(CultureInfo.InvariantCulture) ?? "none";
        throw new ArgumentException(
            $"{what}: the grid was made for {levels} levels, the schedule has {has}; make it from the schedule: {Own(schedule, grid)}.", nameof(grid));
    }

    /// <summary>Refuses to start from noise alone where there is more data than noise, although the schedule goes on to more noise than data.</summary>
    /// <remarks>A normal law of the right variance is no start there. Given a state, a sampler starts anywhere.</remarks>
    internal static void CheckStart(Schedule schedule, TimeGrid grid, string what)
    {
        NoiseLevel start = schedule.At(grid.Start), most = schedule.At(schedule.StartTime);
        if (!(start.Sigma < start.Alpha && most.Sigma > most.Alpha)) return;
        var shows = FormattableString.Invariant($"data shows there (σ/α = {start.Ratio:G3}; the schedule goes on to {most.Ratio:G3})");
        throw new ArgumentException(
            FormattableString.Invariant($"{what}: from noise alone, a start at time {grid.Start} is too late, {shows}; ")
            + $"start with the schedule's noise, {Own(schedule, grid)}, or give the state to start from.",
            nameof(grid));
    }

    /// <summary>The grid, if its steps join: what a method that looks back on earlier steps needs.</summary>
    /// <param name="grid">The steps.</param>
    /// <param name="sampler">The class, for messages.</param>
    /// <exception cref="ArgumentException">A compatibility grid was given, whose steps do not start where the one before ended.</exception>
    protected static TimeGrid Chain(TimeGrid grid, string sampler) =>
        grid.IsChain
            ? grid
            : throw new ArgumentException(
                $"{sampler}: it looks back on earlier steps, and the steps of this compatibility grid do not join; use the plain grid.", nameof(grid));

    /// <summary>The level of a state of a chain: of the grid's times in turn, and of its end.</summary>
    internal static NoiseLevel LevelAt(Schedule schedule, TimeGrid grid, int position) => schedule.At(position < grid.Count ? grid.Times[position] : grid.End);

    // How to write the schedule's own grid, of as many steps as it can have.
    private static string Own(Schedule schedule, TimeGrid grid) =>
        string.Create(CultureInfo.InvariantCulture, $"schedule.Grid({Math.Min(grid.Count, schedule.TrainedLevels ?? int.MaxValue)})");

    /// <summary>The trajectory; one element per step of the grid.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="x">The state at the grid's start, [N, …].</param>
    /// <param name="noise">Whatever noise the steps need.</param>
    protected abstract IEnumerable<SamplingStep> Trajectory(Denoiser denoiser, Tensor x, NoiseSource noise);
}

using System.Globalization;

namespace DiffusionSharp.Schedules;

/// <summary>The times a sampler visits: step i goes from <c>Times[i]</c> to <c>Targets[i]</c>, towards the data.</summary>
/// <remarks>
/// The denoiser is asked at <see cref="Times"/>, strictly falling. Each target is the next time and the last is <see cref="End"/>;
/// only the named compatibility grids break this chain (<see cref="IsChain"/>).
/// </remarks>
public sealed class TimeGrid
{
    private readonly double[] times;
    private readonly double[] targets;

    /// <summary>A grid through given times.</summary>
    /// <param name="times">Where the denoiser is asked, most noise first, strictly falling; on the scale of the schedule.</param>
    /// <param name="end">Where the last step ends, below the last time: the schedule's clean time for finished samples.</param>
    /// <exception cref="ArgumentException">There is no time, or they do not fall strictly (NaN included).</exception>
    public TimeGrid(ReadOnlySpan<double> times, double end)
    {
        if (times.IsEmpty) throw new ArgumentException("TimeGrid: at least one step is needed.", nameof(times));
        this.times = times.ToArray();
        targets = [.. times[1..], end];
        for (var i = 0; i < times.Length; i++)
        {
            if (!(targets[i] < times[i] && double.IsFinite(times[i])))
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"TimeGrid: times must fall strictly; step {i} goes from {times[i]} to {targets[i]}."),
                    nameof(times));
        }
    }

    private TimeGrid(double[] times, double[] targets, int? levels)
    {
        this.times = times;
        this.targets = targets;
        Levels = levels;
    }

    /// <summary>T, where the times are timesteps of T trained levels, as <see cref="Timesteps"/> makes them; null where they are times alone.</summary>
    /// <remarks>The same timestep is another level of noise where T is another: samplers refuse such a grid.</remarks>
    public int? Levels { get; }

    /// <summary>The number of steps.</summary>
    public int Count => times.Length;

    /// <summary>Where each step starts and asks the denoiser.</summary>
    public ReadOnlySpan<double> Times => times;

    /// <summary>Where each step ends.</summary>
    public ReadOnlySpan<double> Targets => targets;

    /// <summary>Where the first step starts.</summary>
    public double Start => times[0];

    /// <summary>Where the last step ends.</summary>
    public double End => targets[^1];

    /// <summary>Whether every step starts where the one before ended; multistep methods need this.</summary>
    public bool IsChain => times.AsSpan(1).SequenceEqual(targets.AsSpan(0, Count - 1));

    /// <summary>Steps of equal length.</summary>
    /// <param name="start">Where the first step starts.</param>
    /// <param name="end">Where the last step ends, below the start.</param>
    /// <param name="steps">Number of steps, at least 1.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static TimeGrid Uniform(double start, double end, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        var times = new double[steps];
        for (var i = 0; i < steps; i++) times[i] = start + ((end - start) * i / steps);
        return new TimeGrid(times, end);
    }

    /// <summary>Steps of equal length over all of a schedule.</summary>
    /// <param name="schedule">Whose most noise the first step starts at, and whose clean data the last ends at.</param>
    /// <param name="steps">Number of steps, at least 1.</param>
    /// <inheritdoc cref="Uniform(double, double, int)"/>
    public static TimeGrid Uniform(Schedule schedule, int steps) => Uniform(schedule.NoiseTime, schedule.CleanTime, steps);

    /// <summary>The grid's last steps.</summary>
    /// <param name="steps">How many, 1 … <see cref="Count"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is out of range.</exception>
    public TimeGrid Last(int steps)
    {
        if (steps < 1 || steps > Count) throw new ArgumentOutOfRangeException(nameof(steps), steps, $"TimeGrid: 1 to {Count} of its steps were expected.");
        return new TimeGrid(times[^steps..], targets[^steps..], Levels);
    }

    /// <summary>Compatibility: the grid whose last two steps are one; it has one step less and never asks at the last time.</summary>
    /// <exception cref="InvalidOperationException">There is only one step.</exception>
    /// <remarks>Multistep solvers of other tools space S + 1 timesteps, the last near the data, and leave that one out.</remarks>
    public TimeGrid WithLastStepsJoined() =>
        Count > 1
            ? new TimeGrid(times[..^1], [.. targets[..^2], targets[^1]], Levels)
            : throw new InvalidOperationException("TimeGrid.WithLastStepsJoined: there is only one step.");

    /// <summary>Compatibility: the grid whose last step ends at the first trained level instead of clean data.</summary>
    /// <remarks>What <c>set_alpha_to_one = false</c> means in other tools' files. Samples then keep the noise of level 0.</remarks>
    public TimeGrid EndingAtFirstLevel()
    {
        var changed = (double[])targets.Clone();
        for (var i = 0; i < changed.Length; i++) changed[i] = Math.Max(changed[i], 0);
        return new TimeGrid(times, changed, Levels);
    }

    /// <summary>Compatibility: the grid whose steps all have the length ⌊T/S⌋, although the times are spaced otherwise.</summary>
    /// <param name="levels">T, the number of trained levels.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="levels"/> is below the number of steps.</exception>
    /// <remarks>
    /// Some tools take t − ⌊T/S⌋ for the next timestep whatever the spacing, so that a step ends at another level than the one where the
    /// next begins. The default grid is right; this one reproduces their samples.
    /// </remarks>
    public TimeGrid WithStrideTargets(int levels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, Count);
        var changed = new double[Count];
        for (var i = 0; i < Count; i++) changed[i] = Math.Max(times[i] - (levels / Count), -1);
        return new TimeGrid(times, changed, levels);
    }

    /// <summary>The grid, as one of timesteps of T trained levels.</summary>
    internal TimeGrid OfLevels(int levels) => new(times, targets, levels);
}

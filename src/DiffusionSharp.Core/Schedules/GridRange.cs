namespace DiffusionSharp.Schedules;

/// <summary>Between which levels a grid runs, and in which quantity it is spaced.</summary>
/// <param name="Smallest">The smallest value; null is that of <see cref="Schedule.LeastNoiseTime"/>.</param>
/// <param name="Largest">The largest value; null is that of <see cref="Schedule.NoiseTime"/>, or σ/α = 80, EDM's, where that is infinite.</param>
/// <param name="Scale">What the values are and what is spaced: σ/α or time.</param>
/// <param name="End">Where the last step ends: at clean data or at the smallest value.</param>
public sealed record GridRange(double? Smallest = null, double? Largest = null, GridScale Scale = GridScale.Ratio, GridEnd End = GridEnd.Clean)
{
    /// <summary>σ/α that stands for pure noise where a grid in σ/α starts and the schedule's own is infinite.</summary>
    public const double LargestRatio = 80;

    /// <summary>S steps at values that a ramp gives: the share 0 is the largest value, 1 the smallest.</summary>
    internal TimeGrid Grid(Schedule schedule, int steps, string name, Func<double, double, double, double> ramp)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        var (low, lowTime) = Limit(schedule, Smallest, schedule.LeastNoiseTime, name);
        var (high, highTime) = Limit(schedule, Largest, schedule.NoiseTime, name);
        var points = End == GridEnd.Clean ? steps : steps + 1;
        if (!(low < high || (points == 1 && low <= high)))
            throw new ArgumentException(FormattableString.Invariant($"{name}: the smallest {Scale} was expected below the largest, {low} and {high} came."));

        var times = new double[points];
        for (var i = 0; i < points; i++)
        {
            // The ends exactly, not by way of a power and its root.
            times[i] = i == 0 ? highTime : i == points - 1 ? lowTime : TimeOf(schedule, ramp(low, high, i / (points - 1.0)), name);
        }

        return End == GridEnd.Clean ? new TimeGrid(times, schedule.CleanTime) : new TimeGrid(times.AsSpan(0, steps), lowTime);
    }

    /// <summary>The time of a σ/α, which may exceed the schedule's largest by a rounding.</summary>
    internal static double TimeAtRatio(Schedule schedule, double ratio, string name, double rounding = 1e-9)
    {
        if (ratio == 0) return schedule.CleanTime;
        var largest = schedule.At(schedule.NoiseTime).Ratio;
        if (!(ratio > 0 && ratio <= largest * (1 + rounding)))
            throw new ArgumentOutOfRangeException(
                nameof(ratio), ratio, FormattableString.Invariant($"{name}: σ/α in [0, {largest}] was expected, the range of the schedule."));
        return ratio >= largest ? schedule.NoiseTime : schedule.TimeAtLogSnr(Math.Max(-2 * Math.Log(ratio), schedule.LogSnr(schedule.NoiseTime)));
    }

    private double TimeOf(Schedule schedule, double value, string name) => Scale == GridScale.Time ? value : TimeAtRatio(schedule, value, name);

    private (double Value, double Time) Limit(Schedule schedule, double? given, double fallback, string name)
    {
        if (given is null && Scale == GridScale.Time) return (fallback, fallback);
        if (given is null && schedule.At(fallback).Ratio is var ratio && double.IsFinite(ratio)) return (ratio, fallback);
        var value = given ?? LargestRatio;
        if (!double.IsFinite(value) || (Scale == GridScale.Time ? !(value > schedule.CleanTime && value <= schedule.NoiseTime) : !(value > 0)))
            throw new ArgumentOutOfRangeException(
                nameof(given), value, FormattableString.Invariant($"{name}: a finite {Scale} inside the schedule and above that of clean data was expected."));
        return (value, TimeOf(schedule, value, name));
    }
}

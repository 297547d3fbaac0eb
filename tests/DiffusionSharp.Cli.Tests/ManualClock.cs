namespace DiffusionSharp.Cli.Tests;

/// <summary>A clock that a test turns; its timers ring as it is turned.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly List<ManualTimer> timers = [];
    private long now;

    /// <summary>Seconds that pass whenever somebody looks at it.</summary>
    public int StepAtEachLook { get; init; }

    public override long TimestampFrequency => 4;

    public override long GetTimestamp()
    {
        var seen = now;
        now += StepAtEachLook * TimestampFrequency;
        return seen;
    }

    /// <summary>Lets seconds pass, a quarter at a time.</summary>
    public void Pass(double seconds)
    {
        for (var quarters = (int)(seconds * TimestampFrequency); quarters > 0; quarters--)
        {
            now++;
            foreach (var timer in timers.ToArray()) timer.Look(now);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(() => callback(state), (long)(period.TotalSeconds * TimestampFrequency), now);
        timers.Add(timer);
        return timer;
    }

    private sealed class ManualTimer(Action ring, long period, long begun) : ITimer
    {
        private bool ended;

        public void Look(long now)
        {
            if (!ended && (now - begun) % period == 0) ring();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose() => ended = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

namespace DiffusionSharp.Training.Tests;

/// <summary>A clock that stands still until it is moved, and whose timers ring at once.</summary>
internal sealed class ImpatientClock : TimeProvider
{
    private long now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Move(double seconds) => now += TimeSpan.FromSeconds(seconds).Ticks;

    public override long GetTimestamp() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new RingingTimer(callback, state, dueTime);

    private sealed class RingingTimer : ITimer
    {
        private readonly TimerCallback callback;
        private readonly object? state;

        public RingingTimer(TimerCallback callback, object? state, TimeSpan dueTime)
        {
            (this.callback, this.state) = (callback, state);
            Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan) callback(state);
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}

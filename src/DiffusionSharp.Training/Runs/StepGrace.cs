namespace DiffusionSharp.Training.Runs;

/// <summary>Lets a step end that is in hand when a stop comes, but not for long: a step of a large network takes minutes.</summary>
internal sealed class StepGrace : IDisposable
{
    /// <summary>How long a step may go on after the stop.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(0.5);

    private readonly CancellationTokenSource abandon;
    private readonly CancellationTokenRegistration registration;

    /// <summary>Waits for a stop.</summary>
    /// <param name="clock">Measures the grace.</param>
    /// <param name="stop">The stop.</param>
    public StepGrace(TimeProvider clock, CancellationToken stop)
    {
        var source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        abandon = source;
        registration = stop.Register(() => source.CancelAfter(Length));
    }

    /// <summary>Says that the step in hand is to be left.</summary>
    public CancellationToken Token => abandon.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        registration.Dispose();
        abandon.Dispose();
    }
}

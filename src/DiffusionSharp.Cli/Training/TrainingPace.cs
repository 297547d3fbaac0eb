namespace DiffusionSharp.Cli.Training;

/// <summary>Loss and speed since the last line shown, and the time that is left at that speed.</summary>
internal sealed class TrainingPace(TimeProvider clock, int batch)
{
    // Of the recent past in the smoothed rate: a sheet of samples should not make the time left jump.
    private const double Memory = 0.8;

    private long begun = clock.GetTimestamp();
    private double losses;
    private int steps;
    private double? secondsPerStep;

    /// <summary>Seconds since the last <see cref="Take"/>.</summary>
    public double Seconds => clock.GetElapsedTime(begun).TotalSeconds;

    /// <summary>Counts a step.</summary>
    public void Add(double loss)
    {
        losses += loss;
        steps++;
    }

    /// <summary>Mean loss and samples a second since the last call, seconds left; then starts anew.</summary>
    public (double Loss, double SamplesPerSecond, double SecondsLeft) Take(int stepsLeft)
    {
        var seconds = Math.Max(Seconds, 1e-9);
        var perStep = seconds / Math.Max(steps, 1);
        secondsPerStep = secondsPerStep is { } before ? (Memory * before) + ((1 - Memory) * perStep) : perStep;
        var taken = (losses / Math.Max(steps, 1), batch / perStep, stepsLeft * secondsPerStep.Value);
        (begun, losses, steps) = (clock.GetTimestamp(), 0, 0);
        return taken;
    }
}

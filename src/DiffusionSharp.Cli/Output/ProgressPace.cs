namespace DiffusionSharp.Cli.Output;

/// <summary>How fast steps are done: a smoothed rate, which one slow step does not make jump.</summary>
/// <param name="unit">What the rate counts; null: there is none worth showing.</param>
/// <param name="perStep">Units of one step.</param>
internal sealed class ProgressPace(string? unit, double perStep)
{
    // A window is long enough to be measured, and of the windows before it four fifths stay.
    private const double Window = 0.5, Memory = 0.8;

    private (long Done, double Seconds)? from;
    private double? secondsPerStep;

    /// <summary>The rate in words; empty before there is one.</summary>
    public string Rate => unit is null || secondsPerStep is not > 0 ? "" : $"{Say.Rate(perStep / secondsPerStep.Value)} {unit}/s";

    /// <summary>Counts steps. The first call says only where the work begins.</summary>
    public void Add(long done, double seconds)
    {
        if (from is not { } begin)
        {
            from = (done, seconds);
            return;
        }

        if (done <= begin.Done || (secondsPerStep is not null && seconds - begin.Seconds < Window)) return;
        var now = (seconds - begin.Seconds) / (done - begin.Done);
        secondsPerStep = secondsPerStep is { } before ? (Memory * before) + ((1 - Memory) * now) : now;
        from = (done, seconds);
    }

    /// <summary>The time left in words; empty where it is not known.</summary>
    public string Left(long steps) => unit is null || steps <= 0 || secondsPerStep is not { } each ? "" : $"{Say.Duration(each * steps)} left";
}

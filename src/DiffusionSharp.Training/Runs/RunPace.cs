using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Runs;

/// <summary>How long the rest of a run takes, by what its steps, checkpoints and sheets took so far.</summary>
/// <param name="config">The run's.</param>
/// <param name="writes">Whether checkpoints and sheets are written at all.</param>
internal sealed class RunPace(RunConfig config, bool writes)
{
    // Of the newest step in the mean: it follows a machine that others use within some dozens of steps.
    private const double Newest = 0.05;

    private int steps;
    private double stepSeconds, checkpointSeconds, sheetSeconds;

    /// <summary>Samples in a second of training.</summary>
    public double SamplesPerSecond => config.Batch / Math.Max(stepSeconds, 1e-9);

    /// <summary>Takes note of a step.</summary>
    public void Stepped(TimeSpan time)
    {
        // The mean of the first steps, until they are many.
        steps++;
        stepSeconds += Math.Max(Newest, 1.0 / steps) * (time.TotalSeconds - stepSeconds);
    }

    /// <summary>Takes note of a checkpoint.</summary>
    public void Saved(TimeSpan time) => checkpointSeconds = time.TotalSeconds;

    /// <summary>Takes note of a sheet.</summary>
    public void Drawn(TimeSpan time) => sheetSeconds = time.TotalSeconds;

    /// <summary>Seconds until the end.</summary>
    /// <param name="done">Steps done.</param>
    public double SecondsLeft(int done)
    {
        var left = (config.Steps - done) * stepSeconds;
        return writes ? left + (Checkpoints(done) * checkpointSeconds) + (Sheets(done) * sheetSeconds) : left;
    }

    // The last step has a sheet, and every sheet a checkpoint before it.
    private long Sheets(int done)
    {
        if (done >= config.Steps) return 0;
        return config.SampleEvery == 0 ? 1 : Multiples(done, config.SampleEvery) + (config.Steps % config.SampleEvery == 0 ? 0 : 1);
    }

    private long Checkpoints(int done)
    {
        if (done >= config.Steps) return 0;
        var (every, sheet) = ((long)config.CheckpointEvery, (long)config.SampleEvery);
        var regular = sheet == 0 ? Multiples(done, every) : Multiples(done, every) + Multiples(done, sheet) - Multiples(done, Common(every, sheet));
        return config.Steps % every == 0 || (sheet > 0 && config.Steps % sheet == 0) ? regular : regular + 1;
    }

    private long Multiples(int done, long every) => (config.Steps / every) - (done / every);

    private static long Common(long a, long b)
    {
        var (x, y) = (a, b);
        while (y != 0) (x, y) = (y, x % y);
        return a / x * b;
    }
}

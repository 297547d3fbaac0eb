using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Output;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>Counts the steps of all batches and shows them.</summary>
internal sealed class SamplingMeter : IDisposable
{
    private readonly CommandContext context;
    private readonly int total;
    private readonly ProgressDisplay display;

    public SamplingMeter(CommandContext context, int total, bool quiet)
    {
        (this.context, this.total) = (context, total);
        display = new ProgressDisplay(context, "sampling", quiet);
        display.Report(0, total);
    }

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Seconds so far.</summary>
    public double Seconds => display.Seconds;

    /// <summary>Counts a step; throws where the user asked to stop.</summary>
    /// <exception cref="StoppedException">Ctrl-C.</exception>
    public void Count()
    {
        Steps++;
        if (context.Stop.IsCancellationRequested) throw new StoppedException($"after {Say.Count(Steps)} of {Say.Count(total)} steps; nothing was written.");
        display.Report(Steps, total);
    }

    /// <inheritdoc/>
    public void Dispose() => display.Dispose();
}

using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>Shows how far sampling is.</summary>
internal sealed class SamplingMeter : IProgress<SamplingProgress>, IDisposable
{
    private readonly CommandContext context;
    private readonly ProgressDisplay display;
    private SamplingProgress last;

    public SamplingMeter(CommandContext context, bool quiet)
    {
        this.context = context;
        display = new ProgressDisplay(context.Console, context.Clock, "sampling", quiet);
        display.Activity("building the network");
    }

    /// <inheritdoc/>
    public void Report(SamplingProgress value)
    {
        last = value;
        display.Activity("");
        display.Report(value.Done, value.Total);
    }

    /// <summary>Does the work; a stop becomes the words of where it was.</summary>
    /// <exception cref="StoppedException">Ctrl-C.</exception>
    public T Watch<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (OperationCanceledException) when (context.Stop.IsCancellationRequested)
        {
            var where = last.Total == 0 ? "before the first step" : $"after {Say.Count(last.Done)} of {Say.Count(last.Total)} steps";
            throw new StoppedException($"{where}; nothing was written.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => display.Dispose();
}

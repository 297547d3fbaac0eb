using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Output;

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
        display = new ProgressDisplay(context, "sampling", quiet);
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
            throw new StoppedException($"{(last.Total == 0 ? "before the first step" : $"after {Say.Count(last.Done)} of {Say.Count(last.Total)} steps")}; nothing was written.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => display.Dispose();
}

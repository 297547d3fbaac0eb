using System.Text.Json;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli.Evaluation;

/// <summary>Says what an evaluation will cost and shows how far it is, in passes through the network.</summary>
internal sealed class EvaluationMeter : IProgress<EvaluationProgress>, IDisposable
{
    private readonly CommandContext context;
    private readonly ProgressDisplay display;
    private EvaluationProgress last;

    public EvaluationMeter(CommandContext context, bool quiet)
    {
        this.context = context;
        display = new ProgressDisplay(context.Console, context.Clock, "measuring", quiet, "passes");
        display.Activity("building the network");
    }

    /// <inheritdoc/>
    public void Report(EvaluationProgress value)
    {
        if (last == default) display.Note($"note: about {Say.Count(value.ExpectedPasses)} passes through the network to come");
        last = value;

        // Error control may ask for more than was expected.
        display.Activity("");
        var metric = JsonNamingPolicy.KebabCaseLower.ConvertName(value.Metric.ToString());
        display.Report(value.Passes, Math.Max(value.ExpectedPasses, value.Passes + 1), metric);
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
            var where = last == default ? "before the first pass" : $"after {Say.Count(last.Passes)} {(last.Passes == 1 ? "pass" : "passes")}";
            throw new StoppedException($"{where} through the network; nothing was written.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => display.Dispose();
}

using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Output;

namespace DiffusionSharp.Cli.Evaluation;

/// <summary>Counts passes through the network and shows them. How many there will be, error control decides.</summary>
internal sealed class EvaluationMeter(CommandContext context, bool quiet) : IDisposable
{
    private readonly ProgressDisplay display = new(context, "measuring", quiet, "passes");
    private string metric = "";

    /// <summary>Passes so far.</summary>
    public long Passes { get; private set; }

    /// <summary>Seconds so far.</summary>
    public double Seconds => display.Seconds;

    /// <summary>Names what is measured from now on.</summary>
    public void Measure(string name, int number, int metrics)
    {
        metric = metrics == 1 ? name : $"{name} ({number}/{metrics})";
        display.Report(Passes, 0, Words());
    }

    /// <summary>Counts a pass; throws where the user asked to stop.</summary>
    /// <exception cref="StoppedException">Ctrl-C.</exception>
    public void Count()
    {
        Passes++;
        if (context.Stop.IsCancellationRequested) throw new StoppedException($"after {Say.Count(Passes)} {(Passes == 1 ? "pass" : "passes")} through the network; nothing was written.");
        display.Report(Passes, 0, Words());
    }

    /// <inheritdoc/>
    public void Dispose() => display.Dispose();

    private string Words() => $"{Say.Count(Passes)} {(Passes == 1 ? "pass" : "passes")}, {metric}";
}

using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Output;

namespace DiffusionSharp.Cli.Evaluation;

/// <summary>Counts passes through the network: in place at a terminal, silent elsewhere. How many there will be, error control decides.</summary>
internal sealed class EvaluationMeter(CommandContext context, bool quiet)
{
    private const double TerminalSeconds = 0.2;

    private readonly long begun = context.Clock.GetTimestamp();
    private double shown;
    private bool drawn;

    /// <summary>Passes so far.</summary>
    public long Passes { get; private set; }

    /// <summary>Seconds so far.</summary>
    public double Seconds => context.Clock.GetElapsedTime(begun).TotalSeconds;

    /// <summary>Counts a pass; throws where the user asked to stop.</summary>
    /// <exception cref="StoppedException">Ctrl-C.</exception>
    public void Count()
    {
        Passes++;
        if (context.Stop.IsCancellationRequested)
        {
            Clear();
            throw new StoppedException($"after {Passes} passes through the network; nothing was written.");
        }

        var seconds = Seconds;
        if (quiet || !context.Console.IsTerminal || seconds - shown < TerminalSeconds) return;
        shown = seconds;
        context.Console.Out.Write($"\r{Passes} passes through the network, {Say.Duration(seconds)}\u001b[K");
        drawn = true;
    }

    /// <summary>Removes what was drawn in place.</summary>
    public void Clear()
    {
        if (drawn) context.Console.Out.Write("\r\u001b[K");
        drawn = false;
    }
}

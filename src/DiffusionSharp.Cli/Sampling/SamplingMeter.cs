using DiffusionSharp.Cli.Commands;
using DiffusionSharp.Cli.Output;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>Counts the steps of all batches and shows them: in place at a terminal, as lines now and then elsewhere.</summary>
/// <remarks>Plain text on purpose: most sampling ends before a drawn bar would have started.</remarks>
internal sealed class SamplingMeter(CommandContext context, int total, bool quiet)
{
    private const double TerminalSeconds = 0.2, PlainSeconds = 10;

    private readonly long begun = context.Clock.GetTimestamp();
    private double shown;
    private bool drawn;

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Seconds so far.</summary>
    public double Seconds => context.Clock.GetElapsedTime(begun).TotalSeconds;

    /// <summary>Counts a step; throws where the user asked to stop.</summary>
    /// <exception cref="StoppedException">Ctrl-C.</exception>
    public void Count()
    {
        Steps++;
        if (context.Stop.IsCancellationRequested)
        {
            Clear();
            throw new StoppedException($"after {Steps} of {total} steps; nothing was written.");
        }

        var seconds = Seconds;
        if (quiet || Steps == total || seconds - shown < (context.Console.IsTerminal ? TerminalSeconds : PlainSeconds)) return;
        shown = seconds;
        var line = $"{Steps}/{total} steps, {Say.Duration(seconds / Steps * (total - Steps))} left";
        if (context.Console.IsTerminal) context.Console.Out.Write($"\r{line}\u001b[K");
        else context.Console.Out.WriteLine(line);
        drawn = context.Console.IsTerminal;
    }

    /// <summary>Removes what was drawn in place.</summary>
    public void Clear()
    {
        if (drawn) context.Console.Out.Write("\r\u001b[K");
        drawn = false;
    }
}

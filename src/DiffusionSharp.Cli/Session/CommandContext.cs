using DiffusionSharp.Cli.Output;

namespace DiffusionSharp.Cli.Session;

/// <summary>What every command is given beside its options.</summary>
/// <param name="Console">Where it writes.</param>
/// <param name="Clock">For rates and times shown; no result depends on it.</param>
/// <param name="Stop">Set by Ctrl-C: end cleanly, losing nothing.</param>
/// <param name="Processors">Of this machine; null asks it.</param>
internal sealed record CommandContext(CommandConsole Console, TimeProvider Clock, CancellationToken Stop, int? Processors = null)
{
    /// <summary>Threads to compute with: those asked for, but no more than there are processors, since more of them only wait for each other.</summary>
    /// <param name="asked">Null: all.</param>
    public int Threads(int? asked)
    {
        var most = Processors ?? Environment.ProcessorCount;
        if (asked > most) Note($"note: --threads: {asked} were asked for, this machine has {most}; {most} {(most == 1 ? "is" : "are")} used.");
        return Math.Min(asked ?? most, most);
    }

    /// <inheritdoc cref="CommandConsole.Note"/>
    public void Note(string line) => Console.Note(line);
}

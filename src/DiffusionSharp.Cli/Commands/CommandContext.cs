using DiffusionSharp.Cli.Output;

namespace DiffusionSharp.Cli.Commands;

/// <summary>What every command is given beside its options.</summary>
/// <param name="Console">Where it writes.</param>
/// <param name="Clock">For rates and times shown; no result depends on it.</param>
/// <param name="Stop">Set by Ctrl-C: end cleanly, losing nothing.</param>
internal sealed record CommandContext(CommandConsole Console, TimeProvider Clock, CancellationToken Stop);

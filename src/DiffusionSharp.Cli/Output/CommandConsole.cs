namespace DiffusionSharp.Cli.Output;

/// <summary>Where a command writes: results to one stream, errors to the other.</summary>
/// <param name="Out">Results and progress.</param>
/// <param name="Error">The one line of a failure.</param>
/// <param name="IsTerminal">Whether a person watches <paramref name="Out"/>, so that a line may be drawn over.</param>
public sealed record CommandConsole(TextWriter Out, TextWriter Error, bool IsTerminal)
{
    /// <summary>The streams of this process.</summary>
    public static CommandConsole OfProcess() => new(Console.Out, Console.Error, !Console.IsOutputRedirected);
}

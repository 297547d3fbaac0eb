namespace DiffusionSharp.Cli.Output;

/// <summary>Where a command writes: results to one stream, all else to the other.</summary>
/// <param name="Out">Results only, so that they can be read by a program.</param>
/// <param name="Error">Progress, notes, warnings, and the one line of a failure.</param>
/// <param name="IsTerminal">Whether a person watches <paramref name="Error"/> on a terminal that can draw a line over.</param>
public sealed record CommandConsole(TextWriter Out, TextWriter Error, bool IsTerminal)
{
    /// <summary>Columns of text where nothing is known of a terminal.</summary>
    public const int UsualWidth = 100;

    // Lines longer than this are hard to read, however wide the window is.
    private const int MostWidth = 120, LeastWidth = 40;

    /// <summary>Columns of the terminal that shows <see cref="Error"/>.</summary>
    public int Width { get; init; } = UsualWidth;

    /// <summary>Columns that prose on <see cref="Out"/> is wrapped to; null leaves each row of a list on one line, for other programs.</summary>
    public int? ListWidth { get; init; }

    /// <summary>Whether <see cref="Error"/> may be coloured.</summary>
    public bool Colour { get; init; }

    /// <summary>The line at the foot of <see cref="Error"/>.</summary>
    internal StatusLine Status { get; } = new(Error, IsTerminal);

    /// <summary>The streams of this process. Colour is left out where NO_COLOR is set (no-color.org), nothing is drawn over where TERM is dumb.</summary>
    public static CommandConsole OfProcess()
    {
        var dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        var terminal = !Console.IsErrorRedirected && !dumb;
        var width = Console.IsErrorRedirected && Console.IsOutputRedirected ? UsualWidth : WindowWidth();
        return new CommandConsole(Console.Out, Console.Error, terminal)
        {
            Width = width,
            ListWidth = Console.IsOutputRedirected ? null : Math.Min(width, MostWidth),
            Colour = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
        };
    }

    /// <summary>Writes a line to <see cref="Error"/>, above what is drawn there.</summary>
    /// <param name="line">Beginning with its kind, such as "warning: ", where it has one.</param>
    internal void Note(string line) => Status.Print(Ink.Message(line, Colour));

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth >= LeastWidth ? Console.WindowWidth : UsualWidth;
        }
        catch (Exception error) when (error is IOException or PlatformNotSupportedException)
        {
            return UsualWidth;
        }
    }
}

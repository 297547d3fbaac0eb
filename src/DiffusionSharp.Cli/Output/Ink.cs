namespace DiffusionSharp.Cli.Output;

/// <summary>Colours of words on a terminal; plain text where there are none.</summary>
internal static class Ink
{
    private const string Reset = "\u001b[0m";

    /// <summary>A kind of message before its text: "error: …" in red, "warning: …" in yellow, all others as they are.</summary>
    public static string Message(string line, bool colour) =>
        !colour ? line
        : line.StartsWith("error:", StringComparison.Ordinal) ? $"\u001b[1;31merror:{Reset}{line["error:".Length..]}"
        : line.StartsWith("warning:", StringComparison.Ordinal) ? $"\u001b[1;33mwarning:{Reset}{line["warning:".Length..]}"
        : line;

    /// <summary>What is done.</summary>
    public static string Done(string text, bool colour) => colour && text.Length > 0 ? $"\u001b[32m{text}{Reset}" : text;

    /// <summary>What is still to do.</summary>
    public static string Rest(string text, bool colour) => colour && text.Length > 0 ? $"\u001b[2m{text}{Reset}" : text;
}

namespace DiffusionSharp.Cli.Output;

/// <summary>Text broken into lines between words, never inside one.</summary>
internal static class Lines
{
    /// <summary>Breaks a text.</summary>
    /// <param name="text">Words between single spaces; further spaces are kept where no line is broken.</param>
    /// <param name="width">Columns of a line; a longer word stands on a line of its own.</param>
    /// <returns>At least one line.</returns>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                lines.Add(line);
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        lines.Add(line);
        return lines;
    }
}

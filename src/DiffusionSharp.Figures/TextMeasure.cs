using System.Globalization;

namespace DiffusionSharp.Figures;

/// <summary>About how wide texts are: no font is at hand, and none is the same everywhere.</summary>
internal static class TextMeasure
{
    /// <summary>Width in pixels; letters of sans-serif faces differ by kind far more than by face.</summary>
    public static double Width(string text, double size) => size * text.Sum(Letter);

    /// <summary>The size at which a text fits into the room, no less than six tenths of the size wished for.</summary>
    public static double Fit(string text, double size, double room)
    {
        var width = Width(text, size);
        return width <= room ? size : Math.Round(size * Math.Max(room / width, 0.6), 1);
    }

    /// <summary>A text in lines no wider than the room, broken at spaces; a word wider than the room stays whole.</summary>
    public static IReadOnlyList<string> Wrap(string text, double size, double room)
    {
        if (Width(text, size) <= room) return [text];
        var lines = new List<string>();
        foreach (var word in text.Split(' '))
        {
            if (lines.Count > 0 && Width($"{lines[^1]} {word}", size) <= room) lines[^1] += $" {word}";
            else lines.Add(word);
        }

        return lines;
    }

    /// <summary>An exponent with a true minus sign.</summary>
    public static string Power(int power) => power.ToString(CultureInfo.InvariantCulture).Replace('-', '−');

    private static double Letter(char c) =>
        "iljtfrI.,:;|!'()[] ".Contains(c, StringComparison.Ordinal) ? 0.32
        : "mwMW@%".Contains(c, StringComparison.Ordinal) ? 0.87
        : c >= '\u2e80' ? 1
        : char.IsUpper(c) ? 0.68 : 0.56;
}

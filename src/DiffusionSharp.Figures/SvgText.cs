using System.Globalization;
using System.Text;

namespace DiffusionSharp.Figures;

/// <summary>Writes SVG elements: coordinates in invariant notation with two decimals, text escaped.</summary>
internal sealed class SvgText
{
    private readonly StringBuilder builder = new();

    /// <summary>A number as SVG reads it, rounded to hundredths of a pixel.</summary>
    public static string Number(double value)
    {
        var text = value.ToString("0.##", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }

    /// <summary>Text that is safe between tags and in quoted attributes; what XML cannot hold becomes U+FFFD.</summary>
    public static string Escape(string text)
    {
        var safe = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) safe.Append(c).Append(text[++i]);
            else if (c == '&') safe.Append("&amp;");
            else if (c == '<') safe.Append("&lt;");
            else if (c == '>') safe.Append("&gt;");
            else if (c == '"') safe.Append("&quot;");
            else if (c == '\'') safe.Append("&#39;");
            else if (char.IsSurrogate(c) || c >= '\uFFFE' || (c < ' ' && c is not ('\t' or '\n'))) safe.Append('\uFFFD');
            else safe.Append(c);
        }

        return safe.ToString();
    }

    /// <summary>The middle of a pixel, where a line of one pixel is sharp.</summary>
    /// <param name="pixels">A coordinate in it.</param>
    public static double Crisp(double pixels) => Math.Floor(pixels) + 0.5;

    /// <summary>An exponent behind a number.</summary>
    /// <param name="exponent">Markup.</param>
    /// <param name="size">Size of the number's type in pixels.</param>
    public static string Raised(string exponent, double size) =>
        $"<tspan dy=\"-{Number(size * 0.4)}\" font-size=\"{Number(size * 0.75)}\">{exponent}</tspan>";

    /// <summary>Raw markup; numbers in the interpolation are formatted by <see cref="Number"/>, strings are taken as they are.</summary>
    public SvgText Add(FormattableString markup)
    {
        var arguments = markup.GetArguments();
        for (var i = 0; i < arguments.Length; i++)
            if (arguments[i] is double number) arguments[i] = Number(number);
        builder.AppendFormat(CultureInfo.InvariantCulture, markup.Format, arguments);
        return this;
    }

    /// <summary>Ends the line.</summary>
    public void End() => builder.Append('\n');

    /// <inheritdoc/>
    public override string ToString() => builder.ToString();
}

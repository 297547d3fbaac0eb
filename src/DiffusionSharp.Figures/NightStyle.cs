using System.Text;

namespace DiffusionSharp.Figures;

/// <summary>The style sheet that turns one theme's colours into another's where the reader prefers a dark scheme.</summary>
/// <remarks>A rule of CSS wins over the attribute it selects, so the drawing itself needs neither classes nor identifiers.</remarks>
public static class NightStyle
{
    /// <summary>The rules, for a style element of an SVG document that is drawn in the colours of the day.</summary>
    /// <param name="day">The theme the document is drawn in.</param>
    /// <param name="night">The theme it turns into; at least one colour.</param>
    /// <exception cref="ArgumentException">The theme of the night has no colours.</exception>
    public static string Of(PlotTheme day, PlotTheme night)
    {
        if (night.Colors.Count == 0) throw new ArgumentException("NightStyle: the theme of the night has no colours; give at least one.");
        (string Day, string Night)[] pairs =
        [
            (day.Background, night.Background),
            (day.Ink, night.Ink),
            (day.Muted, night.Muted),
            (day.Grid, night.Grid),
            .. day.Colors.Select((c, i) => (c, night.Colors[i % night.Colors.Count])),
        ];
        var rules = new StringBuilder("@media (prefers-color-scheme:dark){");
        // A ground that lets the page through stays so; "none" is also how an outline says that it is not filled.
        foreach (var (from, to) in pairs.Where(p => p.Day != "none").DistinctBy(p => p.Day))
            foreach (var attribute in (string[])["fill", "stroke"]) rules.Append($"[{attribute}=\"{Quoted(from)}\"]{{{attribute}:{to}}}");
        return SvgText.Escape(rules.Append('}').ToString()).Replace("&quot;", "\"", StringComparison.Ordinal);
    }

    /// <summary>Text inside the quotes of a selector.</summary>
    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}

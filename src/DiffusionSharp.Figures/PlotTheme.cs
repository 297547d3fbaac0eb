namespace DiffusionSharp.Figures;

/// <summary>Colours (CSS notation) and type of a plot.</summary>
/// <param name="Background">Behind everything; "none" lets the page show through.</param>
/// <param name="Ink">Titles and axis labels.</param>
/// <param name="Muted">Axes, ticks and their numbers.</param>
/// <param name="Grid">Grid lines.</param>
/// <param name="Colors">Colours of the series, in order; after the last, the first again.</param>
/// <param name="FontFamily">CSS font family list.</param>
/// <param name="FontSize">Size of axis labels in pixels; other text follows from it.</param>
public sealed record PlotTheme(string Background, string Ink, string Muted, string Grid, IReadOnlyList<string> Colors, string FontFamily, double FontSize)
{
    private const string Sans = "Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif";

    /// <summary>Dark ink on white, for papers and documents.</summary>
    /// <remarks>Series take the colours of Okabe and Ito 2008, "Color Universal Design", distinct under all common colour blindness.</remarks>
    public static PlotTheme Paper { get; } = new(
        "white", "#222222", "#5f6368", "#e8eaed", ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555"], Sans, 13);

    /// <summary>Light ink on a dark ground, for screens.</summary>
    public static PlotTheme Dark { get; } = new(
        "#16181d", "#eceff4", "#9aa3b2", "#2b2f38", ["#56B4E9", "#E69F00", "#2fc796", "#e29cc4", "#f0e442", "#ff8a4c", "#b8bfca"], Sans, 13);

    /// <summary>Paper by day and Dark by night, in one file: it follows the reader's system, also inside an HTML image.</summary>
    /// <remarks>
    /// Every colour of Paper, also where a series was given it by hand, turns into its counterpart of Dark. Other colours stay:
    /// write #ffffff for a white that shall not become the dark ground.
    /// </remarks>
    public static PlotTheme Adaptive { get; } = Paper with { Night = Dark };

    /// <summary>
    /// The theme whose colours take the place of these, one for one, where the reader prefers a dark scheme; null for colours that never change.
    /// </summary>
    public PlotTheme? Night { get; init; }
}

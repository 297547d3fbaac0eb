namespace DiffusionSharp.Figures;

/// <summary>A drawing that is a document by itself, or stands beside others in <see cref="SvgPanels"/>.</summary>
public abstract record SvgPanel
{
    /// <summary>Title above the drawing; empty leaves it out.</summary>
    public string Title { get; init; } = "";

    /// <summary>Colours and type.</summary>
    public PlotTheme Theme { get; init; } = PlotTheme.Paper;

    /// <summary>Width and height in pixels.</summary>
    internal abstract (int Width, int Height) Size { get; }

    /// <summary>The drawing as an SVG document.</summary>
    /// <exception cref="ArgumentException">
    /// There is nothing to draw, or something that is given is malformed or out of bounds; the message says which.
    /// </exception>
    public string ToSvg() => SvgPanels.Grid([this], 1);

    /// <summary>Draws ground and content with the corner at (0, 0).</summary>
    internal abstract void Draw(SvgText svg);
}

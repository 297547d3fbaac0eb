namespace DiffusionSharp.Figures;

/// <summary>Several plots and picture strips side by side as one SVG document; a series has one colour by its name in all of them.</summary>
public static class SvgPanels
{
    /// <summary>Plots in rows; each keeps its own size, the columns and rows are as wide and high as their largest plot.</summary>
    /// <param name="plots">At least one, row by row; the first one's theme sets the type, the ground between them, and the colours of the night.</param>
    /// <param name="columns">Plots in a row; by default all in one.</param>
    /// <exception cref="ArgumentException">There is no plot, columns are not positive, or a plot cannot be drawn.</exception>
    public static string Grid(IReadOnlyList<SvgPanel> plots, int? columns = null)
    {
        if (plots.Count == 0) throw new ArgumentException("SvgPanels: there is no plot to show; give at least one.", nameof(plots));
        if (columns is <= 0) throw new ArgumentException($"SvgPanels: {columns} columns; at least 1 is needed.", nameof(columns));
        plots = SeriesColors.Shared(plots);
        var across = Math.Min(columns ?? plots.Count, plots.Count);
        var (cellWidth, cellHeight) = (plots.Max(p => p.Size.Width), plots.Max(p => p.Size.Height));
        var (width, height) = (across * cellWidth, (plots.Count + across - 1) / across * cellHeight);

        var theme = plots[0].Theme;
        var label = SvgText.Escape(string.Join("; ", plots.Select(p => p.Title).Where(t => t.Length > 0)));
        var svg = new SvgText();
        svg.Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\"")
            .Add($" role=\"img\" aria-label=\"{label}\" font-family=\"{SvgText.Escape(theme.FontFamily)}\">")
            .End();
        if (theme.Night != null) svg.Add($"<style>{NightStyle.Of(theme, theme.Night)}</style>").End();
        svg.Add($"<rect width=\"{width}\" height=\"{height}\" fill=\"{SvgText.Escape(theme.Background)}\"/>").End();
        for (var i = 0; i < plots.Count; i++)
        {
            svg.Add($"<g transform=\"translate({i % across * cellWidth} {i / across * cellHeight})\">").End();
            plots[i].Draw(svg);
            svg.Add($"</g>").End();
        }

        svg.Add($"</svg>").End();
        return svg.ToString();
    }
}

namespace DiffusionSharp.Figures;

/// <summary>A plot of lines, points, bands and bars on two axes, written as one self-contained SVG text.</summary>
/// <remarks>
/// Points that are not finite, or not positive on a logarithmic axis, are skipped; lines show a gap there. Ranges follow
/// the data unless given. The text is the same on every machine, and holds no identifiers, so many plots can share a page.
/// <code>
/// var svg = new SvgPlot([new LineSeries("loss", steps, losses)]) { XLabel = "step", YScale = AxisScale.Log }.ToSvg();
/// </code>
/// </remarks>
/// <param name="Series">What is drawn, first at the bottom.</param>
public sealed record SvgPlot(IReadOnlyList<PlotSeries> Series)
{
    /// <summary>Title above the plot; empty leaves it out.</summary>
    public string Title { get; init; } = "";

    /// <summary>Label of the horizontal axis; empty leaves it out.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>Label of the vertical axis; empty leaves it out.</summary>
    public string YLabel { get; init; } = "";

    /// <summary>Scale of the horizontal axis.</summary>
    public AxisScale XScale { get; init; }

    /// <summary>Scale of the vertical axis.</summary>
    public AxisScale YScale { get; init; }

    /// <summary>Range of the horizontal axis; by default that of the data. What lies outside is cut off.</summary>
    public (double Low, double High)? XRange { get; init; }

    /// <summary>Range of the vertical axis; by default that of the data. What lies outside is cut off.</summary>
    public (double Low, double High)? YRange { get; init; }

    /// <summary>One unit is as long on both axes: the range that would be stretched is widened. Linear axes only.</summary>
    public bool EqualAspect { get; init; }

    /// <summary>Width in pixels, 120 to 10000.</summary>
    public int Width { get; init; } = 640;

    /// <summary>Height in pixels, 120 to 10000.</summary>
    public int Height { get; init; } = 400;

    /// <summary>Colours and type.</summary>
    public PlotTheme Theme { get; init; } = PlotTheme.Paper;

    /// <summary>The plot as an SVG document.</summary>
    /// <exception cref="ArgumentException">There is nothing to draw, a series is malformed, or a range or size is out of bounds; the message says which.</exception>
    public string ToSvg() => SvgPanels.Grid([this], 1);

    internal void Draw(SvgText svg)
    {
        Check();
        var layout = new PlotLayout(this);
        layout.DrawFrame(svg);
        // A nested viewport cuts off what lies outside; a clip path would need an identifier.
        svg.Add($"<svg x=\"{layout.Left}\" y=\"{layout.Top}\" width=\"{layout.InnerWidth}\" height=\"{layout.InnerHeight}\" overflow=\"hidden\">").End();
        for (var i = 0; i < Series.Count; i++) SeriesPainter.Draw(svg, Series[i], ColorOf(i), layout);
        svg.Add($"</svg>").End();
        layout.DrawAxes(svg);
    }

    internal string ColorOf(int index) => SvgText.Escape(Series[index].Color ?? Theme.Colors[index % Theme.Colors.Count]);

    private void Check()
    {
        if (Width is < 120 or > 10000 || Height is < 120 or > 10000) throw new ArgumentException($"SvgPlot: a size of {Width}×{Height} pixels; 120 to 10000 a side can be drawn.");
        if (Theme.Colors.Count == 0) throw new ArgumentException("SvgPlot: the theme has no colours; give at least one.");
        if (EqualAspect && (XScale != AxisScale.Linear || YScale != AxisScale.Linear)) throw new ArgumentException("SvgPlot: equal aspect needs linear axes, got a logarithmic one.");
        Check(XRange, XScale, nameof(XRange));
        Check(YRange, YScale, nameof(YRange));
        foreach (var s in Series)
        {
            if (s.X.Count != s.Y.Count) throw new ArgumentException($"SvgPlot: series \"{s.Name}\" has {s.X.Count} values of X and {s.Y.Count} of Y; they must be as many.");
            if (s is BandSeries band && band.Lower.Count != s.X.Count) throw new ArgumentException($"SvgPlot: band \"{s.Name}\" has {s.X.Count} values of X and {band.Lower.Count} of Lower; they must be as many.");
            if (s is BarSeries { Width: not > 0 } bars) throw new ArgumentException($"SvgPlot: bars \"{s.Name}\" are {bars.Width} wide; a positive width is needed.");
        }

        if (!Series.Any(s => Enumerable.Range(0, s.X.Count).Any(i => PlotAxis.Shows(XScale, s.X[i]) && PlotAxis.Shows(YScale, s.Y[i]))))
            throw new ArgumentException($"SvgPlot: none of the {Series.Count} series of \"{Title}\" has a point that can be drawn; give at least one finite point (positive on a logarithmic axis).");
    }

    private static void Check((double Low, double High)? range, AxisScale scale, string name)
    {
        if (range is not var (low, high)) return;
        if (!(double.IsFinite(high - low) && PlotAxis.IsWide(low, high) && PlotAxis.Shows(scale, low)))
            throw new ArgumentException($"SvgPlot: {name} is {low} to {high}; finite numbers from low to high are needed, positive on a logarithmic axis.");
    }
}

namespace DiffusionSharp.Figures;

/// <summary>A plot on two axes, written as one self-contained SVG text.</summary>
/// <remarks>
/// Points that are not finite, or not positive on a logarithmic axis, are skipped; lines show a gap there. Ranges follow
/// the data unless given. The same plot gives the same text, which holds no identifiers, so many plots can share a page.
/// The kinds can be mixed in one plot:
/// <list type="table">
/// <item><term><see cref="LineSeries"/></term><description>a line, or steps</description></item>
/// <item><term><see cref="PointSeries"/></term><description>a scatter of dots</description></item>
/// <item><term><see cref="ErrorBarSeries"/></term><description>measured points with whiskers</description></item>
/// <item><term><see cref="BandSeries"/></term><description>the area between two curves</description></item>
/// <item><term><see cref="BarSeries"/></term><description>bars; a sample's histogram by <see cref="HistogramSeries"/></description></item>
/// <item><term><see cref="HeatMapSeries"/></term><description>a function of two variables as colours</description></item>
/// <item><term><see cref="ContourSeries"/></term><description>its level lines</description></item>
/// <item><term><see cref="VectorFieldSeries"/></term><description>an arrow at each point</description></item>
/// <item><term><see cref="ReferenceLine"/></term><description>one number of an axis</description></item>
/// </list>
/// <code>
/// var svg = new SvgPlot([new LineSeries("loss", steps, losses)]) { XLabel = "step", YScale = AxisScale.Log }.ToSvg();
/// </code>
/// </remarks>
/// <param name="Series">What is drawn, first at the bottom.</param>
public sealed record SvgPlot(IReadOnlyList<PlotSeries> Series) : SvgPanel
{
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

    /// <summary>One unit is as long on both axes. Linear axes only.</summary>
    /// <remarks>The range that would be stretched is widened, or where there is a heat map or contours the longer axis is shortened.</remarks>
    public bool EqualAspect { get; init; }

    /// <summary>Width in pixels, 120 to 10000.</summary>
    public int Width { get; init; } = 640;

    /// <summary>Height in pixels, 120 to 10000.</summary>
    public int Height { get; init; } = 400;

    internal override (int Width, int Height) Size => (Width, Height);

    internal override void Draw(SvgText svg)
    {
        Check();
        var layout = new PlotLayout(this);
        layout.DrawFrame(svg);
        // A nested viewport cuts off what lies outside; a clip path would need an identifier.
        svg.Add($"<svg x=\"{layout.Left}\" y=\"{layout.Top}\" width=\"{layout.InnerWidth}\" height=\"{layout.InnerHeight}\" overflow=\"hidden\">").End();
        for (var i = 0; i < Series.Count; i++) Series[i].Draw(svg, ColorOf(i), layout);
        svg.Add($"</svg>").End();
        layout.DrawAxes(svg);
    }

    /// <summary>The colour of a series: its own, the one that it has in the panels beside, or the theme's next among those that need one.</summary>
    internal string ColorOf(int index)
    {
        var series = Series[index];
        return SvgText.Escape(series.Color ?? (series.Traits.IsMuted ? Theme.Muted : SeriesColors.ByPlace(this, index)));
    }

    private void Check()
    {
        if (Width is < 120 or > 10000 || Height is < 120 or > 10000)
            throw new ArgumentException($"SvgPlot: a size of {Width}×{Height} pixels; 120 to 10000 a side can be drawn.");
        if (Theme.Colors.Count == 0) throw new ArgumentException("SvgPlot: the theme has no colours; give at least one.");
        if (EqualAspect && (XScale != AxisScale.Linear || YScale != AxisScale.Linear))
            throw new ArgumentException("SvgPlot: equal aspect needs linear axes, got a logarithmic one.");
        Check(XRange, XScale, nameof(XRange));
        Check(YRange, YScale, nameof(YRange));
        foreach (var s in Series) s.Check(this);
    }

    private static void Check((double Low, double High)? range, AxisScale scale, string name)
    {
        if (range is not var (low, high)) return;
        if (!(double.IsFinite(high - low) && PlotAxis.IsWide(low, high) && PlotAxis.Shows(scale, low)))
            throw new ArgumentException($"SvgPlot: {name} is {low} to {high}; finite numbers from low to high are needed, positive on a logarithmic axis.");
    }
}

namespace DiffusionSharp.Figures;

/// <summary>A line through the points in their order; a point that is not finite leaves a gap.</summary>
/// <param name="Name">Name in the legend; empty leaves it out.</param>
/// <param name="X">Positions along the horizontal axis.</param>
/// <param name="Y">Positions along the vertical axis.</param>
public sealed record LineSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
    : PlotSeries(Name, X, Y)
{
    /// <summary>Width in pixels.</summary>
    public double Width { get; init; } = 1.75;

    /// <summary>Drawn dashed: for theory beside measurement.</summary>
    public bool Dashed { get; init; }

    /// <summary>A dot on every point: for a few measured points.</summary>
    public bool Markers { get; init; }

    /// <summary>Drawn as steps, each value held until the next point: for distribution functions of samples, and schedules.</summary>
    public bool Steps { get; init; }

    internal override SeriesTraits Traits => Markers ? SeriesTraits.Cloud : SeriesTraits.Plain;

    internal override void Check(SvgPlot plot) => CheckPairs();

    internal override void Reach(PlotReach reach) => reach.Add(this);

    internal override void Draw(SvgText svg, string color, PlotLayout layout) => SeriesPainter.DrawLine(svg, this, color, layout);

    internal override void DrawSign(SvgText svg, string color, double x, double y)
    {
        svg.Add($"<path d=\"M{x} {y}h18\" stroke=\"{color}\" stroke-width=\"{Width}\"{(Dashed ? " stroke-dasharray=\"6 4\"" : "")}/>");
        if (Markers) SeriesPainter.DrawDot(svg, color, x, y);
    }

    /// <summary>The same curve with a corner at each step.</summary>
    internal LineSeries Stepped()
    {
        var (x, y) = (new List<double>(), new List<double>());
        for (var i = 0; i < X.Count; i++)
        {
            if (i > 0)
            {
                x.Add(X[i]);
                y.Add(Y[i - 1]);
            }

            x.Add(X[i]);
            y.Add(Y[i]);
        }

        return this with { X = x, Y = y, Steps = false };
    }
}

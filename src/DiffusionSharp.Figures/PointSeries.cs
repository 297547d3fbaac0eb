namespace DiffusionSharp.Figures;

/// <summary>A dot for each point.</summary>
/// <param name="Name">Name in the legend; empty leaves it out.</param>
/// <param name="X">Positions along the horizontal axis.</param>
/// <param name="Y">Positions along the vertical axis.</param>
public sealed record PointSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
    : PlotSeries(Name, X, Y)
{
    /// <summary>Radius in pixels.</summary>
    public double Radius { get; init; } = 1.8;

    /// <summary>Opacity in (0, 1]; below 1, dense regions look denser.</summary>
    public double Opacity { get; init; } = 0.45;

    internal override SeriesTraits Traits => SeriesTraits.Cloud;

    internal override void Check(SvgPlot plot) => CheckPairs();

    internal override void Reach(PlotReach reach) => reach.Add(this);

    internal override void Draw(SvgText svg, string color, PlotLayout layout) => SeriesPainter.DrawPoints(svg, this, color, layout, Radius, Opacity);

    internal override void DrawSign(SvgText svg, string color, double x, double y) => SeriesPainter.DrawDot(svg, color, x, y);
}

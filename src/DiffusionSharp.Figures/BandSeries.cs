namespace DiffusionSharp.Figures;

/// <summary>A shaded band between two curves: a confidence region, or with the lower one at 0 the area of a density.</summary>
/// <param name="Name">Name in the legend; empty leaves it out.</param>
/// <param name="X">Positions along the horizontal axis.</param>
/// <param name="Y">Upper curve.</param>
/// <param name="Lower">Lower curve, as long as X.</param>
public sealed record BandSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<double> Lower)
    : PlotSeries(Name, X, Y)
{
    /// <summary>Opacity in (0, 1].</summary>
    public double Opacity { get; init; } = 0.2;

    internal override SeriesTraits Traits => SeriesTraits.Plain;

    internal override void Check(SvgPlot plot)
    {
        CheckPairs();
        if (Lower.Count != X.Count)
            throw new ArgumentException($"SvgPlot: band \"{Name}\" has {X.Count} values of X and {Lower.Count} of Lower; they must be as many.");
    }

    internal override void Reach(PlotReach reach)
    {
        for (var i = 0; i < X.Count; i++)
            if (reach.Add(X[i], Y[i])) reach.AddY(Lower[i]);
    }

    internal override void Draw(SvgText svg, string color, PlotLayout layout) => SeriesPainter.DrawBand(svg, this, color, layout);

    internal override void DrawSign(SvgText svg, string color, double x, double y) => SeriesPainter.DrawArea(svg, color, x, y);
}

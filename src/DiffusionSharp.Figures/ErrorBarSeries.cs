namespace DiffusionSharp.Figures;

/// <summary>Measured points, each a dot with a whisker of its error up and down.</summary>
/// <remarks>On a logarithmic axis a whisker that reaches zero or less is cut at the axis. An error that is not finite has no whisker.</remarks>
/// <param name="Name">Name in the legend; empty leaves it out.</param>
/// <param name="X">Positions along the horizontal axis.</param>
/// <param name="Y">Measured values.</param>
/// <param name="Error">Length of the whiskers in units of Y, not negative, as many as X: a standard error, or several.</param>
public sealed record ErrorBarSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<double> Error)
    : PlotSeries(Name, X, Y)
{
    /// <summary>Radius of the dots in pixels.</summary>
    public double Radius { get; init; } = 2.6;

    internal override SeriesTraits Traits => SeriesTraits.Cloud;

    internal override void Check(SvgPlot plot)
    {
        CheckPairs();
        if (Error.Count != X.Count)
            throw new ArgumentException($"SvgPlot: error bars \"{Name}\" have {X.Count} values of X and {Error.Count} of Error; they must be as many.");
        foreach (var error in Error)
            if (error < 0) throw new ArgumentException($"SvgPlot: error bars \"{Name}\" have an error of {error}; lengths of at least 0 are needed.");
    }

    internal override void Reach(PlotReach reach)
    {
        for (var i = 0; i < X.Count; i++)
        {
            if (!reach.Add(X[i], Y[i]) || !double.IsFinite(Error[i])) continue;
            reach.AddY(Y[i] - Error[i]);
            reach.AddY(Y[i] + Error[i]);
        }
    }

    internal override void Draw(SvgText svg, string color, PlotLayout layout)
    {
        svg.Add($"<path d=\"");
        for (var i = 0; i < X.Count; i++)
        {
            if (!layout.Shows(X[i], Y[i]) || !double.IsFinite(Error[i])) continue;
            var (x, top) = (layout.X(X[i]), layout.Y(Y[i] + Error[i]));
            svg.Add($"M{x - 3} {top}h6M{x} {top}");
            // What is not positive lies infinitely far below on a logarithmic axis: the whisker leaves the viewport.
            if (layout.Shows(X[i], Y[i] - Error[i])) svg.Add($"V{layout.Y(Y[i] - Error[i])}m-3 0h6");
            else svg.Add($"V{layout.InnerHeight}");
        }

        svg.Add($"\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.2\"/>").End();
        SeriesPainter.DrawPoints(svg, this, color, layout, Radius, 1);
    }

    internal override void DrawSign(SvgText svg, string color, double x, double y)
    {
        svg.Add($"<path d=\"M{x + 9} {y - 6}v12\" stroke=\"{color}\" stroke-width=\"1.2\"/>");
        SeriesPainter.DrawDot(svg, color, x, y);
    }
}

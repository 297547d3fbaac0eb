namespace DiffusionSharp.Figures;

/// <summary>Upright bars on the horizontal axis, from Y = 0: a histogram. On a logarithmic vertical axis they stand on its lower end.</summary>
/// <param name="Name">Name in the legend; empty leaves it out.</param>
/// <param name="X">Middle of each bar.</param>
/// <param name="Y">Height of each bar.</param>
/// <param name="Width">Width of the bars in units of X, positive.</param>
public sealed record BarSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, double Width)
    : PlotSeries(Name, X, Y)
{
    /// <summary>Opacity in (0, 1].</summary>
    public double Opacity { get; init; } = 0.35;

    internal override SeriesTraits Traits => SeriesTraits.Plain;

    internal override void Check(SvgPlot plot)
    {
        CheckPairs();
        if (!(Width > 0)) throw new ArgumentException($"SvgPlot: bars \"{Name}\" are {Width} wide; a positive width is needed.");
    }

    internal override void Reach(PlotReach reach)
    {
        for (var i = 0; i < X.Count; i++)
        {
            if (!reach.Add(X[i], Y[i])) continue;
            reach.AddX(X[i] - (Width / 2));
            reach.AddX(X[i] + (Width / 2));
            reach.AddY(0);
        }
    }

    internal override void Draw(SvgText svg, string color, PlotLayout layout) => SeriesPainter.DrawBars(svg, this, color, layout);

    internal override void DrawSign(SvgText svg, string color, double x, double y) => SeriesPainter.DrawArea(svg, color, x, y);
}

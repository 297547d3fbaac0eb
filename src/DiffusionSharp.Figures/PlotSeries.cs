namespace DiffusionSharp.Figures;

/// <summary>One set of data of a plot and how it is drawn; points that are not finite are skipped.</summary>
/// <param name="Name">Name in the legend or at the colour bar; empty leaves it out.</param>
/// <param name="X">Positions along the horizontal axis.</param>
/// <param name="Y">Positions along the vertical axis.</param>
public abstract record PlotSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>CSS colour; by default the theme's, by order of the series.</summary>
    public string? Color { get; init; }

    /// <summary>What the plot must know of it.</summary>
    internal abstract SeriesTraits Traits { get; }

    /// <summary>Throws where the series cannot be drawn on the plot.</summary>
    internal abstract void Check(SvgPlot plot);

    /// <summary>Tells how far the data reach.</summary>
    internal abstract void Reach(PlotReach reach);

    /// <summary>Draws the data inside the plot's viewport.</summary>
    internal abstract void Draw(SvgText svg, string color, PlotLayout layout);

    /// <summary>Draws the sign of the legend, 18 pixels wide from x, around the height y.</summary>
    internal abstract void DrawSign(SvgText svg, string color, double x, double y);

    internal void CheckPairs(string kind = "series")
    {
        if (X.Count != Y.Count) throw new ArgumentException($"SvgPlot: {kind} \"{Name}\" has {X.Count} values of X and {Y.Count} of Y; they must be as many.");
    }

    internal void CheckLinear(SvgPlot plot, string kind)
    {
        if (plot.XScale != AxisScale.Linear || plot.YScale != AxisScale.Linear)
            throw new ArgumentException($"SvgPlot: {kind} \"{Name}\" needs linear axes, got a logarithmic one; draw it over the logarithm.");
    }
}

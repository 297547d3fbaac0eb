namespace DiffusionSharp.Figures;

/// <summary>One set of points of a plot and how it is drawn. X and Y are of equal length; points that are not finite are skipped.</summary>
/// <param name="Name">Name in the legend; empty leaves it out.</param>
/// <param name="X">Positions along the horizontal axis.</param>
/// <param name="Y">Positions along the vertical axis.</param>
public abstract record PlotSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>CSS colour; by default the theme's, by order of the series.</summary>
    public string? Color { get; init; }
}

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
}

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
}

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
}

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
}

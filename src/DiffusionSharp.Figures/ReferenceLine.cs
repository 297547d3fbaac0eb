namespace DiffusionSharp.Figures;

/// <summary>A dashed line across the whole plot at one number of an axis: a true parameter, a bound, a noise floor.</summary>
/// <remarks>Drawn in the muted ink of the theme unless it has a colour. Its number widens the range of its axis.</remarks>
public sealed record ReferenceLine : PlotSeries
{
    private ReferenceLine(string name, double value, bool upright)
        : base(name, [], []) => (Value, Upright) = (value, upright);

    /// <summary>Where the line stands.</summary>
    public double Value { get; }

    /// <summary>Whether it is vertical, at a number of the horizontal axis.</summary>
    public bool Upright { get; }

    /// <summary>A vertical line.</summary>
    /// <param name="name">Name in the legend; empty leaves it out.</param>
    /// <param name="x">A number of the horizontal axis.</param>
    public static ReferenceLine Vertical(string name, double x) => new(name, x, true);

    /// <summary>A horizontal line.</summary>
    /// <param name="name">Name in the legend; empty leaves it out.</param>
    /// <param name="y">A number of the vertical axis.</param>
    public static ReferenceLine Horizontal(string name, double y) => new(name, y, false);

    internal override SeriesTraits Traits => new() { IsMuted = true };

    internal override void Check(SvgPlot plot)
    {
        var scale = Upright ? plot.XScale : plot.YScale;
        if (!PlotAxis.Shows(scale, Value))
            throw new ArgumentException($"SvgPlot: reference line \"{Name}\" stands at {Value}; a finite number is needed, positive on a logarithmic axis.");
    }

    internal override void Reach(PlotReach reach)
    {
        if (Upright) reach.AddX(Value);
        else reach.AddY(Value);
    }

    internal override void Draw(SvgText svg, string color, PlotLayout layout)
    {
        svg.Add($"<path d=\"");
        if (Upright) svg.Add($"M{layout.X(Value)} 0V{layout.InnerHeight}");
        else svg.Add($"M0 {layout.Y(Value)}H{layout.InnerWidth}");
        svg.Add($"\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.2\" stroke-dasharray=\"4 3\"/>").End();
    }

    internal override void DrawSign(SvgText svg, string color, double x, double y) =>
        svg.Add($"<path d=\"M{x} {y}h18\" stroke=\"{color}\" stroke-width=\"1.2\" stroke-dasharray=\"4 3\"/>");
}

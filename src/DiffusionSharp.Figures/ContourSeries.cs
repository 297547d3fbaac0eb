using System.Text;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>Level lines of a function of two variables, by <see cref="MarchingSquares"/>.</summary>
/// <param name="Name">Name in the legend, or at the colour bar; empty leaves it out.</param>
/// <param name="X">Positions of the columns, at least two, strictly increasing or decreasing.</param>
/// <param name="Y">Positions of the rows, at least two, strictly increasing or decreasing.</param>
/// <param name="Values">[Y.Count, X.Count] values; around one that is not finite no line is drawn.</param>
public sealed record ContourSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, Tensor Values)
    : PlotSeries(Name, X, Y)
{
    /// <summary>The levels; by default at most <see cref="Count"/> multiples of 1, 2 or 5 times a power of ten inside the values' range.</summary>
    public IReadOnlyList<double>? Levels { get; init; }

    /// <summary>About how many levels are drawn where they are not given.</summary>
    public int Count { get; init; } = 8;

    /// <summary>Colours by level; by default all lines are of one colour.</summary>
    public ColorMap? Map { get; init; }

    /// <summary>Whether a bar at the right tells what the colours mean, where there are any.</summary>
    public bool ColorBar { get; init; } = true;

    /// <summary>Width of the lines in pixels.</summary>
    public double Width { get; init; } = 1.2;

    /// <summary>Drawn dashed: for theory over measurement.</summary>
    public bool Dashed { get; init; }

    internal override SeriesTraits Traits => new() { HasColor = Map == null, Fills = true, Bar = ColorBar ? Colors : null };

    internal ColorScale? Colors() => Map == null ? null : ColorScale.Around(Name, Map, null, Heights(), line: true);

    internal override void Check(SvgPlot plot)
    {
        Shape expected = [Y.Count, X.Count];
        if (Values.Shape != expected)
        {
            var found = $"contours \"{Name}\" have values {Values.Shape} over {X.Count} values of X and {Y.Count} of Y";
            throw new ArgumentException($"SvgPlot: {found}; [Y.Count, X.Count] is needed.");
        }

        if (!MarchingSquares.Monotone(X) || !MarchingSquares.Monotone(Y))
            throw new ArgumentException($"SvgPlot: contours \"{Name}\" need X and Y of at least 2 finite numbers each, strictly increasing or decreasing.");
        if (Count < 1) throw new ArgumentException($"SvgPlot: contours \"{Name}\" have a count of {Count}; at least 1 is needed.");
        if (Levels is { Count: 0 }) throw new ArgumentException($"SvgPlot: contours \"{Name}\" have no levels; give at least one, or leave them out.");
        if (Levels?.All(double.IsFinite) == false)
            throw new ArgumentException($"SvgPlot: contours \"{Name}\" have a level that is not finite; finite numbers are needed.");
        SeriesChecks.CheckField("contours", Name, Values);
    }

    internal override void Reach(PlotReach reach)
    {
        foreach (var x in X)
            foreach (var y in (double[])[Y[0], Y[^1]]) reach.Add(x, y);
    }

    internal override void Draw(SvgText svg, string color, PlotLayout layout)
    {
        var colors = Colors();
        foreach (var level in Heights())
        {
            var path = new StringBuilder();
            foreach (var line in MarchingSquares.Trace(X, Y, Values, level)) Add(path, line, layout);
            if (path.Length == 0) continue;
            var dash = Dashed ? " stroke-dasharray=\"6 4\"" : "";
            var stroke = colors?.Map.Css(colors.At(level)) ?? color;
            svg.Add($"<path d=\"{path.ToString()}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{Width}\" stroke-linejoin=\"round\"{dash}/>").End();
        }
    }

    internal override void DrawSign(SvgText svg, string color, double x, double y) =>
        svg.Add($"<path d=\"M{x} {y}h18\" stroke=\"{color}\" stroke-width=\"{Width}\"{(Dashed ? " stroke-dasharray=\"6 4\"" : "")}/>");

    private IReadOnlyList<double> Heights()
    {
        if (Levels != null) return Levels;
        var (low, high) = FiniteRange.Of(Values.Values);
        return PlotAxis.IsWide(low, high) ? [.. Ticks.For(AxisScale.Linear, low, high, Count).All.Select(t => t.Value)] : [low];
    }

    /// <summary>Adds a line to a path, in pieces where a point has no place on a logarithmic axis.</summary>
    private static void Add(StringBuilder path, IReadOnlyList<(double X, double Y)> line, PlotLayout layout)
    {
        var piece = new List<(double X, double Y)>();
        for (var i = 0; i <= line.Count; i++)
        {
            if (i < line.Count && layout.Shows(line[i].X, line[i].Y))
            {
                piece.Add((layout.X(line[i].X), layout.Y(line[i].Y)));
                continue;
            }

            // A line that ends where it began is closed without a notch.
            var closed = piece.Count == line.Count && line[0] == line[^1];
            if (piece.Count > 1) path.Append(Polyline.Path(Polyline.Simplify(piece), closed));
            piece.Clear();
        }
    }
}

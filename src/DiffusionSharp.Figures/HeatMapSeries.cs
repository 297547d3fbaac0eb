using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>A function of two variables as colours on a grid of equal cells: a density, an error, an embedding. Linear axes only.</summary>
/// <remarks>NaN leaves a cell empty. The picture is embedded as a PNG, one pixel a cell, and covers the grid lines.</remarks>
/// <param name="Name">Label of the colour bar; empty leaves it out.</param>
/// <param name="X">Middles of the columns, at least two, equally spaced.</param>
/// <param name="Y">Middles of the rows, at least two, equally spaced.</param>
/// <param name="Values">[Y.Count, X.Count] values.</param>
public sealed record HeatMapSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, Tensor Values)
    : PlotSeries(Name, X, Y)
{
    /// <summary>The colours.</summary>
    public ColorMap Map { get; init; } = ColorMap.Sequential;

    /// <summary>Values of the first and last colour; by default those of the data, on a diverging map symmetric around zero.</summary>
    /// <remarks>What lies outside takes the nearer end's colour.</remarks>
    public (double Low, double High)? Range { get; init; }

    /// <summary>Whether a bar at the right tells what the colours mean.</summary>
    public bool ColorBar { get; init; } = true;

    internal override SeriesTraits Traits => new() { HasColor = false, Fills = true, Ground = Map, Bar = ColorBar ? Colors : null };

    internal ColorScale Colors() => ColorScale.Around(Name, Map, Range, Values.Values.ToArray());

    internal override void Check(SvgPlot plot)
    {
        CheckLinear(plot, "heat map");
        Shape expected = [Y.Count, X.Count];
        if (Values.Shape != expected)
        {
            var found = $"heat map \"{Name}\" has values {Values.Shape} over {X.Count} values of X and {Y.Count} of Y";
            throw new ArgumentException($"SvgPlot: {found}; [Y.Count, X.Count] is needed.");
        }

        CheckSpacing(X, nameof(X));
        CheckSpacing(Y, nameof(Y));
        SeriesChecks.CheckRange("heat map", Name, Range);
        SeriesChecks.CheckField("heat map", Name, Values);
    }

    internal override void Reach(PlotReach reach)
    {
        var (dx, dy) = (Spacing(X), Spacing(Y));
        reach.Add(X[0] - (dx / 2), Y[0] - (dy / 2));
        reach.Add(X[^1] + (dx / 2), Y[^1] + (dy / 2));
    }

    internal override void Draw(SvgText svg, string color, PlotLayout layout)
    {
        // Only the cells in sight: a few cells of a large map may fill the viewport.
        var (columns, rows) = (Seen(X, layout.XAxis), Seen(Y, layout.YAxis));
        if (columns.Count == 0 || rows.Count == 0) return;
        var (left, right) = (layout.X(columns.Low), layout.X(columns.High));
        var (bottom, top) = (layout.Y(rows.Low), layout.Y(rows.High));
        var picture = Paint(columns.First, columns.Count, right < left, rows.First, rows.Count, top < bottom);
        EmbeddedPicture.Add(svg, picture, Math.Min(left, right), Math.Min(top, bottom), Math.Abs(right - left), Math.Abs(bottom - top));
    }

    internal override void DrawSign(SvgText svg, string color, double x, double y) => SeriesPainter.DrawArea(svg, Map.Css(0.5), x, y);

    private Picture Paint(int left, int width, bool mirrored, int bottom, int height, bool upward)
    {
        var scale = Colors();
        var holes = false;
        for (var i = 0; i < Values.Values.Length; i++) holes |= double.IsNaN(Values.Values[i]);
        var channels = holes ? 4 : 3;
        var pixels = new byte[height * width * channels];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (row, column) = (upward ? bottom + height - 1 - y : bottom + y, mirrored ? left + width - 1 - x : left + x);
                var value = Values.Values[(row * X.Count) + column];
                if (double.IsNaN(value)) continue;
                var pixel = pixels.AsSpan(((y * width) + x) * channels, channels);
                (pixel[0], pixel[1], pixel[2]) = Map.At(scale.At(value));
                if (holes) pixel[3] = 255;
            }
        }

        return new Picture(height, width, channels, pixels);
    }

    /// <summary>The cells that touch the axis, and the numbers at which the first begins and the last ends.</summary>
    private static (int First, int Count, double Low, double High) Seen(IReadOnlyList<double> middles, PlotAxis axis)
    {
        var half = Math.Abs(Spacing(middles)) / 2;
        var (first, last) = (middles.Count, -1);
        for (var i = 0; i < middles.Count; i++)
        {
            if (middles[i] + half < axis.Low || middles[i] - half > axis.High) continue;
            (first, last) = (Math.Min(first, i), i);
        }

        if (last < first) return (0, 0, 0, 0);
        var step = Spacing(middles);
        return (first, last - first + 1, middles[first] - (step / 2), middles[last] + (step / 2));
    }

    private static double Spacing(IReadOnlyList<double> middles) => (middles[^1] - middles[0]) / (middles.Count - 1);

    private void CheckSpacing(IReadOnlyList<double> middles, string axis)
    {
        if (middles.Count < 2) throw new ArgumentException($"SvgPlot: heat map \"{Name}\" has {middles.Count} value of {axis}; at least 2 are needed.");
        var (first, last) = (middles[0], middles[^1]);
        var span = last - first;
        if (!(double.IsFinite(span) && PlotAxis.IsWide(Math.Min(first, last), Math.Max(first, last))))
            throw new ArgumentException($"SvgPlot: heat map \"{Name}\" has {axis} from {first} to {last}; two different finite numbers are needed.");
        for (var i = 0; i < middles.Count; i++)
        {
            var expected = first + (i * Spacing(middles));
            if (Math.Abs(middles[i] - expected) <= 1e-9 * Math.Abs(span)) continue;
            var found = $"heat map \"{Name}\" has {axis}[{i}] = {middles[i]} where equal spacing gives {expected}";
            throw new ArgumentException($"SvgPlot: {found}; the cells must be of one size.");
        }
    }
}

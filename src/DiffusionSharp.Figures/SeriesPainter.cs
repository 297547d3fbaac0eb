using System.Text;

namespace DiffusionSharp.Figures;

/// <summary>Draws lines, dots, bands and bars inside the plot's viewport.</summary>
internal static class SeriesPainter
{
    /// <summary>The sign of points in a legend.</summary>
    public static void DrawDot(SvgText svg, string color, double x, double y) => svg.Add($"<circle cx=\"{x + 9}\" cy=\"{y}\" r=\"3.2\" fill=\"{color}\"/>");

    /// <summary>The sign of areas in a legend.</summary>
    public static void DrawArea(SvgText svg, string color, double x, double y) =>
        svg.Add($"<rect x=\"{x + 3}\" y=\"{y - 4}\" width=\"13\" height=\"9\" fill=\"{color}\" fill-opacity=\"0.45\"/>");

    public static void DrawLine(SvgText svg, LineSeries line, string color, PlotLayout layout)
    {
        var path = new StringBuilder();
        var alone = new List<int>();
        var curve = line.Steps ? line.Stepped() : line;
        foreach (var (start, end) in Runs(curve.X.Count, i => layout.Shows(curve.X[i], curve.Y[i]))) Trace(path, Thin(curve, start, end, layout), 'M');
        foreach (var (start, end) in Runs(line.X.Count, i => layout.Shows(line.X[i], line.Y[i])))
        {
            if (end - start == 1) alone.Add(start);
        }

        var (cap, dash) = line.Dashed ? ("butt", " stroke-dasharray=\"6 4\"") : ("round", "");
        svg.Add($"<path d=\"{path.ToString()}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{line.Width}\"")
            .Add($" stroke-linejoin=\"round\" stroke-linecap=\"{cap}\"{dash}/>")
            .End();
        if (line.Markers)
        {
            DrawPoints(svg, line, color, layout, 2 * line.Width, 1);
        }
        else if (alone.Count > 0)
        {
            // A point between two gaps has no line: a dot keeps it in sight.
            var dots = new PointSeries("", [.. alone.Select(i => line.X[i])], [.. alone.Select(i => line.Y[i])]);
            DrawPoints(svg, dots, color, layout, 1.2 * line.Width, 1);
        }
    }

    public static void DrawPoints(SvgText svg, PlotSeries series, string color, PlotLayout layout, double radius, double opacity)
    {
        // One element a point: in a single path, points that overlap would not add up.
        svg.Add($"<g fill=\"{color}\" fill-opacity=\"{opacity}\">");
        for (var i = 0; i < series.X.Count; i++)
            if (layout.Shows(series.X[i], series.Y[i])) svg.Add($"<circle cx=\"{layout.X(series.X[i])}\" cy=\"{layout.Y(series.Y[i])}\" r=\"{radius}\"/>");
        svg.Add($"</g>").End();
    }

    public static void DrawBand(SvgText svg, BandSeries band, string color, PlotLayout layout)
    {
        var path = new StringBuilder();
        foreach (var (start, end) in Runs(band.X.Count, Shows))
        {
            var lower = new BandSeries("", band.X, band.Lower, band.Y);
            var back = Thin(lower, start, end, layout);
            back.Reverse();
            Trace(path, Thin(band, start, end, layout), 'M');
            Trace(path, back, 'L');
            path.Append('Z');
        }

        svg.Add($"<path d=\"{path.ToString()}\" fill=\"{color}\" fill-opacity=\"{band.Opacity}\"/>").End();

        bool Shows(int i) => layout.Shows(band.X[i], band.Y[i]) && layout.Shows(band.X[i], band.Lower[i]);
    }

    public static void DrawBars(SvgText svg, BarSeries bars, string color, PlotLayout layout)
    {
        svg.Add($"<g fill=\"{color}\" fill-opacity=\"{bars.Opacity}\">");
        var foot = layout.YAxis.Scale == AxisScale.Log ? layout.InnerHeight : layout.Y(0);
        for (var i = 0; i < bars.X.Count; i++)
        {
            var (left, right) = (bars.X[i] - (bars.Width / 2), bars.X[i] + (bars.Width / 2));
            if (!layout.Shows(left, bars.Y[i]) || !layout.Shows(right, bars.Y[i])) continue;
            var (x, y) = (layout.X(left), layout.Y(bars.Y[i]));
            // Half a pixel of air keeps neighbours apart.
            svg.Add($"<rect x=\"{x + 0.25}\" y=\"{Math.Min(y, foot)}\" width=\"{Math.Max(layout.X(right) - x - 0.5, 0.5)}\" height=\"{Math.Abs(foot - y)}\"/>");
        }

        svg.Add($"</g>").End();
    }

    /// <summary>The stretches [start, end) of points that can be drawn without a gap.</summary>
    private static IEnumerable<(int Start, int End)> Runs(int count, Func<int, bool> shows)
    {
        var start = 0;
        for (var i = 0; i <= count; i++)
        {
            if (i < count && shows(i)) continue;
            if (i > start) yield return (start, i);
            start = i + 1;
        }
    }

    /// <summary>The points of a run in pixels; of many in one half-pixel column only first, lowest, highest and last.</summary>
    /// <remarks>The drawn line stays the same, pixel for pixel: Jugel et al. 2014, "M4: a visualization-oriented time series data aggregation".</remarks>
    private static List<(double X, double Y)> Thin(PlotSeries series, int start, int end, PlotLayout layout)
    {
        var kept = new List<(double X, double Y)>();
        for (var i = start; i < end;)
        {
            var column = Math.Floor(2 * layout.X(series.X[i]));
            var (first, lowest, highest, next) = (i, i, i, i);
            for (; next < end && Math.Floor(2 * layout.X(series.X[next])) == column; next++)
            {
                if (series.Y[next] < series.Y[lowest]) lowest = next;
                if (series.Y[next] > series.Y[highest]) highest = next;
            }

            foreach (var k in new SortedSet<int> { first, lowest, highest, next - 1 }) kept.Add((layout.X(series.X[k]), layout.Y(series.Y[k])));
            i = next;
        }

        return kept;
    }

    private static void Trace(StringBuilder path, List<(double X, double Y)> points, char first)
    {
        for (var i = 0; i < points.Count; i++)
            path.Append(i == 0 ? first : 'L').Append(SvgText.Number(points[i].X)).Append(' ').Append(SvgText.Number(points[i].Y));
    }
}

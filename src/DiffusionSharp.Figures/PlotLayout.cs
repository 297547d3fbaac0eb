namespace DiffusionSharp.Figures;

/// <summary>Where everything of a plot stands: ranges, margins, ticks, and the drawing of what is not data.</summary>
internal sealed class PlotLayout
{
    private const double Pad = 14;
    private readonly SvgPlot plot;
    private readonly double right;
    private readonly double bottom;
    private readonly double small;
    private readonly List<LegendEntry> legend = [];

    public PlotLayout(SvgPlot plot)
    {
        this.plot = plot;
        small = Math.Round(plot.Theme.FontSize * 0.88, 1);
        (XAxis, YAxis) = Ranges(plot);

        var titleHeight = plot.Title.Length > 0 ? plot.Theme.FontSize * 1.9 : 0;
        bottom = Pad + small + 8 + (plot.XLabel.Length > 0 ? plot.Theme.FontSize + 8 : 0);
        right = Pad + 6;
        Left = Pad + 40;
        // Margins follow the labels, labels follow the ranges, and with equal aspect the ranges follow the margins: settle in a few rounds.
        for (var round = 0; round < 3; round++)
        {
            var legendHeight = LayLegend(titleHeight);
            Top = Pad + titleHeight + legendHeight + (YTicks?.Power is null or 0 ? 0 : small + 4);
            InnerWidth = Math.Max(plot.Width - Left - right, 20);
            InnerHeight = Math.Max(plot.Height - Top - bottom, 20);
            var (x, y) = plot.EqualAspect ? Widened() : (XAxis, YAxis);
            // Where a unit is as long on both axes, the ticks stand equally far apart as well.
            XTicks = Ticks.For(x.Scale, x.Low, x.High, (int)(InnerWidth / (plot.EqualAspect ? 52 : 70)));
            YTicks = Ticks.For(y.Scale, y.Low, y.High, (int)(InnerHeight / (plot.EqualAspect ? 52 : 42)));
            if (round < 2) Left = Pad + YTicks.All.Max(t => LabelWidth(t)) + 9 + (plot.YLabel.Length > 0 ? plot.Theme.FontSize + 8 : 0);
            else (XAxis, YAxis) = (x, y);
        }
    }

    public PlotAxis XAxis { get; }

    public PlotAxis YAxis { get; }

    public Ticks XTicks { get; } = null!;

    public Ticks YTicks { get; } = null!;

    public double Left { get; }

    public double Top { get; }

    public double InnerWidth { get; }

    public double InnerHeight { get; }

    public bool Shows(double x, double y) => PlotAxis.Shows(XAxis.Scale, x) && PlotAxis.Shows(YAxis.Scale, y);

    /// <summary>Pixels from the left of the viewport; far outside it is held at a distance that every viewer can draw.</summary>
    public double X(double value) => Math.Clamp(XAxis.At(value) * InnerWidth, -1e5, 1e5);

    /// <summary>Pixels from the top of the viewport.</summary>
    public double Y(double value) => Math.Clamp((1 - YAxis.At(value)) * InnerHeight, -1e5, 1e5);

    /// <summary>Ground and grid lines, under the data.</summary>
    public void DrawFrame(SvgText svg)
    {
        svg.Add($"<rect width=\"{plot.Width}\" height=\"{plot.Height}\" fill=\"{SvgText.Escape(plot.Theme.Background)}\"/>");
        svg.Add($"<g stroke=\"{SvgText.Escape(plot.Theme.Grid)}\" stroke-width=\"1\">");
        foreach (var t in XTicks.All)
            if (t.Label != null) svg.Add($"<path d=\"M{Crisp(Left + X(t.Value))} {Top}v{InnerHeight}\"/>");
        foreach (var t in YTicks.All)
            if (t.Label != null) svg.Add($"<path d=\"M{Left} {Crisp(Top + Y(t.Value))}h{InnerWidth}\"/>");
        svg.Add($"</g>").End();
    }

    /// <summary>Axes, ticks, labels, title and legend, over the data.</summary>
    public void DrawAxes(SvgText svg)
    {
        var theme = plot.Theme;
        var (muted, ink) = (SvgText.Escape(theme.Muted), SvgText.Escape(theme.Ink));
        var (floor, wall) = (Crisp(Top + InnerHeight), Crisp(Left));
        svg.Add($"<path d=\"M{wall} {Top}V{floor}H{Left + InnerWidth}");
        foreach (var t in XTicks.All) svg.Add($"M{Crisp(Left + X(t.Value))} {floor}v{(t.Label != null ? 4.0 : 2.5)}");
        foreach (var t in YTicks.All) svg.Add($"M{wall} {Crisp(Top + Y(t.Value))}h{(t.Label != null ? -4.0 : -2.5)}");
        svg.Add($"\" fill=\"none\" stroke=\"{muted}\" stroke-width=\"0.8\"/>").End();

        svg.Add($"<g fill=\"{muted}\" font-size=\"{small}\" text-anchor=\"middle\">");
        foreach (var t in XTicks.All)
            if (t.Label != null) Label(svg, Left + X(t.Value), floor + small + 6, t.Label, t.Exponent);
        svg.Add($"</g>").End();
        svg.Add($"<g fill=\"{muted}\" font-size=\"{small}\" text-anchor=\"end\">");
        foreach (var t in YTicks.All)
            if (t.Label != null) Label(svg, Left - 8, Top + Y(t.Value) + (small * 0.35), t.Label, t.Exponent);
        if (XTicks.Power != 0) Label(svg, Left + InnerWidth, floor + (2 * small) + 8, "×10", PowerText(XTicks.Power));
        svg.Add($"</g>").End();
        svg.Add($"<g fill=\"{muted}\" font-size=\"{small}\">");
        if (YTicks.Power != 0) Label(svg, Left, Top - 6, "×10", PowerText(YTicks.Power));
        svg.Add($"</g>").End();

        svg.Add($"<g fill=\"{ink}\" font-size=\"{theme.FontSize}\">");
        if (plot.XLabel.Length > 0) svg.Add($"<text x=\"{Left + (InnerWidth / 2)}\" y=\"{plot.Height - Pad + 2}\" text-anchor=\"middle\">{SvgText.Escape(plot.XLabel)}</text>");
        if (plot.YLabel.Length > 0) svg.Add($"<text transform=\"translate({Pad + (theme.FontSize * 0.7)} {Top + (InnerHeight / 2)}) rotate(-90)\" text-anchor=\"middle\">{SvgText.Escape(plot.YLabel)}</text>");
        if (plot.Title.Length > 0) svg.Add($"<text x=\"{Left}\" y=\"{Pad + theme.FontSize}\" font-size=\"{theme.FontSize * 1.15}\" font-weight=\"600\">{SvgText.Escape(plot.Title)}</text>");
        svg.Add($"</g>").End();
        foreach (var entry in legend) DrawEntry(svg, entry, ink);
    }

    private static (PlotAxis X, PlotAxis Y) Ranges(SvgPlot plot)
    {
        var cloud = plot.Series.Any(s => s is PointSeries or LineSeries { Markers: true });
        var xs = new List<double>();
        var ys = new List<double>();
        foreach (var s in plot.Series)
        {
            var half = s is BarSeries bars ? bars.Width / 2 : 0;
            for (var i = 0; i < s.X.Count; i++)
            {
                if (!PlotAxis.Shows(plot.XScale, s.X[i]) || !PlotAxis.Shows(plot.YScale, s.Y[i])) continue;
                xs.AddRange([s.X[i] - half, s.X[i] + half]);
                ys.Add(s.Y[i]);
                if (s is BandSeries band) ys.Add(band.Lower[i]);
                if (s is BarSeries) ys.Add(0);
            }
        }

        var x = plot.XRange is var (a, b) ? new PlotAxis(plot.XScale, a, b) : PlotAxis.Around(plot.XScale, xs, cloud ? 0.03 : 0.01);
        var y = plot.YRange is var (c, d) ? new PlotAxis(plot.YScale, c, d) : PlotAxis.Around(plot.YScale, ys, 0.05);
        // Densities, errors and losses that reach down to zero stand on the axis.
        if (plot.YRange is null && !cloud && plot.YScale == AxisScale.Linear && ys.Where(double.IsFinite).Min() == 0) y = y with { Low = 0 };
        if (!double.IsFinite(x.High - x.Low) || !double.IsFinite(y.High - y.Low)) throw new ArgumentException("SvgPlot: the points span more than a double can hold; leave out or scale the largest.");
        return (x, y);
    }

    private (PlotAxis X, PlotAxis Y) Widened()
    {
        var unit = Math.Max((XAxis.High - XAxis.Low) / InnerWidth, (YAxis.High - YAxis.Low) / InnerHeight);
        return (Widened(XAxis, unit * InnerWidth), Widened(YAxis, unit * InnerHeight));
    }

    private static PlotAxis Widened(PlotAxis axis, double span)
    {
        var middle = (axis.Low / 2) + (axis.High / 2);
        return axis with { Low = middle - (span / 2), High = middle + (span / 2) };
    }

    private double LayLegend(double titleHeight)
    {
        legend.Clear();
        var (x, row) = (Left, 0);
        for (var i = 0; i < plot.Series.Count; i++)
        {
            var name = plot.Series[i].Name;
            if (name.Length == 0) continue;
            var width = 24 + TextWidth(name, small) + 16;
            if (x > Left && x + width > plot.Width - Pad) (x, row) = (Left, row + 1);
            legend.Add(new LegendEntry(plot.Series[i], plot.ColorOf(i), x, Pad + titleHeight + (row * small * 1.5) + (small * 0.8)));
            x += width;
        }

        return legend.Count == 0 ? 4 : ((row + 1) * small * 1.5) + 6;
    }

    private void DrawEntry(SvgText svg, LegendEntry entry, string ink)
    {
        var middle = entry.Baseline - (small * 0.35);
        if (entry.Series is LineSeries line)
            svg.Add($"<path d=\"M{entry.X} {middle}h18\" stroke=\"{entry.Color}\" stroke-width=\"{line.Width}\"{(line.Dashed ? " stroke-dasharray=\"6 4\"" : "")}/>");
        if (entry.Series is PointSeries or LineSeries { Markers: true }) svg.Add($"<circle cx=\"{entry.X + 9}\" cy=\"{middle}\" r=\"3.2\" fill=\"{entry.Color}\"/>");
        if (entry.Series is BandSeries or BarSeries) svg.Add($"<rect x=\"{entry.X + 3}\" y=\"{middle - 4}\" width=\"13\" height=\"9\" fill=\"{entry.Color}\" fill-opacity=\"0.45\"/>");
        svg.Add($"<text x=\"{entry.X + 24}\" y=\"{entry.Baseline}\" font-size=\"{small}\" fill=\"{ink}\">{SvgText.Escape(entry.Series.Name)}</text>").End();
    }

    private void Label(SvgText svg, double x, double y, string label, string? exponent)
    {
        var raised = exponent == null ? "" : $"<tspan dy=\"-{SvgText.Number(small * 0.4)}\" font-size=\"{SvgText.Number(small * 0.75)}\">{exponent}</tspan>";
        svg.Add($"<text x=\"{x}\" y=\"{y}\">{label}{raised}</text>");
    }

    private static string PowerText(int power) => power < 0 ? $"−{-power}" : $"{power}";

    private static double Crisp(double pixels) => Math.Floor(pixels) + 0.5;

    private double LabelWidth(Tick tick) => tick.Label == null ? 0 : TextWidth(tick.Label, small) + TextWidth(tick.Exponent ?? "", small * 0.75);

    /// <summary>About how wide a text is: letters of sans-serif faces differ by kind far more than by face.</summary>
    private static double TextWidth(string text, double size) =>
        size * text.Sum(c => "iljtfrI.,:;|!'()[] ".Contains(c, StringComparison.Ordinal) ? 0.32 : "mwMW@%".Contains(c, StringComparison.Ordinal) ? 0.87 : char.IsUpper(c) ? 0.68 : 0.56);

    private sealed record LegendEntry(PlotSeries Series, string Color, double X, double Baseline);
}

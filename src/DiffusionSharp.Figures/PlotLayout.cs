namespace DiffusionSharp.Figures;

/// <summary>Where everything of a plot stands: ranges, margins, ticks, and the drawing of what is not data.</summary>
internal sealed class PlotLayout
{
    private const double Pad = 14;
    private readonly SvgPlot plot;
    private readonly double bottom;
    private readonly double small;
    private readonly ColorMap? ground;
    private readonly List<LegendEntry> legend = [];
    private readonly List<ColorBarLayout> bars = [];

    public PlotLayout(SvgPlot plot)
    {
        this.plot = plot;
        small = Math.Round(plot.Theme.FontSize * 0.88, 1);
        ground = plot.Series.Select(s => s.Traits.Ground).FirstOrDefault(g => g != null);
        ColorScale[] scales = [.. plot.Series.Select(s => s.Traits.Bar?.Invoke()).OfType<ColorScale>()];
        (XAxis, YAxis) = Ranges(plot);

        var titleHeight = plot.Title.Length > 0 ? plot.Theme.FontSize * 1.9 : 0;
        bottom = Pad + small + 8 + (plot.XLabel.Length > 0 ? plot.Theme.FontSize + 8 : 0);
        var right = Pad + 6;
        Left = Pad + 40;
        // Margins follow the labels, labels follow the ranges, and with equal aspect the ranges follow the margins: settle in a few rounds.
        for (var round = 0; round < 3; round++)
        {
            var legendHeight = LayLegend(titleHeight);
            Top = Pad + titleHeight + legendHeight + (YTicks?.Power is null or 0 && !bars.Any(b => b.HasPower) ? 0 : small + 4);
            InnerHeight = Math.Max(plot.Height - Top - bottom, 20);
            LayBars(scales);
            InnerWidth = Math.Max(plot.Width - Left - right - bars.Sum(b => b.Width), 20);
            if (plot.EqualAspect && Fills(plot) && round == 2) Shrink(scales);
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

    public double InnerWidth { get; private set; }

    public double InnerHeight { get; private set; }

    public bool Shows(double x, double y) => PlotAxis.Shows(XAxis.Scale, x) && PlotAxis.Shows(YAxis.Scale, y);

    /// <summary>Pixels from the left of the viewport; far outside it is held at a distance that every viewer can draw.</summary>
    public double X(double value) => Math.Clamp(XAxis.At(value) * InnerWidth, -1e5, 1e5);

    /// <summary>Pixels from the top of the viewport.</summary>
    public double Y(double value) => Math.Clamp((1 - YAxis.At(value)) * InnerHeight, -1e5, 1e5);

    /// <summary>Ground and grid lines, under the data; a heat map takes the grid's place.</summary>
    public void DrawFrame(SvgText svg)
    {
        svg.Add($"<rect width=\"{plot.Width}\" height=\"{plot.Height}\" fill=\"{SvgText.Escape(plot.Theme.Background)}\"/>").End();
        if (ground != null) return;
        svg.Add($"<g stroke=\"{SvgText.Escape(plot.Theme.Grid)}\" stroke-width=\"1\">");
        foreach (var t in XTicks.All)
            if (t.Label != null) svg.Add($"<path d=\"M{SvgText.Crisp(Left + X(t.Value))} {Top}v{InnerHeight}\"/>");
        foreach (var t in YTicks.All)
            if (t.Label != null) svg.Add($"<path d=\"M{Left} {SvgText.Crisp(Top + Y(t.Value))}h{InnerWidth}\"/>");
        svg.Add($"</g>").End();
    }

    /// <summary>Axes, ticks, labels, title and legend, over the data.</summary>
    public void DrawAxes(SvgText svg)
    {
        var theme = plot.Theme;
        var (muted, ink) = (SvgText.Escape(theme.Muted), SvgText.Escape(theme.Ink));
        var (floor, wall) = (SvgText.Crisp(Top + InnerHeight), SvgText.Crisp(Left));
        svg.Add($"<path d=\"M{wall} {Top}V{floor}H{Left + InnerWidth}");
        foreach (var t in XTicks.All) svg.Add($"M{SvgText.Crisp(Left + X(t.Value))} {floor}v{(t.Label != null ? 4.0 : 2.5)}");
        foreach (var t in YTicks.All) svg.Add($"M{wall} {SvgText.Crisp(Top + Y(t.Value))}h{(t.Label != null ? -4.0 : -2.5)}");
        svg.Add($"\" fill=\"none\" stroke=\"{muted}\" stroke-width=\"0.8\"/>").End();

        svg.Add($"<g fill=\"{muted}\" font-size=\"{small}\" text-anchor=\"middle\">");
        foreach (var t in XTicks.All)
            if (t.Label != null) Label(svg, Left + X(t.Value), floor + small + 6, t.Label, t.Exponent);
        svg.Add($"</g>").End();
        svg.Add($"<g fill=\"{muted}\" font-size=\"{small}\" text-anchor=\"end\">");
        foreach (var t in YTicks.All)
            if (t.Label != null) Label(svg, Left - 8, Top + Y(t.Value) + (small * 0.35), t.Label, t.Exponent);
        if (XTicks.Power != 0) Label(svg, Left + InnerWidth, floor + (2 * small) + 8, "×10", TextMeasure.Power(XTicks.Power));
        svg.Add($"</g>").End();
        svg.Add($"<g fill=\"{muted}\" font-size=\"{small}\">");
        if (YTicks.Power != 0) Label(svg, Left, Top - 6, "×10", TextMeasure.Power(YTicks.Power));
        svg.Add($"</g>").End();

        svg.Add($"<g fill=\"{ink}\" font-size=\"{theme.FontSize}\">");
        if (plot.XLabel.Length > 0)
        {
            svg.Add($"<text x=\"{Left + (InnerWidth / 2)}\" y=\"{Top + InnerHeight + bottom - Pad + 2}\"");
            AddAxisLabel(svg, plot.XLabel, InnerWidth);
        }

        if (plot.YLabel.Length > 0)
        {
            svg.Add($"<text transform=\"translate({Pad + (theme.FontSize * 0.7)} {Top + (InnerHeight / 2)}) rotate(-90)\"");
            AddAxisLabel(svg, plot.YLabel, InnerHeight);
        }

        if (plot.Title.Length > 0) DrawTitle(svg);
        svg.Add($"</g>").End();
        foreach (var entry in legend) DrawEntry(svg, entry, ink);
        var x = Left + InnerWidth;
        foreach (var bar in bars)
        {
            bar.Draw(svg, x, Top);
            x += bar.Width;
        }
    }

    /// <summary>Over the axes; a long one begins at the edge and is set smaller.</summary>
    private void DrawTitle(SvgText svg)
    {
        var size = plot.Theme.FontSize * 1.15;
        // Bold letters are about a twelfth wider.
        var width = 1.08 * TextMeasure.Width(plot.Title, size);
        var left = Math.Clamp(plot.Width - Pad - width, Pad, Left);
        var fitting = TextMeasure.Fit(plot.Title, size, (plot.Width - Pad - left) / 1.08);
        svg.Add($"<text x=\"{left}\" y=\"{Pad + plot.Theme.FontSize}\" font-size=\"{fitting}\" font-weight=\"600\">{SvgText.Escape(plot.Title)}</text>");
    }

    /// <summary>The rest of a text that is begun: a label longer than its axis has a size of its own.</summary>
    private void AddAxisLabel(SvgText svg, string label, double room)
    {
        var size = TextMeasure.Fit(label, plot.Theme.FontSize, room);
        svg.Add($" text-anchor=\"middle\"");
        if (size != plot.Theme.FontSize) svg.Add($" font-size=\"{size}\"");
        svg.Add($">{SvgText.Escape(label)}</text>");
    }

    /// <summary>Whether a field covers a region of its own: the axes then end where it ends.</summary>
    private static bool Fills(SvgPlot plot) => plot.Series.Any(s => s.Traits.Fills);

    private static (PlotAxis X, PlotAxis Y) Ranges(SvgPlot plot)
    {
        var cloud = plot.Series.Any(s => s.Traits.IsCloud);
        var filled = Fills(plot);
        var reach = new PlotReach(plot.XScale, plot.YScale);
        foreach (var s in plot.Series) s.Reach(reach);
        if (!reach.HasPoint)
        {
            var found = $"none of the {plot.Series.Count} series of \"{plot.Title}\" has a point that can be drawn";
            throw new ArgumentException($"SvgPlot: {found}; give at least one finite point (positive on a logarithmic axis).");
        }

        var x = plot.XRange is var (a, b) ? new PlotAxis(plot.XScale, a, b) : PlotAxis.Around(plot.XScale, reach.Xs, filled ? 0 : cloud ? 0.03 : 0.01);
        var y = plot.YRange is var (c, d) ? new PlotAxis(plot.YScale, c, d) : PlotAxis.Around(plot.YScale, reach.Ys, filled ? 0 : 0.05);
        // Densities, errors and losses that reach down to zero stand on the axis.
        if (plot.YRange is null && !cloud && plot.YScale == AxisScale.Linear && reach.Ys.Where(double.IsFinite).Min() == 0) y = y with { Low = 0 };
        if (!double.IsFinite(x.High - x.Low) || !double.IsFinite(y.High - y.Low))
            throw new ArgumentException("SvgPlot: the points span more than a double can hold; leave out or scale the largest.");
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

    private void LayBars(ColorScale[] scales)
    {
        bars.Clear();
        foreach (var scale in scales) bars.Add(new ColorBarLayout(scale, plot.Theme, small, InnerHeight));
    }

    /// <summary>Shortens the axis that is too long, so that a field fills what is left.</summary>
    private void Shrink(ColorScale[] scales)
    {
        var unit = Math.Max((XAxis.High - XAxis.Low) / InnerWidth, (YAxis.High - YAxis.Low) / InnerHeight);
        (InnerWidth, InnerHeight) = ((XAxis.High - XAxis.Low) / unit, (YAxis.High - YAxis.Low) / unit);
        LayBars(scales);
    }

    private double LayLegend(double titleHeight)
    {
        legend.Clear();
        var (start, end) = (Left, plot.Width - Pad);
        var (x, row) = (start, 0);
        for (var i = 0; i < plot.Series.Count; i++)
        {
            var series = plot.Series[i];
            // A series with a colour bar has its name there; one of many colours has no sign without it.
            if (series.Name.Length == 0 || !series.Traits.HasColor) continue;
            var lines = TextMeasure.Wrap(series.Name, small, end - start - 24);
            var width = 24 + lines.Max(l => TextMeasure.Width(l, small));
            if (x > start && (x + width > end || lines.Count > 1)) (x, row) = (start, row + 1);
            legend.Add(new LegendEntry(series, plot.ColorOf(i), lines, x, Pad + titleHeight + (row * small * 1.5) + (small * 0.8)));
            row += lines.Count - 1;
            x += width + 16;
        }

        return legend.Count == 0 ? 4 : ((row + 1) * small * 1.5) + 6;
    }

    private void DrawEntry(SvgText svg, LegendEntry entry, string ink)
    {
        var middle = entry.Baseline - (small * 0.35);
        // Colours chosen to be seen on the map may not be seen on the page.
        if (ground != null)
        {
            var shade = ground.Css(ground.Centred ? 0.5 : 0.2);
            svg.Add($"<rect x=\"{entry.X - 1}\" y=\"{middle - 7}\" width=\"20\" height=\"14\" rx=\"2\" fill=\"{shade}\"/>");
        }

        entry.Series.DrawSign(svg, entry.Color, entry.X, middle);
        foreach (var (i, line) in entry.Lines.Index())
        {
            svg.Add($"<text x=\"{entry.X + 24}\" y=\"{entry.Baseline + (i * small * 1.5)}\" font-size=\"{small}\" fill=\"{ink}\">")
                .Add($"{SvgText.Escape(line)}</text>");
        }

        svg.End();
    }

    private void Label(SvgText svg, double x, double y, string label, string? exponent)
    {
        var raised = exponent == null ? "" : SvgText.Raised(exponent, small);
        svg.Add($"<text x=\"{x}\" y=\"{y}\">{label}{raised}</text>");
    }

    private double LabelWidth(Tick tick)
    {
        if (tick.Label == null) return 0;
        return TextMeasure.Width(tick.Label, small) + TextMeasure.Width(tick.Exponent ?? "", small * 0.75);
    }

    private sealed record LegendEntry(PlotSeries Series, string Color, IReadOnlyList<string> Lines, double X, double Baseline);
}

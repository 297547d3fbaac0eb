using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>A colour bar beside a plot: where it stands, its ticks, and its drawing.</summary>
internal sealed class ColorBarLayout
{
    private const double Gap = 14;
    private const double BarWidth = 11;
    private readonly ColorScale scale;
    private readonly PlotTheme theme;
    private readonly double small;
    private readonly double height;
    private readonly double labels;
    private readonly Ticks ticks;

    public ColorBarLayout(ColorScale scale, PlotTheme theme, double small, double height)
    {
        (this.scale, this.theme, this.small, this.height) = (scale, theme, small, height);
        ticks = Ticks.For(AxisScale.Linear, scale.Low, scale.High, (int)(height / 42));
        labels = ticks.All.Select(t => TextMeasure.Width(t.Label ?? "", small)).DefaultIfEmpty().Max();
    }

    /// <summary>All of the room it takes at the plot's right, in pixels.</summary>
    public double Width => Gap + BarWidth + 7 + labels + (scale.Label.Length > 0 ? theme.FontSize + 8 : 0);

    /// <summary>Whether a power of ten stands above the bar.</summary>
    public bool HasPower => ticks.Power != 0;

    /// <summary>Draws the bar to the right of x, as high as the plot.</summary>
    public void Draw(SvgText svg, double x, double top)
    {
        var (left, muted) = (x + Gap, SvgText.Escape(theme.Muted));
        EmbeddedPicture.Add(svg, Colors(), left, top, BarWidth, height);
        svg.Add($"<path d=\"");
        foreach (var t in ticks.All) svg.Add($"M{left + BarWidth} {SvgText.Crisp(At(t))}h4");
        svg.Add($"\" fill=\"none\" stroke=\"{muted}\" stroke-width=\"0.8\"/>");
        svg.Add($"<g fill=\"{muted}\" font-size=\"{small}\">");
        foreach (var t in ticks.All) svg.Add($"<text x=\"{left + BarWidth + 7}\" y=\"{At(t) + (small * 0.35)}\">{t.Label}</text>");
        if (HasPower) svg.Add($"<text x=\"{left}\" y=\"{top - 6}\">×10{SvgText.Raised(TextMeasure.Power(ticks.Power), small)}</text>");
        svg.Add($"</g>").End();
        if (scale.Label.Length == 0) return;
        var (middleX, middleY) = (x + Width - (theme.FontSize * 0.25), top + (height / 2));
        svg.Add($"<text transform=\"translate({middleX} {middleY}) rotate(-90)\" text-anchor=\"middle\"")
            .Add($" font-size=\"{TextMeasure.Fit(scale.Label, theme.FontSize, height)}\"")
            .Add($" fill=\"{SvgText.Escape(theme.Ink)}\">{SvgText.Escape(scale.Label)}</text>")
            .End();

        double At(Tick t) => top + (height * (1 - ((t.Value - scale.Low) / (scale.High - scale.Low))));
    }

    /// <summary>One pixel for each shade, the highest number at the top.</summary>
    private Picture Colors()
    {
        const int Shades = 128;
        var pixels = new byte[3 * Shades];
        for (var i = 0; i < Shades; i++)
        {
            var at = 1 - (i / (Shades - 1.0));
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = scale.Map.At(scale.First + ((scale.Last - scale.First) * at));
        }

        return new Picture(Shades, 1, 3, pixels);
    }
}

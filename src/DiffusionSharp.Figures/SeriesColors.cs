namespace DiffusionSharp.Figures;

/// <summary>The colours of series that were given none: by their place in a plot, and one for each name across the panels of a figure.</summary>
internal static class SeriesColors
{
    /// <summary>The theme's next colour among the series of a plot that need one.</summary>
    public static string ByPlace(SvgPlot plot, int index) => plot.Theme.Colors[plot.Series.Take(index).Count(Takes) % plot.Theme.Colors.Count];

    /// <summary>The panels with colours such that a name that stands in several of them has the colour of the first.</summary>
    /// <remarks>
    /// Colours given by hand stay, and count as the name's colour. Other series keep the colour of their place; where a name of an earlier panel
    /// has it, they take the first that no name of the figure has, or that no series of the panel has.
    /// </remarks>
    public static IReadOnlyList<SvgPanel> Shared(IReadOnlyList<SvgPanel> panels)
    {
        if (panels.Count == 1) return panels;
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        return [.. panels.Select(panel => panel is SvgPlot { Theme.Colors.Count: > 0 } plot ? plot with { Series = Colored(plot, known) } : panel)];
    }

    private static PlotSeries[] Colored(SvgPlot plot, Dictionary<string, string> known)
    {
        PlotSeries[] series = [.. plot.Series];
        var met = new HashSet<string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);

        // Of two series of one name in a plot the first has the name's colour; the second is told apart, as in a plot alone.
        for (var i = 0; i < series.Length; i++)
        {
            if (!Takes(series[i]) || series[i].Name.Length == 0 || !met.Add(series[i].Name) || !known.TryGetValue(series[i].Name, out var color)) continue;
            series[i] = series[i] with { Color = series[i].Color ?? color };
            taken.Add(series[i].Color!);
        }

        for (var i = 0; i < series.Length; i++)
        {
            if (!Takes(series[i])) continue;
            var place = ByPlace(plot, i);
            if (series[i].Color is null && taken.Contains(place))
            {
                var free = plot.Theme.Colors.Where(c => !taken.Contains(c)).ToList();
                place = free.FirstOrDefault(c => !known.ContainsValue(c)) ?? free.FirstOrDefault() ?? place;
            }

            series[i] = series[i] with { Color = series[i].Color ?? place };
            if (taken.Count > 0) taken.Add(series[i].Color!);
        }

        foreach (var one in series.Where(s => Takes(s) && s.Name.Length > 0)) known.TryAdd(one.Name, one.Color!);
        return series;
    }

    private static bool Takes(PlotSeries series) => series.Traits is { HasColor: true, IsMuted: false };
}

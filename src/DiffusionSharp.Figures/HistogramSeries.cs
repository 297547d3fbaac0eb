namespace DiffusionSharp.Figures;

/// <summary>Histograms of samples, scaled as densities so that they stand beside the curve of a density.</summary>
/// <remarks>
/// A bar's height is count / (N · width). N counts the whole sample, so where values lie outside the range or are not finite,
/// the area stays below 1 by their share.
/// </remarks>
public static class HistogramSeries
{
    /// <summary>A histogram as bars.</summary>
    /// <param name="name">Name in the legend; empty leaves it out.</param>
    /// <param name="sample">At least one value.</param>
    /// <param name="bins">Number of bars, at least 1.</param>
    /// <param name="range">Where the first bar begins and the last ends; by default the least and the greatest finite value.</param>
    /// <exception cref="ArgumentException">The sample has no finite value, there are no bins, or the range does not run from low to high.</exception>
    public static BarSeries Of(string name, ReadOnlySpan<double> sample, int bins, (double Low, double High)? range = null)
    {
        var (low, width, density) = Count(sample, bins, range);
        return new BarSeries(name, [.. density.Select((_, i) => low + ((i + 0.5) * width))], density, width);
    }

    /// <summary>A histogram as the line around its bars: for several in one plot.</summary>
    /// <param name="name">Name in the legend; empty leaves it out.</param>
    /// <param name="sample">At least one value.</param>
    /// <param name="bins">Number of bars, at least 1.</param>
    /// <param name="range">Where the first bar begins and the last ends; by default the least and the greatest finite value.</param>
    /// <exception cref="ArgumentException">The sample has no finite value, there are no bins, or the range does not run from low to high.</exception>
    public static LineSeries Outline(string name, ReadOnlySpan<double> sample, int bins, (double Low, double High)? range = null)
    {
        var (low, width, density) = Count(sample, bins, range);
        double[] edges = [low, .. Enumerable.Range(0, bins + 1).Select(i => low + (i * width))];
        return new LineSeries(name, edges, [0, .. density, 0]) { Steps = true };
    }

    private static (double Low, double Width, double[] Density) Count(ReadOnlySpan<double> sample, int bins, (double Low, double High)? range)
    {
        if (bins < 1) throw new ArgumentException($"HistogramSeries: {bins} bins; at least 1 is needed.", nameof(bins));
        var (low, high) = range ?? Extent(sample);
        if (!(double.IsFinite(high - low) && PlotAxis.IsWide(low, high)))
            throw new ArgumentException($"HistogramSeries: a range of {low} to {high}; finite numbers from low to high are needed.", nameof(range));
        if (sample.IsEmpty) throw new ArgumentException("HistogramSeries: the sample is empty; at least one value is needed.", nameof(sample));
        var width = (high - low) / bins;
        var counts = new double[bins];
        foreach (var value in sample)
            if (value >= low && value <= high) counts[Math.Min((int)((value - low) / width), bins - 1)]++;
        for (var i = 0; i < bins; i++) counts[i] /= sample.Length * width;
        return (low, width, counts);
    }

    private static (double Low, double High) Extent(ReadOnlySpan<double> sample)
    {
        var (low, high) = FiniteRange.Of(sample);
        if (!(low <= high)) throw new ArgumentException($"HistogramSeries: none of {sample.Length} values is finite; at least one is needed.", nameof(sample));
        return PlotAxis.IsWide(low, high) ? (low, high) : (low - 0.5, low + 0.5);
    }
}

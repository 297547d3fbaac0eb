using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>What several kinds of series ask of their data.</summary>
internal static class SeriesChecks
{
    /// <summary>A range of colours runs from low to high.</summary>
    public static void CheckRange(string kind, string name, (double Low, double High)? range)
    {
        if (range is not var (low, high)) return;
        if (!(double.IsFinite(high - low) && PlotAxis.IsWide(low, high)))
            throw new ArgumentException($"SvgPlot: {kind} \"{name}\" has a range of {low} to {high}; finite numbers from low to high are needed.");
    }

    /// <summary>A field has a finite value, and its span can be held in a double.</summary>
    public static void CheckField(string kind, string name, Tensor values)
    {
        var (low, high) = FiniteRange.Of(values.Values);
        if (!(low <= high)) throw new ArgumentException($"SvgPlot: {kind} \"{name}\" has no finite value; there is nothing to draw.");
        if (!double.IsFinite(2 * high) || !double.IsFinite(2 * low))
            throw new ArgumentException($"SvgPlot: {kind} \"{name}\" has values of {low} to {high}; they span more than a double can hold.");
    }
}

using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>Samples in the plane as scatter plots: beside the data, or at several moments of a run.</summary>
/// <remarks>All panels of a sheet show one square region, so that they can be compared; it holds every finite point of all of them unless given.</remarks>
public static class PointSheet
{
    private const int PanelWidth = 330;

    /// <summary>Data on the left, samples on the right.</summary>
    /// <param name="data">[N, 2] points of the data.</param>
    /// <param name="samples">[M, 2] points of the model.</param>
    /// <param name="range">Region shown on both axes; by default it holds all points.</param>
    /// <param name="limit">How many points a panel shows at most, the first of each batch.</param>
    /// <exception cref="ArgumentException">A batch is not [N, 2] or has no finite point.</exception>
    public static string Compare(Tensor data, Tensor samples, (double Low, double High)? range = null, int limit = 4000) =>
        Panels([data, samples], ["data", "samples"], range, limit);

    /// <summary>One panel for each batch, in one row.</summary>
    /// <param name="batches">[N, 2] points of each panel.</param>
    /// <param name="titles">Title of each panel.</param>
    /// <param name="range">Region shown on both axes; by default it holds all points.</param>
    /// <param name="limit">How many points a panel shows at most, the first of each batch.</param>
    /// <exception cref="ArgumentException">Titles and batches differ in number, or a batch is not [N, 2] or has no finite point.</exception>
    public static string Panels(IReadOnlyList<Tensor> batches, IReadOnlyList<string> titles, (double Low, double High)? range = null, int limit = 4000)
    {
        if (batches.Count != titles.Count) throw new ArgumentException($"PointSheet: {batches.Count} batches but {titles.Count} titles; each needs one.", nameof(titles));
        if (limit < 1) throw new ArgumentException($"PointSheet: a limit of {limit} points; at least 1 is needed.", nameof(limit));
        foreach (var batch in batches)
            if (batch.Shape.Rank != 2 || batch.Shape[1] != 2) throw new ArgumentException($"PointSheet: expected points [N, 2], got {batch.Shape}.", nameof(batches));

        var square = range ?? Square(batches);
        var plots = new SvgPlot[batches.Count];
        for (var p = 0; p < plots.Length; p++)
        {
            var count = Math.Min(batches[p].Samples, limit);
            var (x, y) = (new double[count], new double[count]);
            for (var i = 0; i < count; i++) (x[i], y[i]) = (batches[p].Values[2 * i], batches[p].Values[(2 * i) + 1]);
            var color = PlotTheme.Paper.Colors[p == 0 && batches.Count == 2 ? 6 : 0];
            plots[p] = new SvgPlot([new PointSeries("", x, y) { Color = color, Radius = count > 1500 ? 1.3 : 1.8 }])
            {
                Title = titles[p],
                XRange = square,
                YRange = square,
                EqualAspect = true,
                Width = PanelWidth,
                Height = PanelWidth + 10,
            };
        }

        return SvgPanels.Grid(plots);
    }

    private static (double Low, double High) Square(IReadOnlyList<Tensor> batches)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var batch in batches)
        {
            foreach (var value in batch.Values)
                if (double.IsFinite(value)) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        if (!(low <= high)) throw new ArgumentException("PointSheet: no batch has a finite value; there is nothing to draw.", nameof(batches));
        var air = low == high ? 1 : 0.04 * (high - low);
        return (low - air, high + air);
    }
}

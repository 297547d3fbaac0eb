using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>Samples in the plane as scatter plots: beside the data, or at several moments of a run.</summary>
/// <remarks>
/// All panels of a sheet show one square region, so that they can be compared; it holds every finite point of all of them unless given.
/// Where the class of each point is told, a class has one colour in all panels, and a legend names it: ten colours that are told apart, or of more classes
/// shades from the first to the last, six of them named.
/// </remarks>
public static class PointSheet
{
    private const int PanelWidth = 330;

    /// <summary>Data on the left, samples on the right.</summary>
    /// <param name="data">[N, 2] points of the data.</param>
    /// <param name="samples">[M, 2] points of the model.</param>
    /// <param name="range">Region shown on both axes; by default it holds all points.</param>
    /// <param name="limit">How many points a panel shows at most, the first of each batch.</param>
    /// <param name="dataLabels">The class of each point of the data; null: all of one colour.</param>
    /// <param name="sampleLabels">The class of each point of the model; null: all of one colour.</param>
    /// <param name="classNames">What classes are called, by label; null: by their numbers.</param>
    /// <exception cref="ArgumentException">A batch is not [N, 2] or has no finite point, or labels do not fit.</exception>
    public static string Compare(
        Tensor data,
        Tensor samples,
        (double Low, double High)? range = null,
        int limit = 4000,
        IReadOnlyList<int>? dataLabels = null,
        IReadOnlyList<int>? sampleLabels = null,
        IReadOnlyList<string>? classNames = null) =>
        Panels([data, samples], ["data", "samples"], range, limit, [dataLabels, sampleLabels], classNames);

    /// <summary>One panel for each batch, in one row.</summary>
    /// <param name="batches">[N, 2] points of each panel.</param>
    /// <param name="titles">Title of each panel.</param>
    /// <param name="range">Region shown on both axes; by default it holds all points.</param>
    /// <param name="limit">How many points a panel shows at most, the first of each batch.</param>
    /// <param name="labels">For each panel the class of each of its points, 0 or more; null for a panel of one colour.</param>
    /// <param name="classNames">What classes are called, by label; null: by their numbers.</param>
    /// <exception cref="ArgumentException">
    /// Titles, batches and labels differ in number, a label has no name, or a batch is not [N, 2] or has no finite point.
    /// </exception>
    public static string Panels(
        IReadOnlyList<Tensor> batches,
        IReadOnlyList<string> titles,
        (double Low, double High)? range = null,
        int limit = 4000,
        IReadOnlyList<IReadOnlyList<int>?>? labels = null,
        IReadOnlyList<string>? classNames = null)
    {
        if (batches.Count != titles.Count)
            throw new ArgumentException($"PointSheet: {batches.Count} batches but {titles.Count} titles; each needs one.", nameof(titles));
        if (labels != null && labels.Count != batches.Count)
            throw new ArgumentException($"PointSheet: {batches.Count} batches but labels of {labels.Count}; each needs some, or null.", nameof(labels));
        if (limit < 1) throw new ArgumentException($"PointSheet: a limit of {limit} points; at least 1 is needed.", nameof(limit));
        if (batches.FirstOrDefault(b => b.Shape.Rank != 2 || b.Shape[1] != 2) is { } odd)
            throw new ArgumentException($"PointSheet: expected points [N, 2], got {odd.Shape}.", nameof(batches));

        var classes = PointClasses.Of(batches, labels, classNames);
        var square = range ?? Region(batches);
        var plots = new SvgPlot[batches.Count];
        for (var p = 0; p < plots.Length; p++)
        {
            var count = Math.Min(batches[p].Samples, limit);
            var radius = count > 1500 ? 1.3 : 1.8;
            plots[p] = new SvgPlot(labels?[p] is { } own
                ? classes.Series(batches[p], own, count, radius)
                : [Points("", batches[p], Enumerable.Range(0, count), PlotTheme.Paper.Colors[p == 0 && batches.Count == 2 ? 6 : 0], radius)])
            {
                Title = titles[p],
                XRange = square,
                YRange = square,
                EqualAspect = true,
                Width = PanelWidth,
                Height = PanelWidth + 10 + classes.LegendHeight,
            };
        }

        return SvgPanels.Grid(plots);
    }

    /// <summary>Some points of a batch in one colour.</summary>
    internal static PointSeries Points(string name, Tensor batch, IEnumerable<int> which, string color, double radius)
    {
        var (x, y) = (new List<double>(), new List<double>());
        foreach (var i in which)
        {
            x.Add(batch.Values[2 * i]);
            y.Add(batch.Values[(2 * i) + 1]);
        }

        return new PointSeries(name, x, y) { Color = color, Radius = radius };
    }

    // One range for both axes that holds every finite point, with some air.
    private static (double Low, double High) Region(IReadOnlyList<Tensor> batches)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var batch in batches)
        {
            var (least, most) = FiniteRange.Of(batch.Values);
            (low, high) = (Math.Min(low, least), Math.Max(high, most));
        }

        if (!(low <= high)) throw new ArgumentException("PointSheet: no batch has a finite value; there is nothing to draw.", nameof(batches));
        var air = low == high ? 1 : 0.04 * (high - low);
        return (low - air, high + air);
    }
}

using System.Globalization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>The classes on a sheet of points: what each is called and its colour.</summary>
internal sealed class PointClasses
{
    // Of more classes than colours that are told apart, so many stand in the legend.
    private const int Named = 6;
    private const int LineHeight = 17, LinesOfLetters = 42;
    private readonly string[] names;
    private readonly string[] colors;

    private PointClasses(string[] names, string[] colors) => (this.names, this.colors) = (names, colors);

    /// <summary>Pixels that a panel is higher for its legend, so that its plot stays about as large.</summary>
    public int LegendHeight => names.Length == 0 ? 0 : LineHeight * (1 + (Shown().Sum(k => names[k].Length + 7) / LinesOfLetters));

    // Six colours of the theme, without its grey, and four more between them.
    private static IReadOnlyList<string> Distinct { get; } = [.. PlotTheme.Paper.Colors.Take(6), "#882255", "#332288", "#999933", "#8c564b"];

    /// <summary>Reads labels.</summary>
    /// <param name="batches">[N, 2] points of each panel.</param>
    /// <param name="labels">Of each panel, or null.</param>
    /// <param name="classNames">By label; null: numbers.</param>
    /// <exception cref="ArgumentException">Labels are not as many as points, or one is negative or has no name.</exception>
    public static PointClasses Of(IReadOnlyList<Tensor> batches, IReadOnlyList<IReadOnlyList<int>?>? labels, IReadOnlyList<string>? classNames)
    {
        var most = -1;
        for (var p = 0; p < batches.Count; p++)
        {
            if (labels?[p] is not { } own) continue;
            if (own.Count != batches[p].Samples)
                throw new ArgumentException($"PointSheet: {own.Count} labels for {batches[p].Samples} points; each point needs one.", nameof(labels));
            foreach (var label in own)
            {
                var known = classNames is null ? " up" : $" to {classNames.Count - 1} have names";
                if (label < 0 || label >= (classNames?.Count ?? int.MaxValue))
                    throw new ArgumentException($"PointSheet: a point of class {label}; classes from 0{known}.", nameof(labels));
                most = Math.Max(most, label);
            }
        }

        // All classes that have names take part, so that a class keeps its colour on a sheet that lacks another.
        var count = most < 0 ? 0 : classNames?.Count ?? most + 1;
        return new PointClasses(
            [.. Enumerable.Range(0, count).Select(k => classNames?[k] ?? k.ToString(CultureInfo.InvariantCulture))],
            [.. Enumerable.Range(0, count).Select(k => count <= Distinct.Count ? Distinct[k] : ColorMap.Sequential.Css(0.9 * k / (count - 1)))]);
    }

    /// <summary>The points of a panel, one series for each class that has a point there or a place in the legend.</summary>
    public IReadOnlyList<PlotSeries> Series(Tensor batch, IReadOnlyList<int> labels, int count, double radius)
    {
        var shown = Shown().ToHashSet();
        var members = Enumerable.Range(0, count).ToLookup(i => labels[i]);
        return [.. Enumerable.Range(0, names.Length)
            .Where(k => shown.Contains(k) || members.Contains(k))
            .Select(k => PointSheet.Points(shown.Contains(k) ? names[k] : "", batch, members[k], colors[k], radius))];
    }

    private IEnumerable<int> Shown() =>
        names.Length <= Distinct.Count ? Enumerable.Range(0, names.Length) : Enumerable.Range(0, Named).Select(i => i * (names.Length - 1) / (Named - 1));
}

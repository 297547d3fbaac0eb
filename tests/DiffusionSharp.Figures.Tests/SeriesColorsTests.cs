using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DiffusionSharp.Figures.Tests;

/// <summary>Across the panels of a figure a name has one colour.</summary>
public sealed partial class SeriesColorsTests
{
    private static readonly IReadOnlyList<string> Colors = PlotTheme.Paper.Colors;

    [Fact]
    public void A_series_keeps_its_colour_in_every_panel_that_it_stands_in()
    {
        // The stochastic sampler in the middle has no line in the second panel: those after it must not move up.
        var legend = Legend(Plot("ddim", "ddpm", "heun"), Plot("ddim", "heun"), Plot("heun", "ddpm", "ddim"));
        Assert.Equal([("ddim", 0), ("ddpm", 1), ("heun", 2), ("ddim", 0), ("heun", 2), ("heun", 2), ("ddpm", 1), ("ddim", 0)], legend);
    }

    [Fact]
    public void A_name_of_one_panel_alone_does_not_take_the_colour_of_another_name()
    {
        Assert.Equal([("a", 0), ("b", 1), ("b", 1), ("c", 2)], Legend(Plot("a", "b"), Plot("b", "c")));
        Assert.Equal([("a", 0), ("b", 1), ("c", 0), ("d", 1)], Legend(Plot("a", "b"), Plot("c", "d")));
        string[] seven = ["1", "2", "3", "4", "5", "6", "7"];
        Assert.Equal([.. seven.Select((n, i) => (n, i)), ("2", 1), ("x", 0)], Legend(Plot(seven), Plot("2", "x")));
    }

    [Fact]
    public void A_colour_given_by_hand_stays_and_is_the_colour_of_the_name()
    {
        var first = new SvgPlot([new LineSeries("a", [0, 1], [0, 1]) { Color = Colors[4] }, new LineSeries("b", [0, 1], [0, 1])]);
        Assert.Equal([("a", 4), ("b", 1), ("b", 1), ("a", 4)], Legend(first, Plot("b", "a")));
    }

    [Fact]
    public void A_plot_alone_is_drawn_as_before_and_reference_lines_take_no_colour()
    {
        var plot = new SvgPlot([ReferenceLine.Vertical("bound", 0.5), new LineSeries("a", [0, 1], [0, 1]), new LineSeries("a", [0, 1], [1, 0]), new LineSeries("", [0, 1], [1, 1])]);
        Assert.Contains($"stroke=\"{Colors[2]}\"", plot.ToSvg(), StringComparison.Ordinal);
        Assert.Equal([("a", 0), ("a", 1), ("a", 0), ("a", 1)], Legend(plot, plot));
    }

    [Fact]
    public void Classes_have_one_colour_and_a_name_on_every_panel_of_points()
    {
        var points = new Tensors.Tensor([4, 2], [0, 0, 1, 0, 0, 1, 1, 1]);
        var svg = PointSheet.Panels([points, points], ["data", "samples"], labels: [[0, 1, 2, 0], [2, 2, 2, 0]], classNames: ["cat", "dog", "owl"]);
        Assert.Equal([("cat", 0), ("dog", 1), ("owl", 2), ("cat", 0), ("dog", 1), ("owl", 2)], Read(svg));
        Assert.Equal(8, XDocument.Parse(svg).Descendants().Count(e => e.Name.LocalName == "circle" && e.Parent!.Attribute("fill-opacity") != null));
        Assert.Equal(["0", "1"], Read(PointSheet.Compare(points, points, sampleLabels: [0, 1, 1, 0])).Select(e => e.Name));
    }

    [Fact]
    public void Of_many_classes_six_are_named_in_shades_from_first_to_last()
    {
        var points = new Tensors.Tensor([50, 2], [.. Enumerable.Range(0, 100).Select(i => Math.Sin(i))]);
        var svg = PointSheet.Panels([points], [""], labels: [[.. Enumerable.Range(0, 50)]]);
        Assert.Equal(["0", "9", "19", "29", "39", "49"], Entry().Matches(svg).Select(m => m.Groups["name"].Value));
        Assert.Equal(50, XDocument.Parse(svg).Descendants().Where(e => e.Attribute("fill-opacity") != null).Select(e => e.Attribute("fill")!.Value).Distinct().Count());
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused()
    {
        var points = new Tensors.Tensor([2, 2], [0, 0, 1, 1]);
        Assert.StartsWith("PointSheet: 1 labels for 2 points; each point needs one.", Refusal([[0]], null), StringComparison.Ordinal);
        Assert.StartsWith("PointSheet: a point of class 2; classes from 0 to 1 have names.", Refusal([[0, 2]], ["a", "b"]), StringComparison.Ordinal);
        Assert.StartsWith("PointSheet: a point of class -1; classes from 0 up.", Refusal([[0, -1]], null), StringComparison.Ordinal);
        Assert.StartsWith("PointSheet: 1 batches but labels of 2; each needs some, or null.", Refusal([null, null], null), StringComparison.Ordinal);

        string Refusal(IReadOnlyList<IReadOnlyList<int>?> labels, string[]? names) => Assert.Throws<ArgumentException>(() => PointSheet.Panels([points], [""], labels: labels, classNames: names)).Message;
    }

    private static SvgPlot Plot(params string[] names) => new([.. names.Select((n, i) => new LineSeries(n, [0, 1], [i, i + 1]))]);

    private static List<(string Name, int Color)> Legend(params SvgPlot[] plots) => [.. Read(SvgPanels.Grid(plots)).Where(e => e.Name != "bound")];

    private static List<(string Name, int Color)> Read(string svg) =>
        [.. Entry().Matches(svg).Select(m => (m.Groups["name"].Value, Colors.ToList().IndexOf(m.Groups["color"].Value)))];

    // An entry of a legend is one line: the sign in its colour, then the name.
    [GeneratedRegex("""^<(?:path|circle|rect) [^>]*?(?:stroke|fill)="(?<color>#[^"]+)"[^>]*/>(?:<circle [^>]*/>)?<text [^>]*>(?<name>[^<]*)</text>""", RegexOptions.Multiline)]
    private static partial Regex Entry();
}

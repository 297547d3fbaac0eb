using System.Globalization;
using System.Xml.Linq;

namespace DiffusionSharp.Figures.Tests;

/// <summary>Histograms, error bars, steps and reference lines.</summary>
public sealed class MeasurementSeriesTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_histogram_is_a_density_of_the_whole_sample()
    {
        // Ten values: two in each of the first two bins, one on the upper edge, five outside or no number.
        double[] sample = [0, 0.5, 1, 1.5, 4, -1, 5, 9, double.NaN, double.PositiveInfinity];
        var bars = HistogramSeries.Of("x", sample, 4, (0, 4));
        Assert.Equal([0.2, 0.2, 0, 0.1], bars.Y);
        Assert.Equal([0.5, 1.5, 2.5, 3.5], bars.X);
        Assert.Equal(1, bars.Width);
        var all = HistogramSeries.Of("x", [3, 1, 2, 2.5, 7], 6);
        Assert.Equal(1, all.Y.Sum() * all.Width, 12);
        Assert.Equal((1.5, 6.5), (all.X[0], all.X[^1]));
    }

    [Fact]
    public void The_outline_of_a_histogram_runs_along_its_bars()
    {
        var outline = HistogramSeries.Outline("x", [0.5, 0.5, 1.5], 2, (0, 2));
        var plot = new SvgPlot([outline]) { XRange = (0, 2), YRange = (0, 1) };
        var viewport = Viewport(plot);
        var (w, h) = (Number(viewport, "width"), Number(viewport, "height"));
        var points = Path(viewport);
        (double X, double Y)[] corners = [(0, h), (0, h / 3), (w / 2, h / 3), (w / 2, 2 * h / 3), (w, 2 * h / 3), (w, h)];
        Assert.All(corners, c => Assert.Contains(points, p => Math.Abs(p.X - c.X) < 0.02 && Math.Abs(p.Y - c.Y) < 0.02));
        Assert.All(points.Zip(points.Skip(1)), s => Assert.True(s.First.X == s.Second.X || s.First.Y == s.Second.Y, "Steps run along the axes."));
    }

    [Fact]
    public void Whiskers_reach_from_the_value_less_its_error_to_the_value_plus_it()
    {
        var viewport = Viewport(new SvgPlot([new ErrorBarSeries("", [1, 2], [5, 5], [2, double.NaN])]) { XRange = (0, 4), YRange = (0, 10) });
        var h = Number(viewport, "height");
        var path = viewport.Elements(Svg + "path").Single().Attribute("d")!.Value;
        Assert.Single(path, c => c == 'V');
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $" {0.3 * h:0.##}V{0.7 * h:0.##}"), path, StringComparison.Ordinal);
        Assert.Equal(2, viewport.Descendants(Svg + "circle").Count());
    }

    [Fact]
    public void On_a_logarithmic_axis_a_whisker_that_reaches_zero_is_cut_at_the_axis()
    {
        var viewport = Viewport(new SvgPlot([new ErrorBarSeries("", [1], [5], [6])]) { XRange = (0, 4), YRange = (1, 100), YScale = AxisScale.Log });
        var path = viewport.Elements(Svg + "path").Single().Attribute("d")!.Value;
        Assert.EndsWith("V" + viewport.Attribute("height")!.Value, path, StringComparison.Ordinal);
        Assert.Single(viewport.Descendants(Svg + "circle"));
    }

    [Fact]
    public void A_reference_line_crosses_the_plot_widens_the_axis_and_takes_no_colour_from_the_data()
    {
        var root = XDocument.Parse(new SvgPlot([ReferenceLine.Vertical("truth", 7), ReferenceLine.Horizontal("", 3), new LineSeries("fit", [0, 1], [0, 1])]) { Title = "t" }.ToSvg()).Root!;
        var viewport = root.Descendants(Svg + "svg").Single();
        var paths = viewport.Elements(Svg + "path").ToArray();
        Assert.EndsWith($" 0V{viewport.Attribute("height")!.Value}", paths[0].Attribute("d")!.Value, StringComparison.Ordinal);
        Assert.EndsWith($"H{viewport.Attribute("width")!.Value}", paths[1].Attribute("d")!.Value, StringComparison.Ordinal);
        Assert.All(paths[..2], p => Assert.Equal(PlotTheme.Paper.Muted, p.Attribute("stroke")!.Value));
        Assert.Equal(PlotTheme.Paper.Colors[0], paths[2].Attribute("stroke")!.Value);
        Assert.Contains(root.Descendants(Svg + "text"), t => t.Value == "7");
        Assert.Contains(root.Descendants(Svg + "text"), t => t.Value == "truth");
        Refused(() => new SvgPlot([ReferenceLine.Vertical("r", double.NaN)]).ToSvg(), "SvgPlot: reference line \"r\" stands at NaN; a finite number is needed, positive on a logarithmic axis.");
        Assert.Throws<ArgumentException>(() => new SvgPlot([ReferenceLine.Vertical("r", 1)]).ToSvg());
    }

    [Fact]
    public void Measurements_that_cannot_be_drawn_are_refused_in_one_line()
    {
        Refused(() => new SvgPlot([new ErrorBarSeries("e", [1], [1], [])]).ToSvg(), "SvgPlot: error bars \"e\" have 1 values of X and 0 of Error; they must be as many.");
        Refused(() => new SvgPlot([new ErrorBarSeries("e", [1], [1], [-0.5])]).ToSvg(), "SvgPlot: error bars \"e\" have an error of -0.5; lengths of at least 0 are needed.");
        Refused(() => HistogramSeries.Of("h", [1, 2], 0), "HistogramSeries: 0 bins; at least 1 is needed. (Parameter 'bins')");
        Refused(() => HistogramSeries.Of("h", [double.NaN], 3), "HistogramSeries: none of 1 values is finite; at least one is needed. (Parameter 'sample')");
        Refused(() => HistogramSeries.Of("h", [1, 2], 3, (2, double.NaN)), "HistogramSeries: a range of 2 to NaN; finite numbers from low to high are needed. (Parameter 'range')");
    }

    private static void Refused(Func<object> make, string message) => Assert.Equal(message, Assert.Throws<ArgumentException>(make).Message);

    private static XElement Viewport(SvgPlot plot) => XDocument.Parse(plot.ToSvg()).Root!.Descendants(Svg + "svg").Single();

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    private static List<(double X, double Y)> Path(XElement viewport) => [.. viewport.Elements(Svg + "path").Single().Attribute("d")!.Value
        .Split(['M', 'L'], StringSplitOptions.RemoveEmptyEntries)
        .Select(p => p.Split(' '))
        .Select(p => (double.Parse(p[0], CultureInfo.InvariantCulture), double.Parse(p[1], CultureInfo.InvariantCulture)))];
}

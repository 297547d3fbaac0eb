using System.Globalization;
using System.Xml.Linq;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures.Tests;

public sealed class SvgPlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_line_passes_through_its_points()
    {
        // Ranges given, so that the corners of the viewport are known numbers.
        var plot = new SvgPlot([new LineSeries("", [0, 5, 10], [1, 3, 2])]) { XRange = (0, 10), YRange = (1, 3) };
        var viewport = Viewport(plot);
        var (w, h) = (Number(viewport, "width"), Number(viewport, "height"));
        var points = Path(viewport.Elements(Svg + "path").Single());
        Assert.Equal([(0, h), (w / 2, 0), (w, h / 2)], points, Near);
    }

    [Fact]
    public void On_logarithmic_axes_a_power_law_is_a_straight_line()
    {
        var x = Enumerable.Range(0, 7).Select(i => Math.Pow(10, i / 2.0)).ToArray();
        var plot = new SvgPlot([new LineSeries("", x, [.. x.Select(v => 3 / (v * v))])]) { XScale = AxisScale.Log, YScale = AxisScale.Log };
        var points = Path(Viewport(plot).Elements(Svg + "path").Single());
        var slope = (points[^1].Y - points[0].Y) / (points[^1].X - points[0].X);
        Assert.Equal(7, points.Count);
        Assert.All(points, p => Assert.Equal(points[0].Y + (slope * (p.X - points[0].X)), p.Y, 0.03));
        Assert.True(slope > 0, "A falling law must go down the page.");
    }

    [Fact]
    public void A_point_that_is_not_finite_leaves_a_gap_in_a_line_and_no_dot()
    {
        double[] x = [0, 1, 2, 3, 4], y = [1, 2, double.NaN, double.PositiveInfinity, 1];
        var line = Viewport(new SvgPlot([new LineSeries("", x, y)])).Elements(Svg + "path").Single();
        Assert.Equal(2, line.Attribute("d")!.Value.Count(c => c == 'M'));
        Assert.Single(line.Attribute("d")!.Value, c => c == 'L');
        var dots = Viewport(new SvgPlot([new PointSeries("", x, y)])).Descendants(Svg + "circle");
        Assert.Equal(3, dots.Count());
        var positive = Viewport(new SvgPlot([new PointSeries("", [1, 2, 3], [-1, 0, 5])]) { YScale = AxisScale.Log }).Descendants(Svg + "circle");
        Assert.Single(positive);
    }

    [Fact]
    public void A_long_line_is_thinned_but_keeps_its_extremes()
    {
        var n = 200_000;
        var x = Enumerable.Range(0, n).Select(i => (double)i).ToArray();
        var y = x.Select(v => Math.Sin(v)).ToArray();
        y[123_456] = 9;
        var points = Path(Viewport(new SvgPlot([new LineSeries("", x, y)]) { YRange = (-1, 9) }).Elements(Svg + "path").Single());
        Assert.InRange(points.Count, 1000, 5200);
        Assert.Equal(0, points.Min(p => p.Y), 0.01);
    }

    [Fact]
    public void Ticks_stand_at_multiples_of_one_two_or_five()
    {
        Assert.Equal(["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"], XLabels(0, 1));
        Assert.Equal(["−20", "−10", "0", "10", "20"], XLabels(-20, 22));
        Assert.Equal(["1000", "1200", "1400", "1600"], XLabels(950, 1790));
        Assert.Equal(["0", "1", "2", "3", "×106"], XLabels(0, 3.4e6));
        Assert.Equal(["1", "10", "102", "103", "104", "105"], XLabels(1, 1e5, AxisScale.Log));
        Assert.Equal(["0.02", "0.03", "0.04", "0.05"], XLabels(0.015, 0.055, AxisScale.Log));
    }

    [Fact]
    public void With_equal_aspect_a_unit_is_as_long_on_both_axes()
    {
        var plot = new SvgPlot([new PointSeries("", [0, 3, 0], [0, 0, 3])]) { EqualAspect = true, Width = 700, Height = 300 };
        var dots = Viewport(plot).Descendants(Svg + "circle").Select(c => (X: Number(c, "cx"), Y: Number(c, "cy"))).ToArray();
        Assert.Equal(dots[1].X - dots[0].X, dots[0].Y - dots[2].Y, 0.02);
    }

    [Fact]
    public void Bars_stand_on_zero_and_a_band_closes_on_itself()
    {
        var viewport = Viewport(new SvgPlot([new BarSeries("", [0, 1], [2, 4], 1), new BandSeries("", [0, 1], [3, 3], [1, 2])]));
        var bars = viewport.Descendants(Svg + "rect").ToArray();
        Assert.Equal(2, bars.Length);
        Assert.All(bars, b => Assert.Equal(Number(viewport, "height"), Number(b, "y") + Number(b, "height"), 0.02));
        Assert.Equal(2 * Number(bars[0], "height"), Number(bars[1], "height"), 0.03);
        Assert.EndsWith("Z", viewport.Elements(Svg + "path").Single().Attribute("d")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_are_escaped_and_numbers_ignore_the_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NegativeSign = "~";
        var plot = new SvgPlot([new LineSeries("a<b & \"c\"\u0001", [-1.5, 2.5], [0.25, 0.75])]) { Title = "p(x) > 0 'é' \ud800", XLabel = "{0}", YLabel = "σ²" };
        var expected = plot.ToSvg();
        CultureInfo.CurrentCulture = comma;
        try
        {
            Assert.Equal(expected, plot.ToSvg());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        var texts = XDocument.Parse(expected).Descendants(Svg + "text").Select(t => t.Value).ToArray();
        Assert.Contains("a<b & \"c\"\uFFFD", texts);
        Assert.Contains("p(x) > 0 'é' \uFFFD", texts);
        Assert.Contains("{0}", texts);
    }

    [Fact]
    public void A_plot_without_a_drawable_point_is_refused_with_the_mend()
    {
        var error = Assert.Throws<ArgumentException>(() => new SvgPlot([new LineSeries("loss", [1, 2], [double.NaN, 0])]) { Title = "t", YScale = AxisScale.Log }.ToSvg());
        Assert.Equal("SvgPlot: none of the 1 series of \"t\" has a point that can be drawn; give at least one finite point (positive on a logarithmic axis).", error.Message);
        Assert.Throws<ArgumentException>(() => new SvgPlot([]).ToSvg());
        Assert.Throws<ArgumentException>(() => SvgPanels.Grid([]));
    }

    [Fact]
    public void Malformed_series_ranges_and_sizes_are_refused()
    {
        SvgPlot good = new([new LineSeries("s", [1, 2], [3, 4])]);
        SvgPlot[] bad =
        [
            good with { Series = [new LineSeries("s", [1, 2], [3])] },
            good with { Series = [new BandSeries("s", [1], [3], [])] },
            good with { Series = [new BarSeries("s", [1], [3], double.NaN)] },
            good with { Series = [new LineSeries("s", [-1e308, 1e308], [0, 1])] },
            good with { Width = 10 },
            good with { XRange = (2, 1) },
            good with { YRange = (0, double.NaN) },
            good with { XRange = (0, 1), XScale = AxisScale.Log },
            good with { EqualAspect = true, YScale = AxisScale.Log },
        ];
        Assert.All(bad, plot => Assert.StartsWith("SvgPlot: ", Assert.Throws<ArgumentException>(plot.ToSvg).Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 7)]
    [InlineData(1e-300, 3e-300)]
    [InlineData(1e15, 1e15 + 3)]
    [InlineData(-5e307, 5e307)]
    [InlineData(0, 5e-324)]
    [InlineData(1e-290, 1e308)]
    public void Any_finite_range_gives_a_document_of_finite_numbers(double low, double high)
    {
        foreach (var scale in (AxisScale[])[AxisScale.Linear, AxisScale.Log])
        {
            if (scale == AxisScale.Log && !(high >= 1e-290)) continue;
            var svg = new SvgPlot([new LineSeries("", [low, high], [low, high])]) { XScale = scale, YScale = scale }.ToSvg();
            XDocument.Parse(svg);
            Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
            Assert.DoesNotContain("Infinity", svg, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Panels_of_points_share_one_square_region()
    {
        var data = new Tensor([2, 2], [0, 0, 1, 1]);
        var samples = new Tensor([3, 2], [0, 0, 1, 1, 4, double.NaN]);
        var viewports = XDocument.Parse(PointSheet.Compare(data, samples)).Root!.Descendants(Svg + "svg").ToArray();
        var dots = viewports.Select(v => v.Descendants(Svg + "circle").Select(c => (Number(c, "cx"), Number(c, "cy"))).ToArray()).ToArray();
        Assert.Equal(2, dots.Length);
        Assert.Equal(dots[0], dots[1]);
        var error = Assert.Throws<ArgumentException>(() => PointSheet.Compare(data, Tensor.Zeros([2, 3])));
        Assert.StartsWith("PointSheet: expected points [N, 2], got [2, 3].", error.Message, StringComparison.Ordinal);
    }

    private static string[] XLabels(double low, double high, AxisScale scale = AxisScale.Linear)
    {
        var plot = new SvgPlot([new LineSeries("", [low, high], [1, 2])]) { XRange = (low, high), YRange = (1, 2), XScale = scale, Width = 480 };
        var root = XDocument.Parse(plot.ToSvg()).Root!;
        var axes = root.Descendants(Svg + "g").Where(g => g.Attribute("text-anchor") != null).ToArray();
        var powers = axes[1].Elements(Svg + "text").Where(t => t.Value.StartsWith('×'));
        return [.. axes[0].Elements(Svg + "text").Concat(powers).Select(t => t.Value)];
    }

    private static XElement Viewport(SvgPlot plot) => XDocument.Parse(plot.ToSvg()).Root!.Descendants(Svg + "svg").Single();

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    private static List<(double X, double Y)> Path(XElement path) => [.. path.Attribute("d")!.Value
        .Split(['M', 'L'], StringSplitOptions.RemoveEmptyEntries)
        .Select(p => p.Split(' '))
        .Select(p => (double.Parse(p[0], CultureInfo.InvariantCulture), double.Parse(p[1], CultureInfo.InvariantCulture)))];

    private static bool Near((double X, double Y) a, (double X, double Y) b) => Math.Abs(a.X - b.X) < 0.02 && Math.Abs(a.Y - b.Y) < 0.02;
}

using System.Globalization;
using System.Xml.Linq;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures.Tests;

/// <summary>Heat maps, contours and vector fields at known places.</summary>
public sealed class FieldSeriesTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_heat_map_has_one_pixel_a_cell_with_the_greatest_y_at_the_top()
    {
        var map = new HeatMapSeries("density", [0, 1, 2], [10, 20], new Tensor([2, 3], [0, 1, 2, 3, 4, 5]));
        var picture = PictureOf(new SvgPlot([map]));
        Assert.Equal((2, 3, 3), (picture.Height, picture.Width, picture.Channels));
        Assert.Equal(ColorMap.Sequential.At(3 / 5.0), Pixel(picture, 0, 0));
        Assert.Equal(ColorMap.Sequential.At(1), Pixel(picture, 0, 2));
        Assert.Equal(ColorMap.Sequential.At(0), Pixel(picture, 1, 0));
        // The same cells, listed from the other end.
        var turned = new HeatMapSeries("density", [2, 1, 0], [20, 10], new Tensor([2, 3], [5, 4, 3, 2, 1, 0]));
        Assert.Equal(new SvgPlot([map]).ToSvg(), new SvgPlot([turned]).ToSvg());
    }

    [Fact]
    public void The_cells_of_a_heat_map_lie_around_their_middles()
    {
        var viewport = Viewport(new SvgPlot([new HeatMapSeries("", [0, 1, 2, 3], [0, 1], Tensor.Zeros([2, 4]))]) { XRange = (-1.5, 4.5), YRange = (-0.5, 1.5) });
        var (w, image) = (Number(viewport, "width"), viewport.Elements(Svg + "image").Single());
        Assert.Equal(w / 6, Number(image, "x"), 0.02);
        Assert.Equal(4 * w / 6, Number(image, "width"), 0.02);
        Assert.Equal(Number(viewport, "height"), Number(image, "height"), 0.02);
        // Without ranges the cells fill the axes.
        var filled = Viewport(new SvgPlot([new HeatMapSeries("", [0, 1, 2, 3], [0, 1], Tensor.Zeros([2, 4]))]));
        Assert.Equal(Number(filled, "width"), Number(filled.Elements(Svg + "image").Single(), "width"), 0.02);
    }

    [Fact]
    public void Of_a_heat_map_far_larger_than_the_axes_only_the_cells_in_sight_are_drawn()
    {
        var grid = Enumerable.Range(0, 101).Select(i => (double)i).ToArray();
        var picture = PictureOf(new SvgPlot([new HeatMapSeries("", grid, grid, Field(grid, grid, (x, y) => x))]) { XRange = (10, 12), YRange = (40.6, 41.4) });
        Assert.Equal((1, 3), (picture.Height, picture.Width));
        Assert.Equal(ColorMap.Sequential.At(0.11), Pixel(picture, 0, 1));
    }

    [Fact]
    public void A_cell_that_is_not_a_number_is_transparent()
    {
        var picture = PictureOf(new SvgPlot([new HeatMapSeries("", [0, 1], [0, 1], new Tensor([2, 2], [0, double.NaN, 1, double.PositiveInfinity]))]));
        Assert.Equal(4, picture.Channels);
        Assert.Equal([255, 255, 255, 0], Enumerable.Range(0, 4).Select(i => picture.Pixels[(4 * i) + 3]));
        Assert.Equal(Pixel(picture, 0, 0), Pixel(picture, 0, 1));
    }

    [Fact]
    public void A_diverging_map_has_its_middle_at_zero()
    {
        var picture = PictureOf(new SvgPlot([new HeatMapSeries("", [0, 1], [0, 1], new Tensor([2, 2], [-1, 0, 4, 2])) { Map = ColorMap.Diverging }]));
        Assert.Equal(ColorMap.Diverging.At(1), Pixel(picture, 0, 0));
        Assert.Equal(ColorMap.Diverging.At(0.5), Pixel(picture, 1, 1));
        Assert.Equal(ColorMap.Diverging.At(3 / 8.0), Pixel(picture, 1, 0));
    }

    [Fact]
    public void A_colour_bar_takes_room_at_the_right_and_bears_the_name()
    {
        var map = new HeatMapSeries("log p", [0, 1], [0, 1], new Tensor([2, 2], [0, 1, 2, 3]));
        var with = XDocument.Parse(new SvgPlot([map]).ToSvg()).Root!;
        var without = XDocument.Parse(new SvgPlot([map with { ColorBar = false }]).ToSvg()).Root!;
        Assert.Equal(2, with.Descendants(Svg + "image").Count());
        Assert.Single(without.Descendants(Svg + "image"));
        Assert.Contains(with.Descendants(Svg + "text"), t => t.Value == "log p");
        Assert.DoesNotContain(without.Descendants(Svg + "text"), t => t.Value == "log p");
        Assert.True(Number(with.Descendants(Svg + "svg").Single(), "width") < Number(without.Descendants(Svg + "svg").Single(), "width") - 40);
    }

    [Fact]
    public void A_heat_map_of_200_by_200_stays_under_150_kilobytes()
    {
        var grid = Enumerable.Range(0, 200).Select(i => i / 20.0).ToArray();
        var rng = new Rng(3);
        var noise = Tensor.Create([200, 200], v => rng.FillNormal(v));
        var smooth = Field(grid, grid, (x, y) => Math.Sin(x) * Math.Cos(y));
        Assert.InRange(new SvgPlot([new HeatMapSeries("", grid, grid, noise)]).ToSvg().Length, 1, 150_000);
        Assert.InRange(new SvgPlot([new HeatMapSeries("", grid, grid, smooth), new ContourSeries("", grid, grid, smooth) { Color = "#ffffff" }]).ToSvg().Length, 1, 150_000);
    }

    [Theory]
    [InlineData(3, 4, 2)]
    [InlineData(-1, 0.5, -0.25)]
    public void An_arrow_points_along_its_vector_with_its_middle_on_the_point(double u, double v, double share)
    {
        // One unit is 100 pixels on both axes; neighbours stand one unit apart, so the longest arrow is 100 pixels long.
        double[] x = [1, 2, 3], y = [1, 1, 1];
        var viewport = Viewport(new SvgPlot([new VectorFieldSeries("", x, y, [u, share * u / 4, 0], [v, share * v / 4, 0])]) { XRange = (0, 4), YRange = (0, 2) });
        var (perX, perY) = (Number(viewport, "width") / 4, Number(viewport, "height") / 2);
        var path = viewport.Descendants(Svg + "path").Single().Attribute("d")!.Value;
        var points = path.Split(['M', 'L', 'Z'], StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        Assert.Equal(10, points.Length);
        for (var k = 0; k < 2; k++)
        {
            var (tail, tip) = (points[5 * k], points[(5 * k) + 2]);
            Assert.Equal(x[k] * perX, (tail[0] + tip[0]) / 2, 0.02);
            Assert.Equal(perY, (tail[1] + tip[1]) / 2, 0.02);
            var norm = Math.Sqrt(Math.Pow(u * perX, 2) + Math.Pow(v * perY, 2));
            var length = perX * (k == 0 ? 1 : share / 4);
            Assert.Equal(length * u * perX / norm, tip[0] - tail[0], 0.03);
            Assert.Equal(-length * v * perY / norm, tip[1] - tail[1], 0.03);
        }

        var dot = viewport.Descendants(Svg + "circle").Single();
        Assert.Equal(3 * perX, Number(dot, "cx"), 0.02);
    }

    [Fact]
    public void Arrows_coloured_by_length_have_a_colour_bar_in_place_of_a_sign()
    {
        var field = new VectorFieldSeries("|v|", [0, 1, 2], [0, 0, 0], [0, 1, 2], [0, 0, 0]) { Map = ColorMap.Sequential };
        var root = XDocument.Parse(new SvgPlot([field]).ToSvg()).Root!;
        Assert.Single(root.Descendants(Svg + "image"));
        Assert.Single(root.Descendants(Svg + "text"), t => t.Value == "|v|");
        Assert.Equal(3, root.Descendants(Svg + "svg").Single().Elements(Svg + "g").Count());
    }

    [Fact]
    public void Malformed_fields_are_refused_in_one_line()
    {
        var values = new Tensor([2, 3], [0, 1, 2, 3, 4, 5]);
        HeatMapSeries map = new("m", [0, 1, 2], [0, 1], values);
        VectorFieldSeries arrows = new("v", [0, 1], [0, 1], [1, 1], [1, 1]);
        Refused(new SvgPlot([map with { Y = [0, 1, 2] }]), "heat map \"m\" has values [2, 3] over 3 values of X and 3 of Y; [Y.Count, X.Count] is needed.");
        Refused(new SvgPlot([map with { X = [0, 1, 2.1] }]), "heat map \"m\" has X[1] = 1 where equal spacing gives 1.05; the cells must be of one size.");
        Refused(new SvgPlot([map with { X = [0, double.NaN, 2] }]), "heat map \"m\" has X[1] = NaN where equal spacing gives 1; the cells must be of one size.");
        Refused(new SvgPlot([map with { Y = [1, 1] }]), "heat map \"m\" has Y from 1 to 1; two different finite numbers are needed.");
        Refused(new SvgPlot([new HeatMapSeries("m", [0], [0, 1], Tensor.Zeros([2, 1]))]), "heat map \"m\" has 1 value of X; at least 2 are needed.");
        Refused(new SvgPlot([map with { Range = (1, 1) }]), "heat map \"m\" has a range of 1 to 1; finite numbers from low to high are needed.");
        Refused(new SvgPlot([map with { Values = values.Map(_ => double.NaN) }]), "heat map \"m\" has no finite value; there is nothing to draw.");
        Refused(new SvgPlot([map]) { XScale = AxisScale.Log }, "heat map \"m\" needs linear axes, got a logarithmic one; draw it over the logarithm.");
        Refused(new SvgPlot([arrows with { U = [1] }]), "vector field \"v\" has 2 values of X, 1 of U and 2 of V; they must be as many.");
        Refused(new SvgPlot([arrows with { Scale = double.NaN }]), "vector field \"v\" has a scale of NaN; a positive finite number is needed.");
        Refused(new SvgPlot([arrows]) { YScale = AxisScale.Log }, "vector field \"v\" needs linear axes, got a logarithmic one; draw it over the logarithm.");
    }

    private static void Refused(SvgPlot plot, string message) => Assert.Equal("SvgPlot: " + message, Assert.Throws<ArgumentException>(plot.ToSvg).Message);

    private static Tensor Field(double[] x, double[] y, Func<double, double, double> f) => new([y.Length, x.Length], [.. y.SelectMany(b => x.Select(a => f(a, b)))]);

    private static Picture PictureOf(SvgPlot plot)
    {
        var href = Viewport(plot).Elements(Svg + "image").Single().Attribute("href")!.Value;
        return Png.Decode(Convert.FromBase64String(href["data:image/png;base64,".Length..]), "heat map");
    }

    private static (byte R, byte G, byte B) Pixel(Picture picture, int row, int column)
    {
        var at = ((row * picture.Width) + column) * picture.Channels;
        return (picture.Pixels[at], picture.Pixels[at + 1], picture.Pixels[at + 2]);
    }

    private static XElement Viewport(SvgPlot plot) => XDocument.Parse(plot.ToSvg()).Root!.Descendants(Svg + "svg").Single();

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}

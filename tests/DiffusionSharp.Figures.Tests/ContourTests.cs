using System.Xml.Linq;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures.Tests;

/// <summary>Level lines against functions whose level lines are known.</summary>
public sealed class ContourTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void The_level_lines_of_a_paraboloid_are_closed_circles_to_second_order()
    {
        foreach (var n in (int[])[21, 41, 81])
        {
            var grid = Grid(-1, 1, n);
            var h = 2.0 / (n - 1);
            foreach (var r in (double[])[0.35, 0.6, 0.9])
            {
                var line = Assert.Single(MarchingSquares.Trace(grid, grid, Field(grid, grid, (x, y) => (x * x) + (y * y)), r * r));
                Assert.Equal(line[0], line[^1]);
                // On a grid side, linear interpolation of t² errs by at most h²/4 in the value, and the value grows by 2r a unit of radius.
                Assert.All(line, p => Assert.InRange(double.Hypot(p.X, p.Y) - r, -h * h / (8 * r) * 1.1, h * h / (8 * r) * 1.1));
                // Once around, without a jump: consecutive points lie in one cell.
                Assert.All(line.Zip(line.Skip(1)), s => Assert.True(double.Hypot(s.First.X - s.Second.X, s.First.Y - s.Second.Y) <= h * Math.Sqrt(2) * 1.0001));
                Assert.Equal(2 * Math.PI, Math.Abs(line.Zip(line.Skip(1)).Sum(s => Angle(s.First, s.Second))), 9);
            }
        }
    }

    [Fact]
    public void A_line_that_leaves_the_grid_is_open()
    {
        double[] x = [0, 1, 2, 3], y = [0, 1, 2];
        var line = Assert.Single(MarchingSquares.Trace(x, y, Field(x, y, (a, b) => a), 1.25));
        Assert.Equal([(1.25, 0), (1.25, 1), (1.25, 2)], line);
        Assert.Empty(MarchingSquares.Trace(x, y, Field(x, y, (a, b) => a), 3.25));
    }

    [Theory]
    [InlineData(0.4, true)]
    [InlineData(0.6, false)]
    public void In_a_saddle_the_mean_of_the_cell_decides_which_corners_are_joined(double level, bool highJoined)
    {
        // High at (0, 0) and (1, 1), mean 1/2: below it the ridge goes through, above it the two tops are cut off.
        var lines = MarchingSquares.Trace([0, 1], [0, 1], new Tensor([2, 2], [1, 0, 0, 1]), level);
        Assert.Equal(2, lines.Count);
        // A line that cuts off the low corners (1, 0) and (0, 1) stays on one side of the diagonal x = y.
        Assert.All(lines, l => Assert.Equal(highJoined, l.All(p => p.X > p.Y) || l.All(p => p.X < p.Y)));
    }

    [Fact]
    public void Around_a_value_that_is_not_finite_no_line_is_drawn()
    {
        var grid = Grid(-1, 1, 21);
        var field = Field(grid, grid, (x, y) => x > 0.45 && Math.Abs(y) < 0.05 ? double.NaN : (x * x) + (y * y));
        var line = Assert.Single(MarchingSquares.Trace(grid, grid, field, 0.25));
        Assert.NotEqual(line[0], line[^1]);
        Assert.All(line, p => Assert.True(double.IsFinite(p.X + p.Y)));
    }

    [Fact]
    public void Levels_that_are_not_given_are_nice_numbers_and_each_is_one_path()
    {
        var grid = Grid(-1, 1, 33);
        var contours = new ContourSeries("f", grid, grid, Field(grid, grid, (x, y) => x + (2 * y))) { Count = 6 };
        var paths = Viewport(new SvgPlot([contours])).Elements(Svg + "path").ToArray();
        // −2, −1, 0, 1, 2 inside (−3, 3); the corners are points, no lines.
        Assert.Equal(5, paths.Count(p => p.Attribute("d")!.Value.Contains('L', StringComparison.Ordinal)));
        var given = Viewport(new SvgPlot([contours with { Levels = [0.5, 1.5], Map = ColorMap.Sequential }])).Elements(Svg + "path").ToArray();
        Assert.Equal(2, given.Select(p => p.Attribute("stroke")!.Value).Distinct().Count());
        // A straight line needs two points, however fine the grid.
        Assert.All(given, p => Assert.Single(p.Attribute("d")!.Value, c => c == 'L'));
    }

    [Fact]
    public void A_closed_line_is_closed_in_the_drawing_and_stays_in_place_when_thinned()
    {
        var grid = Grid(-1, 1, 201);
        var viewport = Viewport(new SvgPlot([new ContourSeries("", grid, grid, Field(grid, grid, (x, y) => (x * x) + (y * y))) { Levels = [0.49] }]) { EqualAspect = true });
        var d = viewport.Elements(Svg + "path").Single().Attribute("d")!.Value;
        Assert.EndsWith("Z", d, StringComparison.Ordinal);
        var side = double.Parse(viewport.Attribute("width")!.Value, System.Globalization.CultureInfo.InvariantCulture);
        var points = d.Trim('M', 'Z').Split('L').Select(p => p.Split(' ').Select(n => double.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToArray()).ToArray();
        Assert.InRange(points.Length, 20, 200);
        Assert.All(points, p => Assert.Equal(0.7, double.Hypot((2 * p[0] / side) - 1, (2 * p[1] / side) - 1), 0.001));
    }

    [Fact]
    public void Malformed_contours_are_refused_in_one_line()
    {
        ContourSeries good = new("c", [0, 1], [0, 1], Tensor.Zeros([2, 2]));
        Refused(good with { X = [0, 1, 2] }, "contours \"c\" have values [2, 2] over 3 values of X and 2 of Y; [Y.Count, X.Count] is needed.");
        Refused(good with { X = [1, 1] }, "contours \"c\" need X and Y of at least 2 finite numbers each, strictly increasing or decreasing.");
        Refused(good with { Count = 0 }, "contours \"c\" have a count of 0; at least 1 is needed.");
        Refused(good with { Levels = [] }, "contours \"c\" have no levels; give at least one, or leave them out.");
        Refused(good with { Levels = [double.NaN] }, "contours \"c\" have a level that is not finite; finite numbers are needed.");
        Assert.StartsWith("MarchingSquares: a level of NaN;", Assert.Throws<ArgumentException>(() => MarchingSquares.Trace([0, 1], [0, 1], Tensor.Zeros([2, 2]), double.NaN)).Message, StringComparison.Ordinal);
    }

    private static void Refused(ContourSeries series, string message) => Assert.Equal("SvgPlot: " + message, Assert.Throws<ArgumentException>(new SvgPlot([series]).ToSvg).Message);

    private static double Angle((double X, double Y) a, (double X, double Y) b) => Math.Atan2((a.X * b.Y) - (a.Y * b.X), (a.X * b.X) + (a.Y * b.Y));

    private static double[] Grid(double low, double high, int n) => [.. Enumerable.Range(0, n).Select(i => low + ((high - low) * i / (n - 1)))];

    private static Tensor Field(double[] x, double[] y, Func<double, double, double> f) => new([y.Length, x.Length], [.. y.SelectMany(b => x.Select(a => f(a, b)))]);

    private static XElement Viewport(SvgPlot plot) => XDocument.Parse(plot.ToSvg()).Root!.Descendants(Svg + "svg").Single();
}

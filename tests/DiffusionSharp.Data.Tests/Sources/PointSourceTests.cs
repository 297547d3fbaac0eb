using DiffusionSharp.Data.Sources;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Tests.Sources;

public sealed class PointSourceTests
{
    public static TheoryData<string> Names => [.. PointSource.Names.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Mean_is_zero_and_mean_variance_one(string name)
    {
        const int n = 40000;
        var source = PointSource.Create(name, n, 3);
        var points = Read(source);
        double mx = points.Average(p => p.X), my = points.Average(p => p.Y);
        Assert.InRange(mx, -0.02, 0.02);
        Assert.InRange(my, -0.02, 0.02);
        var variance = points.Average(p => ((p.X - mx) * (p.X - mx)) + ((p.Y - my) * (p.Y - my))) / 2;
        Assert.InRange(variance, 0.98, 1.02);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_point_is_a_function_of_seed_and_index_alone(string name)
    {
        var forward = Read(PointSource.Create(name, 100, 7));
        var again = PointSource.Create(name, 5000, 7);
        var other = Read(PointSource.Create(name, 100, 8));
        var point = new float[2];
        for (var i = 99; i >= 0; i--)
        {
            again.Read(i, point);
            Assert.Equal(forward[i], (point[0], point[1]));
            Assert.NotEqual(forward[i], other[i]);
        }
    }

    [Fact]
    public void Each_of_eight_gaussians_lies_about_its_mode_and_says_which()
    {
        var source = PointSource.Create("eight-gaussians", 16000);
        var points = Read(source);
        var squares = new double[8];
        var counts = new int[8];
        for (var i = 0; i < points.Length; i++)
        {
            var (x, y) = EightGaussians.Modes[source.Label(i)];
            counts[source.Label(i)]++;
            squares[source.Label(i)] += ((points[i].X - x) * (points[i].X - x)) + ((points[i].Y - y) * (points[i].Y - y));
        }

        for (var k = 0; k < 8; k++)
        {
            Assert.InRange(counts[k], 1850, 2150);
            Assert.InRange(Math.Sqrt(squares[k] / counts[k] / 2) / EightGaussians.Sigma, 0.96, 1.04);
        }
    }

    [Fact]
    public void The_checkerboard_has_points_on_black_squares_only()
    {
        foreach (var (x, y) in Read(PointSource.Create("checkerboard", 5000)))
        {
            double column = (x / Math.Sqrt(3) * 2) + 2, row = (y / Math.Sqrt(3) * 2) + 2;
            Assert.InRange(column, 0, 4.0001);
            Assert.InRange(row, 0, 4.0001);
            if (Math.Abs(column - Math.Round(column)) > 1e-5 && Math.Abs(row - Math.Round(row)) > 1e-5) Assert.Equal((int)column % 2, (int)row % 2);
        }
    }

    [Fact]
    public void An_unknown_name_says_what_is_known()
    {
        var error = Assert.Throws<DataException>(() => PointSource.Create("moon"));
        Assert.Contains(string.Join(", ", PointSource.Names.Keys), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_share_of_the_larger_of_two_modes_is_its_weight_and_points_that_are_no_numbers_have_none()
    {
        var points = Read(PointSource.Create("two-modes", 10000));
        Tensor Points(double last) => Tensor.Create([points.Length, 2], values =>
        {
            for (var k = 0; k < points.Length; k++) (values[2 * k], values[(2 * k) + 1]) = points[k];
            if (!double.IsFinite(last)) values[^1] = last;
        });
        Assert.InRange(TwoModes.ShareOfFirst(Points(0)), TwoModes.Weight - 0.016, TwoModes.Weight + 0.016);
        foreach (var lost in (double[])[double.NaN, double.PositiveInfinity])
            Assert.Contains("finite points were expected", Assert.Throws<ArgumentException>(() => TwoModes.ShareOfFirst(Points(lost))).Message, StringComparison.Ordinal);
    }

    private static (float X, float Y)[] Read(DataSource source)
    {
        var points = new (float, float)[source.Count];
        var point = new float[2];
        for (var i = 0; i < points.Length; i++)
        {
            source.Read(i, point);
            points[i] = (point[0], point[1]);
        }

        return points;
    }
}

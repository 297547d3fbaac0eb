using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.FokkerPlanck;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Tests.FokkerPlanck;

public sealed class GridDensityTests
{
    private static readonly CellGrid Grid = new(-8, 8, 400);

    [Fact]
    public void Moments_entropy_and_divergence_of_normal_laws_are_the_closed_forms()
    {
        var (p, q) = (Normal(0.3, 0.8), Normal(-0.2, 1.1));
        Assert.Equal(1, p.Mass, 1e-12);
        Assert.Equal(0.3, p.Mean, 1e-12);
        Assert.Equal(0.64 + (Grid.Width * Grid.Width / 12), p.Variance, 1e-12);
        Assert.Equal(Math.Log(0.8 * Math.Sqrt(2 * Math.PI * Math.E)), p.Entropy, 1e-3);
        Assert.Equal(Math.Log(1.1 / 0.8) + ((0.64 + 0.25) / (2 * 1.21)) - 0.5, p.DivergenceFrom(q), 1e-3);
        Assert.Equal(0, p.DistanceTo(p));
        Assert.Equal(1, p.Cumulative()[^1], 1e-12);
    }

    [Fact]
    public void The_score_of_a_normal_law_is_a_line()
    {
        var score = Normal(0.5, 1).Score();
        for (var i = 150; i < 250; i++) Assert.Equal(0.5 - Grid.Face(i + 1), score[i], 1e-3);
    }

    [Fact]
    public void Averages_by_points_and_by_the_distribution_function_agree()
    {
        var (a, b) = (GridDensity.Of(Grid, x => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)), Normal(0, 1));
        for (var i = 0; i < Grid.Cells; i++) Assert.Equal(b.Values[i], a.Values[i], 1e-11);
    }

    [Fact]
    public void Cells_hold_the_points_between_their_faces()
    {
        Assert.Equal(0, Grid.CellOf(-8));
        Assert.Equal(399, Grid.CellOf(8));
        Assert.Equal(200, Grid.CellOf(0.001));
        Assert.Equal(401, Grid.Faces().Length);
        Assert.Equal(0.02, Grid.Centre(200), 1e-15);
        Assert.Throws<ArgumentOutOfRangeException>(() => Grid.CellOf(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => GridDensity.Point(Grid, 9));
    }

    [Fact]
    public void The_law_of_one_coordinate_is_the_sum_over_the_other()
    {
        var plane = new CellGrid2D(Grid, new CellGrid(-5, 5, 50));
        var p = GridDensity2D.Of(plane, (x, y) => Math.Exp(-((x * x) + (y * y)) / 2) / (2 * Math.PI));
        Assert.True(p.MarginalX().DistanceTo(Normal(0, 1)) < 1e-3);
        Assert.Throws<ArgumentException>(() => new GridDensity2D(plane, Tensor.Zeros([400, 50])));
    }

    private static GridDensity Normal(double mean, double deviation) => GridDensity.OfCumulative(Grid, x => NormalLaw.Cumulative((x - mean) / deviation));
}

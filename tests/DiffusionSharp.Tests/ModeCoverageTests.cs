using DiffusionSharp.Tensors;

namespace DiffusionSharp.Tests;

public sealed class ModeCoverageTests
{
    [Fact]
    public void The_data_of_eight_gaussians_cover_all_modes_with_the_share_that_theory_gives()
    {
        const int count = 20_000;
        var source = DataSource.Open("eight-gaussians");
        var data = new FloatTensor([count, 2]);
        for (var k = 0; k < count; k++) source.Read(k, data.Values.Slice(2 * k, 2));
        var coverage = ModeCoverage.Of("eight-gaussians", Tensor.From(data))!;
        Assert.Equal((8, 8), (coverage.Covered, coverage.Modes));

        // Four standard errors of a share of 0.989.
        Assert.Equal(0.98889, ModeCoverage.Exact, 5);
        Assert.InRange(coverage.Near, ModeCoverage.Exact - 0.003, ModeCoverage.Exact + 0.003);
    }

    [Fact]
    public void Samples_at_one_mode_cover_one_and_samples_between_modes_none()
    {
        (double, double)[] modes = [(0, 0), (10, 0)];
        var atOne = ModeCoverage.Of(modes, 1, new Tensor([2, 2], [0.5, 0.5, 0, -2.9]));
        Assert.Equal((1.0, 1), (atOne.Near, atOne.Covered));
        var between = ModeCoverage.Of(modes, 1, new Tensor([2, 2], [5, 0, double.NaN, 0]));
        Assert.Equal((0.0, 0), (between.Near, between.Covered));
    }

    [Fact]
    public void Sources_without_known_modes_have_no_coverage() => Assert.Null(ModeCoverage.Of("moons", new Tensor([1, 2], [0, 0])));
}

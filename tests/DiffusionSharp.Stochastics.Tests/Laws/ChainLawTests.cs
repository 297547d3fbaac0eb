using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Tests.Laws;

public sealed class ChainLawTests
{
    [Fact]
    public void A_normal_law_stays_the_normal_law_that_a_linear_chain_makes_of_it()
    {
        var law = ChainLaw.Of(x => Density(x, 1), -9, 9, 361);
        var variance = 1.0;
        for (var i = 0; i < 30; i++)
        {
            law = law.Step(x => 0.9 * x, 0.04);
            variance = (0.81 * variance) + 0.04;
        }

        Assert.All(law.Points.Zip(law.Densities), p => Assert.Equal(Density(p.First, variance), p.Second, 1e-12));
        Assert.Equal(variance, law.Expectation(x => x * x), 1e-12);

        // The grid has nine points to a deviation: the fourth-order end correction leaves 1e-6.
        Assert.All(law.Points.Zip(law.Cumulative()), p => Assert.Equal(NormalLaw.Cumulative(p.First / Math.Sqrt(variance)), p.Second, 1e-5));
    }

    [Fact]
    public void Steps_that_are_given_in_three_ways_make_one_law()
    {
        const int steps = 10;
        double[] weights = [0.4, 0.6], places = [-1.5, 1];
        var mixture = LineMixture.OfVariance(weights, places, 0.3);
        var (quick, each) = (ChainLaw.Of(mixture.Density, -12, 12, 601), ChainLaw.Of(mixture.Density, -12, 12, 601));
        static double Mean(double x) => x - (0.1 * Math.Sin(x));
        using var two = new Parallelism(2);
        for (var i = 0; i < steps; i++)
        {
            quick = quick.Step(Mean, 0.05);
            each = each.Step([.. each.Points.Select(Mean)], [.. each.Points.Select(_ => 0.05)], two);
        }

        var own = ChainLaw.Spaced(mixture.Density, -12, 12, 0.04).After(Mean, Math.Sqrt(0.05), steps, (-12, 12));
        Assert.All(quick.Densities.Zip(each.Densities), p => Assert.Equal(p.First, p.Second, 1e-12));
        foreach (var f in (Func<double, double>[])[_ => 1, x => x, x => x * x, Math.Cos]) Assert.Equal(quick.Expectation(f), own.Expectation(f), 1e-12);
        Assert.Equal(quick.Expectation(_ => 1, to: 4), quick.Expectation(_ => 1) - quick.Expectation(_ => 1, from: 4), 1e-14);
    }

    [Fact]
    public void A_step_needs_a_mean_and_a_variance_for_every_point() =>
        Assert.Throws<ArgumentException>(() => ChainLaw.Of(x => Density(x, 1), -5, 5, 11).Step([0], [1], Parallelism.Single));

    [Fact]
    public void A_step_without_noise_is_refused() =>
        Assert.StartsWith("ChainLaw: a step with noise was expected", Assert.Throws<ArgumentOutOfRangeException>(() => ChainLaw.Of(x => Density(x, 1), -5, 5, 11).Step(x => x, 0)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(1, 1, 10)]
    [InlineData(0, 1, 1)]
    [InlineData(double.NaN, 1, 10)]
    public void A_grid_without_extent_is_refused(double low, double high, int count) =>
        Assert.StartsWith("ChainLaw: two points or more", Assert.Throws<ArgumentException>(() => ChainLaw.Of(x => x, low, high, count)).Message, StringComparison.Ordinal);

    private static double Density(double x, double variance) => Math.Exp(-x * x / (2 * variance)) / Math.Sqrt(2 * Math.PI * variance);
}

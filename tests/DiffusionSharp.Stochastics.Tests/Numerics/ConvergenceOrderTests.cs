using DiffusionSharp.Stochastics.Numerics;

namespace DiffusionSharp.Stochastics.Tests.Numerics;

public sealed class ConvergenceOrderTests
{
    [Fact]
    public void A_slope_is_that_of_the_power_law()
    {
        double[] steps = [0.1, 0.05, 0.02, 0.01];
        Assert.Equal(2.5, ConvergenceOrder.Of(steps, [.. steps.Select(h => 3 * Math.Pow(h, 2.5))]), 10);
        Assert.Throws<ArgumentException>(() => ConvergenceOrder.Of(steps, [1, 2]));
        Assert.Throws<ArgumentException>(() => ConvergenceOrder.Of([1, 2], [0, 1]));
        Assert.Throws<ArgumentException>(() => ConvergenceOrder.Of([1, 1], [1, 2]));
    }
}

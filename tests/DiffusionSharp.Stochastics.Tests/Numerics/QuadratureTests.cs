using DiffusionSharp.Stochastics.Numerics;

namespace DiffusionSharp.Stochastics.Tests.Numerics;

public sealed class QuadratureTests
{
    [Fact]
    public void The_trapezoid_rule_is_exact_to_rounding_on_a_normal_density() =>
        Assert.Equal(Math.Sqrt(2 * Math.PI), Quadrature.Integrate(x => Math.Exp(-x * x / 2), -12, 12, 60), 14);
}

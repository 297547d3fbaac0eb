using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;

namespace DiffusionSharp.Stochastics.Tests.Laws;

public sealed class InverseCdfTableTests
{
    [Fact]
    public void A_table_of_a_uniform_density_is_exact()
    {
        var table = new InverseCdfTable(-1, 3, 7, _ => 5, (left, right, h) => h * (left + right) / 2);
        Assert.All(Quadrature.Points(0, 1, 50), u => Assert.Equal(-1 + (4 * u), table.Quantile(u), 1e-13));
        Assert.All(Quadrature.Points(-1, 3, 50), x => Assert.Equal((x + 1) / 4, table.Cumulative(x), 1e-13));
    }

    [Fact]
    public void A_table_refuses_a_density_that_is_negative_or_vanishes()
    {
        static double Trapezoid(double left, double right, double h) => h * (left + right) / 2;
        Assert.Throws<ArgumentException>(() => new InverseCdfTable(0, 1, 4, x => x - 0.7, Trapezoid));
        Assert.Throws<ArgumentException>(() => new InverseCdfTable(0, 1, 4, _ => 0, Trapezoid));
        Assert.Throws<ArgumentException>(() => new InverseCdfTable(0, 1, 4, _ => double.NaN, Trapezoid));
    }
}

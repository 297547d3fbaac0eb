using DiffusionSharp.Theory.Experiments;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Tests.Experiments;

public sealed class InverseCdfTests
{
    [Fact]
    public void An_inverse_that_has_the_right_law_but_runs_backwards_is_found() => Quick.AssertFails(new InverseCdf { Exponential = u => -Math.Log(u) / 1.5 });

    [Fact]
    public void A_rate_in_the_place_of_a_scale_is_found() => Quick.AssertFails(new InverseCdf { Exponential = u => -Math.Log(1 - u) * 1.5 });

    [Fact]
    public void A_scale_off_by_one_in_a_million_is_found() => Quick.AssertFails(new InverseCdf { Logistic = u => 0.7 + (0.400_000_4 * Math.Log(u / (1 - u))) });

    [Fact]
    public void An_angle_without_its_offset_is_found() => Quick.AssertFails(new InverseCdf { Cauchy = u => 0.7 + (0.4 * Math.Tan(Math.PI * u)) });

    [Fact]
    public void Cells_integrated_from_their_left_ends_alone_are_found() => Quick.AssertFails(new InverseCdf { CellMass = (left, _, h) => h * left });

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

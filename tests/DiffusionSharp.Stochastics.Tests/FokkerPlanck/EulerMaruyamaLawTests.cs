using DiffusionSharp.Stochastics.FokkerPlanck;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Tests.FokkerPlanck;

public sealed class EulerMaruyamaLawTests
{
    [Fact]
    public void Euler_and_Maruyamas_law_is_off_by_the_first_power_of_the_step()
    {
        // dx = −x dt + √2 dw from N(1, 1): the method keeps it normal, with a variance of its own.
        var grid = new CellGrid(-8, 8, 320);
        var start = GridDensity.Of(grid, x => Math.Exp(-(x - 1) * (x - 1) / 2) / Math.Sqrt(2 * Math.PI));
        const int steps = 20;
        const double h = 1.0 / steps;
        var (mean, variance) = (1.0, 1.0);
        for (var k = 0; k < steps; k++) (mean, variance) = ((1 - h) * mean, ((1 - h) * (1 - h) * variance) + (2 * h));
        var end = EulerMaruyamaLaw.Advance(start, (x, _) => -x, (_, _) => Math.Sqrt(2), 0, 1, steps, Parallelism.Single);
        Assert.Equal(1, end.Mass, 1e-10);
        Assert.Equal(mean, end.Mean, 1e-6);
        Assert.Equal(variance, end.Variance, 1e-4);
        Assert.Throws<InvalidOperationException>(() => EulerMaruyamaLaw.Advance(start, (x, _) => -x, (_, _) => 0.01, 0, 1, steps, Parallelism.Single));
        Assert.StartsWith("EulerMaruyamaLaw: from ", Assert.Throws<InvalidOperationException>(() => EulerMaruyamaLaw.Advance(start, (_, _) => double.NaN, (_, _) => 1, 0, 1, steps, Parallelism.Single)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_equation_of_a_process_is_that_of_its_functions()
    {
        var grid = new CellGrid(-4, 4, 80);
        var start = GridDensity.Point(grid, 1);
        var (a, b) = (FokkerPlanck1D.Of(grid, new DiffusionSharp.Stochastics.Processes.OrnsteinUhlenbeck(1.5, 0.7)), new FokkerPlanck1D(grid, x => -1.5 * x, _ => 0.7));
        Assert.True(a.Advance(start, 0, 1, 10).DistanceTo(b.Advance(start, 0, 1, 10)) < 1e-12);
    }
}

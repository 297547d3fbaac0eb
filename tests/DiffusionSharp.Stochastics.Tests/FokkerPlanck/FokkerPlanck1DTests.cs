using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.FokkerPlanck;
using DiffusionSharp.Stochastics.Numerics;

namespace DiffusionSharp.Stochastics.Tests.FokkerPlanck;

public sealed class FokkerPlanck1DTests
{
    // dx = −x dt + √2 dw from N(m, v): mean m e^(−t), variance 1 + (v − 1) e^(−2t).
    private const double Mean = 1.5, Variance = 0.3;

    public static TheoryData<TimeScheme> Schemes => [TimeScheme.BackwardEuler, TimeScheme.Sdirk2];

    [Fact]
    public void Ornstein_and_Uhlenbecks_density_is_reached_at_second_order_in_the_cells()
    {
        var errors = new List<double>();
        double[] widths = [0.2, 0.1, 0.05];
        foreach (var h in widths)
        {
            var grid = new CellGrid(-8, 8, (int)Math.Round(16 / h));
            errors.Add(Decay(grid).Advance(Gaussian(grid, 0), 0, 0.5, 400).DistanceTo(Gaussian(grid, 0.5)));
        }

        Assert.Equal(2, ConvergenceOrder.Of(widths, errors), 0.2);
        Assert.True(errors[^1] < 2e-3, $"{errors[^1]}");
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void The_declared_order_in_time_is_seen(TimeScheme scheme)
    {
        // The same cells on both sides: the reference has steps so short that only the error in time is left.
        var grid = new CellGrid(-7, 7, 140);
        var exact = Driven(grid, TimeScheme.Sdirk2).Advance(Gaussian(grid, 0), 0, 1, 4096);
        double[] steps = [1.0 / 32, 1.0 / 64, 1.0 / 128];
        double[] errors = [.. steps.Select(tau => Driven(grid, scheme).Advance(Gaussian(grid, 0), 0, 1, (int)Math.Round(1 / tau)).DistanceTo(exact))];
        Assert.Equal(scheme == TimeScheme.BackwardEuler ? 1 : 2, ConvergenceOrder.Of(steps, errors), 0.2);
    }

    [Fact]
    public void The_Wiener_process_spreads_as_the_heat_kernel()
    {
        var grid = new CellGrid(-10, 10, 800);
        var equation = new FokkerPlanck1D(grid, _ => 0, _ => 1) { Scheme = TimeScheme.Sdirk2 };
        var start = GridDensity.OfCumulative(grid, x => NormalLaw.Cumulative(x / 0.5));
        var end = equation.Advance(start, 0, 2, 400);
        var exact = GridDensity.OfCumulative(grid, x => NormalLaw.Cumulative(x / 1.5));
        Assert.True(end.DistanceTo(exact) < 5e-4, $"{end.DistanceTo(exact)}");
        Assert.Equal(2.25 + (grid.Width * grid.Width / 12), end.Variance, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Mass_stays_to_twelve_digits_over_a_thousand_steps(TimeScheme scheme)
    {
        var grid = new CellGrid(-7, 7, 500);
        var start = Gaussian(grid, 0).Normalized();
        Assert.Equal(1, Driven(grid, scheme).Advance(start, 0, 10, 1000).Mass, 1e-12);
    }

    [Fact]
    public void A_cell_Peclet_number_of_a_thousand_gives_no_negative_density()
    {
        var grid = new CellGrid(0, 1, 100);
        var g = Math.Sqrt(2 * 5.0 * grid.Width / 1000);
        var equation = new FokkerPlanck1D(grid, _ => 5, _ => g);
        var p = GridDensity.Point(grid, 0.2);
        for (var k = 0; k < 20; k++)
        {
            p = equation.Advance(p, 0, 0.05, 3);
            Assert.True(p.Least >= 0);
            Assert.Equal(1, p.Mass, 1e-13);
        }

        // All is driven against the wall.
        Assert.True(p.Values[^1] * grid.Width > 0.99);
        var central = new FokkerPlanck1D(grid, _ => 5, _ => g) { Weighting = FluxWeighting.Central };
        Assert.True(central.Advance(GridDensity.Point(grid, 0.2), 0, 0.05, 3).Least < -1);
    }

    [Fact]
    public void A_double_well_tends_to_Boltzmanns_law_with_detailed_balance()
    {
        var grid = new CellGrid(-2.5, 2.5, 200);
        static double U(double x) => (x * x - 1) * (x * x - 1) * 3;
        var equation = FokkerPlanck1D.OfPotential(grid, U, temperature: 0.8);
        var boltzmann = new GridDensity(grid, [.. grid.Centres().Select(x => Math.Exp(-U(x) / 0.8))]).Normalized();
        var end = equation.Advance(GridDensity.Point(grid, 0.9), 0, 4000, 40);
        for (var i = 0; i < grid.Cells; i++)
        {
            Assert.Equal(1, equation.Stationary().Values[i] / boltzmann.Values[i], 1e-12);
            Assert.Equal(1, end.Values[i] / boltzmann.Values[i], 1e-11);
        }

        // J is a difference of two flows of this size; only their rounding is left.
        var flow = 0.8 / grid.Width * boltzmann.Values.ToArray().Max();
        Assert.All(equation.Current(boltzmann), j => Assert.Equal(0, j, 4e-16 * 8 * flow));
    }

    [Fact]
    public void Noise_that_depends_on_the_place_has_Itos_drift()
    {
        // dx = −x dt + √(1 + x²) dw: without current p ∝ exp(∫2f/g²)/g² = (1 + x²)^(−2).
        double Error(int cells)
        {
            var grid = new CellGrid(-30, 30, cells);
            var end = new FokkerPlanck1D(grid, x => -x, x => Math.Sqrt(1 + (x * x))).Advance(GridDensity.Point(grid, 3), 0, 400, 60);
            return end.DistanceTo(GridDensity.OfCumulative(grid, x => (Math.Atan(x) + (x / (1 + (x * x)))) / Math.PI).Normalized());
        }

        Assert.Equal(2, Math.Log2(Error(300) / Error(600)), 0.2);
        Assert.True(Error(600) < 4e-3, $"{Error(600)}");
    }

    [Fact]
    public void The_condition_for_a_positive_step_is_sharp_enough_to_be_of_use()
    {
        var grid = new CellGrid(-3, 3, 60);
        var equation = Decay(grid);
        var longest = equation.LargestPositiveStep();
        Assert.True(equation.Advance(GridDensity.Point(grid, 0), 0, longest, 1).Least >= 0);
        var error = Assert.Throws<InvalidOperationException>(() => equation.Advance(GridDensity.Point(grid, 0), 0, 20 * longest, 1));
        Assert.Contains("made the density", error.Message, StringComparison.Ordinal);
        Assert.Contains("TimeScheme.BackwardEuler", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_current_is_what_moves_the_density()
    {
        var grid = new CellGrid(-7, 7, 300);
        var (equation, p) = (Decay(grid), Gaussian(grid, 0));
        var current = equation.Current(p);
        const double tau = 1e-6;
        var moved = equation.Advance(p, 0, tau, 1);
        for (var i = 0; i < grid.Cells; i++)
            Assert.Equal(-(current[i + 1] - current[i]) / grid.Width, (moved.Values[i] - p.Values[i]) / tau, 1e-3);
        Assert.Equal((0, 0), (current[0], current[^1]));
    }

    [Fact]
    public void What_cannot_be_solved_is_refused_in_one_line()
    {
        var grid = new CellGrid(-1, 1, 10);
        var p = GridDensity.Point(grid, 0);
        var equation = new FokkerPlanck1D(grid, _ => 0, _ => 1);
        AssertOneLine(Assert.Throws<ArgumentOutOfRangeException>(() => new CellGrid(1, double.NaN, 5)));
        AssertOneLine(Assert.Throws<ArgumentOutOfRangeException>(() => new CellGrid(0, 1, 1)));
        AssertOneLine(Assert.Throws<ArgumentOutOfRangeException>(() => equation.Advance(p, 1, 0, 5)));
        AssertOneLine(Assert.Throws<ArgumentOutOfRangeException>(() => equation.Advance(p, 0, double.NaN, 5)));
        AssertOneLine(Assert.Throws<ArgumentException>(() => equation.Advance(GridDensity.Point(new CellGrid(-1, 1, 11), 0), 0, 1, 5)));
        AssertOneLine(Assert.Throws<InvalidOperationException>(() => new FokkerPlanck1D(grid, x => 1 / x, _ => 1).Advance(p, 0, 1, 5)));
        AssertOneLine(Assert.Throws<InvalidOperationException>(() => new FokkerPlanck1D(grid, _ => double.NaN, _ => 1).Advance(p, 0, 1, 5)));
        AssertOneLine(Assert.Throws<ArgumentOutOfRangeException>(() => FokkerPlanck1D.OfPotential(grid, x => x, double.NaN)));
        AssertOneLine(Assert.Throws<ArgumentException>(() => new GridDensity(grid, [1, 2])));
        AssertOneLine(Assert.Throws<InvalidOperationException>(() => p.Score()));
        AssertOneLine(Assert.Throws<InvalidOperationException>(() => new FokkerPlanck1D(grid, _ => 1, _ => 0).Stationary()));
    }

    private static void AssertOneLine(Exception error) => Assert.True(error.Message.Split(" (Parameter")[0].Length > 30 && !error.Message.Split(" (Parameter")[0].Contains('\n', StringComparison.Ordinal), error.Message);

    private static FokkerPlanck1D Decay(CellGrid grid) => new(grid, x => -x, _ => Math.Sqrt(2)) { Scheme = TimeScheme.Sdirk2 };

    private static FokkerPlanck1D Driven(CellGrid grid, TimeScheme scheme) =>
        new(grid, (x, t) => (2 * Math.Sin(3 * t)) - x, (x, t) => 1 + (0.3 * Math.Cos(2 * t))) { Scheme = scheme };

    private static GridDensity Gaussian(CellGrid grid, double t)
    {
        var (mean, deviation) = (Mean * Math.Exp(-t), Math.Sqrt(1 + ((Variance - 1) * Math.Exp(-2 * t))));
        return GridDensity.OfCumulative(grid, x => NormalLaw.Cumulative((x - mean) / deviation));
    }
}

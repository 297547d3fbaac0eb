using DiffusionSharp.Stochastics.FokkerPlanck;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Tests.FokkerPlanck;

public sealed class FokkerPlanck2DTests
{
    private static readonly double[] Sizes = [0.3, 0.15, 0.075];

    // Rotation by ω, decay by κ, noise g: from N(m, diag(a, b)) the mean turns and shrinks, the covariance is R e^(−2κt) diag Rᵀ + g²(1 − e^(−2κt))/2κ.
    private const double Omega = 1.5, Kappa = 0.5, G = 1;

    [Fact]
    public void Rotation_decay_and_noise_give_the_exact_covariance_at_second_order()
    {
        // Cells and steps shrink together.
        double[] errors = [.. Sizes.Select(h => Turned(h, steps: (int)Math.Round(8 / h), Parallelism.Single).DistanceTo(Exact(Grid(h), 1)))];
        Assert.Equal(2, ConvergenceOrder.Of(Sizes, errors), 0.2);
        var (x, y, xx, xy, yy) = Turned(0.075, 107, Parallelism.Single).Moments();
        var (ex, ey, exx, exy, eyy) = ExactMoments(1);
        foreach (var (a, b) in new[] { (x, ex), (y, ey), (xx, exx), (xy, exy), (yy, eyy) }) Assert.Equal(b, a, 6e-3);
    }

    [Fact]
    public void Mass_stays_and_the_number_of_threads_does_not_enter()
    {
        using var three = new Parallelism(3);
        var (one, other) = (Turned(0.2, 40, Parallelism.Single), Turned(0.2, 40, three));
        Assert.True(one.Values.Values.SequenceEqual(other.Values.Values));
        Assert.Equal(1, one.Mass, 1e-12);
    }

    [Fact]
    public void A_steep_drift_with_hardly_any_noise_gives_no_negative_density()
    {
        var grid = new CellGrid2D(new CellGrid(-1, 1, 40), new CellGrid(-1, 1, 30));
        var equation = new FokkerPlanck2D(grid, (x, y, _) => 10 * y, (x, y, _) => -10 * x, (_, _, _) => 0.01, (_, _, _) => 0.01, autonomous: true);
        var start = GridDensity2D.Of(grid, (x, y) => Math.Abs(x - 0.5) < 0.1 && Math.Abs(y) < 0.1 ? 1 : 0).Normalized();
        var end = equation.Advance(start, 0, 0.5, 50);
        Assert.True(end.Least >= 0);
        Assert.Equal(1, end.Mass, 1e-12);
    }

    [Fact]
    public void A_potential_gives_Boltzmanns_law_and_no_current()
    {
        var grid = new CellGrid2D(new CellGrid(-2.5, 2.5, 50), new CellGrid(-2, 2, 30));
        static double U(double x, double y) => ((x * x) - 1) * ((x * x) - 1) + ((y - (0.5 * x)) * (y - (0.5 * x)));
        var equation = FokkerPlanck2D.OfPotential(grid, U, 0.5);
        var boltzmann = GridDensity2D.Of(grid, (x, y) => Math.Exp(-U(x, y) / 0.5)).Normalized();
        Assert.Equal(0, equation.Advance(boltzmann, 0, 10, 10).DistanceTo(boltzmann), 1e-12);
        var start = GridDensity2D.Of(grid, (x, y) => Math.Exp(-8 * (((x - 1) * (x - 1)) + (y * y)))).Normalized();
        Assert.Equal(0, equation.Advance(start, 0, 100, 400).DistanceTo(boltzmann), 1e-6);
        var (jx, jy) = equation.Current(boltzmann);
        Assert.Equal(0, jx.MaxAbs() + jy.MaxAbs(), 1e-13);
    }

    [Fact]
    public void Time_dependent_coefficients_are_met_at_the_order_of_the_scheme()
    {
        var grid = new CellGrid2D(new CellGrid(-4, 4, 40), new CellGrid(-4, 4, 40));
        GridDensity2D Solve(TimeScheme scheme, int steps) => new FokkerPlanck2D(
            grid, (x, y, t) => Math.Sin(4 * t) - y, (x, y, t) => x - (y * t), (_, _, t) => 0.7 + (0.3 * t), (_, _, t) => 0.8)
        { Scheme = scheme }.Advance(Exact(grid, 0), 0, 1, steps);
        var reference = Solve(TimeScheme.Sdirk2, 640);
        double[] steps = [1.0 / 20, 1.0 / 40, 1.0 / 80];
        foreach (var (scheme, order) in new[] { (TimeScheme.BackwardEuler, 1.0), (TimeScheme.Sdirk2, 2.0) })
            Assert.Equal(order, ConvergenceOrder.Of(steps, [.. steps.Select(s => Solve(scheme, (int)Math.Round(1 / s)).DistanceTo(reference))]), 0.2);
    }

    [Fact]
    public void What_cannot_be_solved_is_refused_in_one_line()
    {
        var grid = Grid(1);
        var equation = new FokkerPlanck2D(grid, (x, y, t) => 0, (x, y, t) => double.NaN, (_, _, _) => 1, (_, _, _) => 1);
        Assert.Contains("finite coefficients are needed", Assert.Throws<InvalidOperationException>(() => equation.Advance(Exact(grid, 0), 0, 1, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => equation.Advance(Exact(Grid(0.5), 0), 0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => equation.Advance(Exact(grid, 0), 0, -1, 1));
        Assert.Throws<ArgumentException>(() => new GridDensity2D(grid, Tensor.Zeros([3, 3])));
        Assert.Throws<ArgumentOutOfRangeException>(() => FokkerPlanck2D.OfPotential(grid, (_, _) => 0, -1));
    }

    private static CellGrid2D Grid(double h) => new(new CellGrid(-6, 6, (int)Math.Round(12 / h)), new CellGrid(-6, 6, (int)Math.Round(12 / h)));

    private static GridDensity2D Turned(double h, int steps, Parallelism parallelism) => new FokkerPlanck2D(
        Grid(h), (x, y, _) => (-Kappa * x) - (Omega * y), (x, y, _) => (Omega * x) - (Kappa * y), (_, _, _) => G, (_, _, _) => G, autonomous: true)
    { Scheme = TimeScheme.Sdirk2, AllowsNegative = true, Parallelism = parallelism }.Advance(Exact(Grid(h), 0).Normalized(), 0, 1, steps);

    private static (double X, double Y, double XX, double XY, double YY) ExactMoments(double t)
    {
        var (c, s, e) = (Math.Cos(Omega * t), Math.Sin(Omega * t), Math.Exp(-Kappa * t));
        var (a, b, noise) = (0.9 * e * e, 0.4 * e * e, G * G * (1 - (e * e)) / (2 * Kappa));
        return (1.2 * c * e, 1.2 * s * e, (a * c * c) + (b * s * s) + noise, (a - b) * c * s, (a * s * s) + (b * c * c) + noise);
    }

    private static GridDensity2D Exact(CellGrid2D grid, double t)
    {
        var (mx, my, xx, xy, yy) = ExactMoments(t);
        var determinant = (xx * yy) - (xy * xy);
        return GridDensity2D.Of(grid, (x, y) => Math.Exp(-((yy * (x - mx) * (x - mx)) - (2 * xy * (x - mx) * (y - my)) + (xx * (y - my) * (y - my))) / (2 * determinant)) / (2 * Math.PI * Math.Sqrt(determinant)));
    }
}

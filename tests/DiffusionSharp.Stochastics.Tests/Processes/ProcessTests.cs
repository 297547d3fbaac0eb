using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Tests.Processes;

public sealed class ProcessTests
{
    public static TheoryData<Potential> Potentials => [new HarmonicPotential(1.7, 2), new DoubleWell(2.5, 1.3), new MullerBrown(0.05)];

    [Theory]
    [MemberData(nameof(Potentials))]
    public void The_gradient_of_a_potential_is_its_derivative(Potential potential)
    {
        var (d, rng, step) = (potential.Dimensions, new Rng(3), 1e-5);
        var points = new double[20 * d];
        rng.FillNormal(points);
        foreach (ref var p in points.AsSpan()) p *= 0.7;
        var gradient = new double[points.Length];
        potential.Gradient(points, gradient);
        for (var i = 0; i < points.Length; i++)
        {
            var (row, was) = (i / d * d, points[i]);
            points[i] = was + step;
            var above = potential.Energy(points.AsSpan(row, d));
            points[i] = was - step;
            var below = potential.Energy(points.AsSpan(row, d));
            points[i] = was;
            Assert.Equal((above - below) / (2 * step), gradient[i], 1e-6 * Math.Max(1, Math.Abs(gradient[i])));
        }
    }

    [Theory]
    [InlineData(-0.558224, 1.441726, -146.69952)]
    [InlineData(0.623499, 0.028038, -108.16672)]
    [InlineData(-0.050011, 0.466694, -80.76782)]
    public void The_wells_of_Müller_and_Brown_lie_where_they_are_known_to(double x, double y, double energy)
    {
        var gradient = new double[2];
        new MullerBrown().Gradient([x, y], gradient);
        Assert.Equal(energy, new MullerBrown().Energy([x, y]), 1e-4);
        Assert.All(gradient, g => Assert.InRange(g, -0.01, 0.01));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(3)]
    public void A_step_of_Ornstein_and_Uhlenbeck_along_a_path_has_the_law_of_the_exact_transition(double h)
    {
        var ou = new OrnsteinUhlenbeck(1.3, 0.9, mean: 2);
        var mean = ou.AlongPath(5, h, 0, 0);
        var (byPath, byRest) = (ou.AlongPath(5, h, Math.Sqrt(h), 0) - mean, ou.AlongPath(5, h, 0, 1) - mean);
        Assert.Equal(ou.Mean(5, h), mean, 1e-14);
        Assert.Equal(ou.Covariance(h, h), (byPath * byPath) + (byRest * byRest), 1e-14);

        // Cov(X, ΔW) = σ ∫ e^(−θ(h−s)) ds.
        Assert.Equal(0.9 * (1 - Math.Exp(-1.3 * h)) / 1.3, byPath * Math.Sqrt(h), 1e-14);
        double[] x = [5];
        ou.Advance(x, 0, h, [1]);
        Assert.Equal(ou.Mean(5, h) + Math.Sqrt(0.81 / 2.6 * (1 - Math.Exp(-2.6 * h))), x[0], 1e-14);
    }

    [Fact]
    public void The_stationary_process_of_Ornstein_and_Uhlenbeck_forgets_exponentially()
    {
        var ou = new OrnsteinUhlenbeck(1.3, 0.9);
        Assert.Equal(ou.StationaryVariance * Math.Exp(-1.3 * 0.7), ou.Covariance(2, 2.7, ou.StationaryVariance), 1e-15);
        Assert.Equal(0, ou.Covariance(0, 1), 1e-15);
    }

    [Fact]
    public void The_exact_step_of_geometric_brownian_motion_is_its_solution()
    {
        var gbm = new GeometricBrownianMotion(0.3, 0.6);
        var path = new ExactTransition().Follow(gbm, [2], 0, 0.5, [0.3, -0.9]);
        Assert.Equal(gbm.Solution(2, 1, -0.6), path[^1], 1e-14);
        double[] x = [2, 2];
        new WienerProcess(2, sigma: 0.5, velocity: 3).Advance(x, 0, 4, [1, -1]);
        Assert.Equal([15, 13], x);
    }

    [Fact]
    public void A_finer_look_at_a_Wiener_path_keeps_the_coarser_one()
    {
        var path = new WienerPath(new Rng(1), 2);
        double[] coarse = path.Values(5), fine = path.Values(9);
        for (var i = 0; i < coarse.Length; i++) Assert.Equal(coarse[i], fine[16 * i]);
        Assert.Equal(fine[^1], path.Increments(9).Sum(), 1e-13);

        // Σ ΔW² has mean T and variance 2T²/n.
        Assert.InRange(path.Increments(16).Sum(v => v * v), 2 - (5 * 2 * Math.Sqrt(2.0 / 65536)), 2 + (5 * 2 * Math.Sqrt(2.0 / 65536)));
    }

    [Fact]
    public void A_random_walk_is_the_sum_of_its_steps_wherever_it_is_cut()
    {
        var rng = new Rng(8);
        var steps = Enumerable.Range(0, 300).Select(i => RandomWalk.Net(rng, i, 1)).ToArray();
        Assert.All(steps, s => Assert.Equal(1, Math.Abs(s)));
        foreach (var (first, count) in new[] { (0, 64), (0, 65), (63, 2), (5, 0), (10, 200), (128, 64), (1, 299) })
            Assert.Equal(steps.Skip(first).Take(count).Sum(), RandomWalk.Net(rng, first, count));
        Assert.Equal(0.5 * steps.Sum(), new RandomWalk(0.5, 2).Position(rng, 300));
        Assert.Equal(37.5, new RandomWalk(0.5, 2).Variance(300));
    }

    [Fact]
    public void A_long_and_a_short_step_of_Ornstein_and_Uhlenbeck_lose_nothing_to_cancellation()
    {
        var ou = new OrnsteinUhlenbeck(1.3, 0.9, mean: 2);
        Assert.Equal(ou.StationaryVariance, ou.Covariance(1e4, 1e4), 1e-15);
        Assert.True(double.IsFinite(ou.AlongPath(1, 1e4, 3, 0.5)));

        // Var[I | ΔW] = θ²h³/12 (1 − θh + …): what z adds.
        foreach (var h in new[] { 1e-5, 1e-3, 0.01 / 1.3 })
        {
            var added = (ou.AlongPath(1, h, 0, 1) - ou.AlongPath(1, h, 0, 0)) / 0.9;
            var series = 1.3 * 1.3 * h * h * h / 12 * (1 - (1.3 * h) + (17 * 1.69 * h * h / 30));
            Assert.Equal(1, added * added / series, h < 1e-4 ? 1e-6 : 1e-5);
        }
    }

    [Fact]
    public void Bad_numbers_are_named_in_one_line()
    {
        Assert.StartsWith("OrnsteinUhlenbeck: theta must be positive and finite.", Assert.Throws<ArgumentOutOfRangeException>(() => new OrnsteinUhlenbeck(double.NaN, 1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("WienerPath: level must lie in [0, 24].", Assert.Throws<ArgumentOutOfRangeException>(() => new WienerPath(new Rng(0)).Values(25)).Message, StringComparison.Ordinal);
        Assert.StartsWith("DoubleWell: barrier must be positive and finite.", Assert.Throws<ArgumentOutOfRangeException>(() => new DoubleWell(0)).Message, StringComparison.Ordinal);
        var bare = FunctionProcess.Scalar((x, _) => -x, (x, _) => x);
        Assert.StartsWith("FunctionProcess: the derivative of the diffusion was not given", Assert.Throws<NotSupportedException>(() => new Milstein().Follow(bare, [1], 0, 0.1, [0.1])).Message, StringComparison.Ordinal);
        Assert.StartsWith("Baoab: the process is WienerProcess; UnderdampedLangevin is supported.", Assert.Throws<NotSupportedException>(() => new PathEnsemble(new WienerProcess(), new Baoab())).Message, StringComparison.Ordinal);
        Assert.StartsWith("PlatenWeak: GeometricBrownianMotion has Diagonal noise in 2 dimensions", Assert.Throws<NotSupportedException>(() => new PlatenWeak().Check(new GeometricBrownianMotion(1, 1, 2))).Message, StringComparison.Ordinal);
    }
}

using DiffusionSharp.Core.Tests.Golden;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>Consistency sampling with the exact consistency function of a Gaussian, and what it is at the ends of γ.</summary>
public sealed class ConsistencySamplerTests
{
    private const double M = 0.6;
    private const double Variance = 0.3;
    private static readonly VpLinearSchedule Schedule = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void With_the_exact_consistency_function_any_number_of_steps_gives_the_exact_law(int steps)
    {
        foreach (var schedule in (Schedule[])[Schedule, DiscreteSchedule.Linear(), RecordedLevels.Straight])
        {
            // The boundary at clean data (LCM) and above it (CM): the result stands at the boundary.
            foreach (var boundary in (double[])[schedule.CleanTime, schedule.CleanTime + (0.05 * (schedule.NoiseTime - schedule.CleanTime))])
            {
                var grid = TimeGrid.Uniform(0.9 * schedule.NoiseTime, boundary, steps);
                var (mean, variance) = Law(new ConsistencySampler(schedule, grid, boundary: boundary), new Exact(schedule.At(boundary)));
                var end = schedule.At(boundary);
                Near.Number(end.Alpha * M, mean, 1e-12, $"mean at {boundary}");
                Near.Number((end.Alpha * end.Alpha * Variance) + (end.Sigma * end.Sigma), variance, 1e-12, $"variance at {boundary}");
            }
        }
    }

    [Fact]
    public void With_an_ordinary_denoiser_more_steps_do_not_bring_the_law_closer()
    {
        double Error(int steps) => Math.Abs(Law(new ConsistencySampler(Schedule, TimeGrid.Uniform(0.9, 0, steps)), GaussianFlow.Scalar(M, Variance)).Variance - Variance);
        Assert.True(Error(400) > 0.1, $"off by {Error(400)}");
    }

    [Fact]
    public void Gamma_zero_is_ddim_and_a_small_gamma_tends_to_it()
    {
        var (grid, x) = (TimeGrid.Uniform(Schedule, 5), new Rng(3).Normal([4, 2]));
        Tensor Ends(Sampler sampler) => sampler.Sample(GaussianFlow.Denoiser, x, new SeededNoise(new Rng(1)));
        var ddim = Ends(new DdimSampler(Schedule, grid));
        Near.RelativeToLargest(ddim, Ends(new ConsistencySampler(Schedule, grid, 0)), 1e-14, "γ = 0");
        Assert.InRange((Ends(new ConsistencySampler(Schedule, grid, 1e-8)) - ddim).MaxAbs(), 1e-9, 1e-2);
    }

    [Fact]
    public void Every_gamma_is_exact_for_one_point_and_keeps_the_law_along_the_way()
    {
        foreach (var gamma in (double[])[0, 0.3, 0.7, 1])
        {
            // Before the last step the states have the law of their level.
            var grid = new TimeGrid([0.9, 0.6], 0);
            var first = new ConsistencySampler(Schedule, grid, gamma);
            var point = GaussianFlow.Scalar(0.7, 0);
            var (mean, variance) = Law(first, point, 0.7, 0, stop: 1);
            var level = Schedule.At(0.6);
            Near.Number(level.Alpha * 0.7, mean, 1e-13, $"mean, γ = {gamma}");
            Near.Number(level.Sigma * level.Sigma, variance, 1e-13, $"variance, γ = {gamma}");
            Near.Absolute([0.7, 0.7], first.Sample(point, [2, 1], new SeededNoise(new Rng(1))).Values, 1e-13, "x₀");
        }
    }

    [Fact]
    public void The_boundary_scalings_make_the_function_the_identity_at_the_boundary_and_the_network_far_from_it()
    {
        var x = new Tensor([1, 2], [0.3, -2]);
        var network = GaussianFlow.Round;
        var consistent = new ConsistencyDenoiser(network, ConsistencyDenoiser.SigmaScalings(0.1, 0.5));
        Assert.Equal(x.Values, consistent.Denoise(x, new NoiseLevel(0, 1, 0.1)).Values);
        Assert.Equal(x.Values, consistent.Denoise(x, new NoiseLevel(0, 1, 0)).Values);
        Assert.Equal((0, 0.5), ConsistencyDenoiser.SigmaScalings()(new NoiseLevel(1, 0, 1)));
        var (skip, scale) = ConsistencyDenoiser.SigmaScalings(0.1, 0.5)(new NoiseLevel(0, 0.5, 1));
        Near.Number(0.25 / ((1.9 * 1.9) + 0.25), skip, 1e-15, "c_skip");
        Near.Number(1.9 * 0.5 / Math.Sqrt(4.25), scale, 1e-15, "c_out");

        var latent = new ConsistencyDenoiser(network, ConsistencyDenoiser.TimestepScalings());
        Assert.Equal(x.Values, latent.Denoise(x, new NoiseLevel(0, 1, 0.01)).Values);
        Near.RelativeToLargest(network.Denoise(x, new NoiseLevel(900, 0.1, 0.99)), latent.Denoise(x, new NoiseLevel(900, 0.1, 0.99)), 1e-6, "far");
    }

    [Fact]
    public void The_gradient_of_a_consistency_function_is_that_of_central_differences()
    {
        var f = new ConsistencyDenoiser(GaussianFlow.Denoiser, ConsistencyDenoiser.SigmaScalings());
        NoiseLevel[] levels = [Schedule.At(0.3), Schedule.At(0.7)];
        Tensor x = new([2, 2], [0.3, -0.7, 1.2, 0.1]), u = new([2, 2], [1, 2, -0.5, 0.4]);
        var gradient = f.VectorJacobian(x, levels, u);
        for (var i = 0; i < 4; i++)
        {
            var step = Tensor.Create([2, 2], values => values[i] = 1e-5);
            var difference = (u * (f.Denoise(x + step, levels) - f.Denoise(x - step, levels))).Mean() * 4 / 2e-5;
            Near.Number(difference, gradient.Values[i], 1e-8, $"value {i}");
        }
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var grid = TimeGrid.Uniform(Schedule, 3);
        foreach (var bad in (double[])[-0.1, 1.1, double.NaN])
        {
            Assert.StartsWith("ConsistencySampler: gamma must lie in [0, 1].", Assert.Throws<ArgumentOutOfRangeException>(() => new ConsistencySampler(Schedule, grid, bad)).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentOutOfRangeException>(() => new ConsistencySampler(Schedule, grid, 1, bad));
        }

        Assert.Contains("the boundary is clean data", Assert.Throws<ArgumentException>(() => new ConsistencySampler(Schedule, grid, 0.5, 0.1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ConsistencyDenoiser.SigmaScalings(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConsistencyDenoiser.SigmaScalings(0.1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConsistencyDenoiser.TimestepScalings(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConsistencyDenoiser.TimestepScalings(10, double.NaN));
    }

    // The mean and variance of what comes out of N(m, v) noised to the start: an affine map of the start and of each draw.
    private static (double Mean, double Variance) Law(Sampler sampler, Denoiser denoiser, double m = M, double v = Variance, int? stop = null)
    {
        var level = sampler.Schedule.At(sampler.Grid.Start);
        var draws = stop ?? sampler.Grid.Count;
        var start = new double[draws + 2];
        Array.Fill(start, level.Alpha * m);
        start[1] += Math.Sqrt((level.Alpha * level.Alpha * v) + (level.Sigma * level.Sigma));
        var end = sampler.Steps(denoiser, new Tensor([start.Length, 1], start), new Impulses()).ElementAt(draws - 1).X.Values;
        var variance = 0.0;
        for (var k = 1; k < end.Length; k++) variance += (end[k] - end[0]) * (end[k] - end[0]);
        return (end[0], variance);
    }

    private sealed class Impulses : NoiseSource
    {
        public override Tensor Initial(Shape shape) => throw new NotSupportedException("The start is given.");

        public override Tensor Draw(Shape shape, int index) => Tensor.Create(shape, values => values[2 + index] = 1);
    }

    // The exact consistency function of N(M, Variance): where its probability flow takes x.
    private sealed class Exact(NoiseLevel boundary) : Denoiser
    {
        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
        {
            var level = levels[0];
            return x.Map(v => GaussianFlow.Flow(v, level, boundary, M, Variance));
        }

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
    }
}

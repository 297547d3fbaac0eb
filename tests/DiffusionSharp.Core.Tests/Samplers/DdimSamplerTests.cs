using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

public sealed class DdimSamplerTests
{
    private static readonly Denoiser Mixture = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1, 2], new Tensor([2, 2], [1, 2, -1, 0.5]), [0.2, 0.5]));

    [Fact]
    public void Eta_one_on_all_levels_is_ddpm_with_the_small_variance()
    {
        foreach (var schedule in (DiscreteSchedule[])[DiscreteSchedule.Linear(), DiscreteSchedule.Cosine(200), DiscreteSchedule.Linear().RescaleToZeroTerminalSnr()])
            foreach (var grid in (TimeGrid[])[Timesteps.All(schedule.Levels), Timesteps.Trailing(schedule.Levels, 17)])
            {
                var ddpm = new DdpmSampler(schedule, grid).Sample(Mixture, [6, 2], new SeededNoise(new Rng(2)));
                var ddim = new DdimSampler(schedule, grid, eta: 1).Sample(Mixture, [6, 2], new SeededNoise(new Rng(2)));
                Near.RelativeToLargest(ddpm, ddim, 1e-12, $"{schedule.Levels} levels, {grid.Count} steps");
            }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(1)]
    public void Every_eta_tends_to_the_same_mean_and_covariance_at_first_order(double eta)
    {
        var schedule = new VpLinearSchedule();
        var errors = new List<double>();
        foreach (var steps in (int[])[100, 200, 400])
        {
            var (mean, covariance) = GaussianFlow.Response(new DdimSampler(schedule, TimeGrid.Uniform(schedule, steps), eta));
            Near.Absolute(GaussianFlow.Mean, mean, 1e-12, "mean");
            errors.Add(covariance.Zip(GaussianFlow.Covariance, (a, b) => Math.Abs(a - b)).Max());
        }

        Assert.True(errors[^1] < 0.02, $"The covariance is off by {errors[^1]} at 400 steps.");
        for (var i = 1; i < errors.Count; i++) Assert.InRange(Math.Log2(errors[i - 1] / errors[i]), 0.8, 1.2);
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(1)]
    public void A_step_brings_in_eta_of_the_posteriors_deviation_and_keeps_the_levels_variance(double eta)
    {
        // For a single point D is exact, so x_s must be α_s x₀ plus noise of variance σ_s², some of it old, some of it fresh.
        var schedule = DiscreteSchedule.Linear();
        var (level, next) = (schedule.At(700), schedule.At(400));
        var sampler = new DdimSampler(schedule, new TimeGrid([700], 400), eta);
        var point = GaussianFlow.Scalar(2, 0);
        double quiet = Step(0, 0), old = Step(1, 0) - quiet, fresh = Step(0, 1) - quiet;
        Near.Number(2 * next.Alpha, quiet, 1e-14, "mean");
        Near.Number(eta * Math.Sqrt(Posterior.Between(level, next).Variance), fresh, 1e-14, "fresh noise");
        Near.Number(next.Sigma * next.Sigma, (old * old) + (fresh * fresh), 1e-14, "variance");

        double Step(double eps, double z) => sampler.Sample(point, new Tensor([1, 1], [(2 * level.Alpha) + (level.Sigma * eps)]), new Constant(z)).Values[0];
    }

    [Fact]
    public void One_step_to_clean_data_returns_the_estimate()
    {
        var schedule = DiscreteSchedule.Linear();
        var step = new DdimSampler(schedule, Timesteps.Trailing(1000, 1)).Steps(Mixture, [3, 2], new SeededNoise(new Rng(2))).Single();
        Assert.Equal(step.Denoised.Values, step.X.Values);
    }

    [Fact]
    public void The_direction_of_a_clipped_denoiser_is_consistent_by_default_and_unclipped_by_name()
    {
        var schedule = DiscreteSchedule.Linear();
        var level = schedule.At(500);
        var next = schedule.At(400);
        var grid = new TimeGrid([500], 400);
        var x = new Tensor([1, 2], [3, -2]);
        var clipped = new ClippedDenoiser(Mixture, 0.5);
        var (free, d) = (Mixture.Denoise(x, level), clipped.Denoise(x, level));
        Assert.NotEqual(free.Values.ToArray(), d.Values.ToArray());
        Near.RelativeToLargest((next.Alpha * d) + (next.Sigma / level.Sigma * (x - (level.Alpha * d))), Sample(DdimDirection.Consistent), 1e-14, "consistent");
        Near.RelativeToLargest((next.Alpha * d) + (next.Sigma / level.Sigma * (x - (level.Alpha * free))), Sample(DdimDirection.Unconstrained), 1e-14, "unconstrained");

        // A wrapper that looks on does not stand between the sampler and what it asks for.
        var watched = new CountingDenoiser(clipped);
        foreach (var direction in Enum.GetValues<DdimDirection>()) Assert.Equal(Sample(direction).Values, By(direction, watched).Values);
        Assert.Equal(2, watched.Calls);

        // Counted where the work is: twice a step where both estimates are asked for.
        foreach (var direction in Enum.GetValues<DdimDirection>())
        {
            var counted = new CountingDenoiser(Mixture);
            By(direction, new ClippedDenoiser(counted, 0.5));
            Assert.Equal(new DdimSampler(schedule, grid) { Direction = direction }.CallsPerStep, counted.Calls);
        }

        Tensor Sample(DdimDirection direction) => By(direction, clipped);
        Tensor By(DdimDirection direction, Denoiser asked) => new DdimSampler(schedule, grid) { Direction = direction }.Sample(asked, x, new SeededNoise(new Rng(1)));
    }

    [Fact]
    public void Eta_outside_zero_to_one_is_refused()
    {
        foreach (var eta in (double[])[-0.1, 1.1, double.NaN])
            Assert.StartsWith("DdimSampler: eta must lie in [0, 1].", Assert.Throws<ArgumentOutOfRangeException>(() => new DdimSampler(DiscreteSchedule.Linear(), Timesteps.All(1000), eta)).Message, StringComparison.Ordinal);
    }

    private sealed class Constant(double value) : NoiseSource
    {
        public override Tensor Initial(Shape shape) => Draw(shape, 0);

        public override Tensor Draw(Shape shape, int index) => Tensor.Zeros(shape) + value;
    }
}

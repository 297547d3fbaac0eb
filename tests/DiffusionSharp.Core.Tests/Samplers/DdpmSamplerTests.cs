using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

public sealed class DdpmSamplerTests
{
    [Theory]
    [InlineData(DdpmVariance.FixedSmall)]
    [InlineData(DdpmVariance.FixedLarge)]
    public void With_the_exact_denoiser_mean_and_covariance_come_out_within_four_standard_errors(DdpmVariance variance)
    {
        // 400 levels leave a bias of about a hundredth, below the standard error of 1500 samples.
        const int n = 1500;
        var schedule = DiscreteSchedule.Linear(400, 2.5e-4, 0.05);
        var x = new DdpmSampler(schedule, Timesteps.All(400), variance).Sample(GaussianFlow.Denoiser, [n, 2], new SeededNoise(new Rng(11)));
        var (mean, covariance) = Moments.Of(x);
        var c = GaussianFlow.Covariance;
        for (var i = 0; i < 2; i++)
        {
            Near.Number(GaussianFlow.Mean[i], mean[i], 4 * Math.Sqrt(c[3 * i] / n), $"mean {i}");
            for (var j = 0; j < 2; j++) Near.Number(c[(2 * i) + j], covariance[i, j], 4 * Math.Sqrt(((c[3 * i] * c[3 * j]) + (c[(2 * i) + j] * c[(2 * i) + j])) / n), $"covariance {i} {j}");
        }
    }

    [Theory]
    [InlineData(DdpmVariance.FixedSmall)]
    [InlineData(DdpmVariance.FixedLarge)]
    public void With_the_exact_denoiser_the_error_of_the_covariance_falls_at_first_order_and_the_mean_is_exact(DdpmVariance variance)
    {
        var errors = new List<double>();
        foreach (var steps in (int[])[100, 200, 400])
        {
            var schedule = new VpLinearSchedule();
            var (mean, covariance) = GaussianFlow.Response(new DdpmSampler(schedule, TimeGrid.Uniform(schedule, steps), variance));
            Near.Absolute(GaussianFlow.Mean, mean, 1e-12, "mean");
            errors.Add(covariance.Zip(GaussianFlow.Covariance, (a, b) => Math.Abs(a - b)).Max());
        }

        Assert.True(errors[^1] < 0.02, $"The covariance is off by {errors[^1]} at 400 steps.");
        for (var i = 1; i < errors.Count; i++) Assert.InRange(Math.Log2(errors[i - 1] / errors[i]), 0.8, 1.2);
    }

    [Fact]
    public void Fixed_small_is_exact_for_one_point_and_fixed_large_for_standard_normal_data()
    {
        // The reason the paper gives for either choice: then the reverse step is the true one, at any number of steps.
        var schedule = DiscreteSchedule.Linear(50, 1e-3, 0.2);
        var point = new DdpmSampler(schedule, Timesteps.Trailing(50, 7)).Sample(GaussianFlow.Scalar(0.7, 0), [5, 1], new SeededNoise(new Rng(1)));
        Near.Absolute([0.7, 0.7, 0.7, 0.7, 0.7], point.Values, 1e-15, "point");

        // Stopping above clean data, so that the last step is one of noise too: the variance stays 1.
        var (mean, covariance) = GaussianFlow.Response(new DdpmSampler(schedule, new TimeGrid([49, 30, 12], 3), DdpmVariance.FixedLarge), GaussianFlow.Round, [0, 0], [1, 0, 0, 1]);
        Near.Absolute([0, 0], mean, 0, "mean");
        Near.Absolute([1, 0, 0, 1], covariance, 1e-13, "covariance");
    }

    [Fact]
    public void The_posterior_is_that_of_Bayes_rule()
    {
        foreach (var (level, next) in ((NoiseLevel, NoiseLevel)[])[(new(0, 0.6, 0.8), new(0, 0.8, 0.6)), (new(0, 1, 5), new(0, 1, 0.3)), (new(0, 0.2, 0.8), new(0, 0.7, 0.3)), (new(0, 0, 1), new(0, 0.8, 0.6))])
        {
            // x_s ~ N(α_s x₀, σ_s²) seen through x_t ~ N(a x_s, v): precisions add.
            var a = level.Alpha / next.Alpha;
            var v = (level.Sigma * level.Sigma) - (a * a * next.Sigma * next.Sigma);
            var precision = (1 / (next.Sigma * next.Sigma)) + (a * a / v);
            var q = Posterior.Between(level, next);
            Near.Number(a / v / precision, q.OfX, 1e-14, "weight of x_t");
            Near.Number(next.Alpha / (next.Sigma * next.Sigma) / precision, q.OfData, 1e-14, "weight of x₀");
            Near.Number(1 / precision, q.Variance, 1e-14, "variance");
            Near.Number(v, q.ForwardVariance, 1e-13, "forward variance");
        }

        Assert.Contains("a step towards the data was expected", Assert.Throws<ArgumentException>(() => Posterior.Between(new(0, 0.8, 0.6), new(0, 0.6, 0.8))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Posterior.Between(new(0, 1, 0), new(0, 1, 0)));
        Assert.Throws<ArgumentException>(() => Posterior.Between(new(0, 0.8, double.NaN), new(0, 1, 0)));
    }

    [Fact]
    public void Draws_are_addressed_by_step_and_the_last_step_to_clean_data_draws_none()
    {
        var noise = new Silence();
        new DdpmSampler(DiscreteSchedule.Linear(), Timesteps.Trailing(1000, 5)).Sample(GaussianFlow.Denoiser, [1, 2], noise);
        Assert.Equal([0, 1, 2, 3], noise.Drawn);
    }

    [Theory]
    [InlineData(-1, DdpmVariance.FixedSmall)]
    [InlineData(1, DdpmVariance.FixedLarge)]
    public void A_learned_variance_at_either_end_of_its_range_is_that_fixed_variance(double v, DdpmVariance fixedVariance)
    {
        var (schedule, grid) = (DiscreteSchedule.Linear(), Timesteps.Trailing(1000, 12));
        var learned = new TwoHeaded(GaussianFlow.Denoiser, _ => v);
        var one = new DdpmSampler(schedule, grid, DdpmVariance.LearnedRange).Sample(learned, [4, 2], new SeededNoise(new Rng(2)));
        var other = new DdpmSampler(schedule, grid, fixedVariance).Sample(GaussianFlow.Denoiser, [4, 2], new SeededNoise(new Rng(2)));
        Near.RelativeToLargest(other, one, 1e-13, "samples");
    }

    [Fact]
    public void A_learned_range_interpolates_the_logarithms()
    {
        var q = Posterior.Between(new(0, 0.6, 0.8), new(0, 0.8, 0.6));
        Near.Number(Math.Sqrt(q.Variance * q.ForwardVariance), q.LearnedVariance(0), 1e-15, "half way");
        Near.Number(Math.Pow(q.Variance, 0.75) * Math.Pow(q.ForwardVariance, 0.25), q.LearnedVariance(-0.5), 1e-15, "a quarter");
    }

    [Fact]
    public void With_the_variance_of_the_true_reverse_step_a_few_steps_are_exact_on_Gaussian_data()
    {
        // x_s given x_t is Gaussian with variance β̃ + (weight of x₀)² Var[x₀ | x_t]: what a network would learn.
        const double s2 = 0.3;
        var schedule = new VpLinearSchedule();
        TimeGrid grid = new([1, 0.6, 0.35], 0.1);
        var start = schedule.At(1);
        var variance = (start.Alpha * start.Alpha * s2) + (start.Sigma * start.Sigma);
        for (var i = 0; i < grid.Count; i++)
        {
            var (a, b) = (schedule.At(grid.Times[i]), schedule.At(grid.Targets[i]));
            var q = Posterior.Between(a, b);
            var left = s2 * a.Sigma * a.Sigma / ((a.Alpha * a.Alpha * s2) + (a.Sigma * a.Sigma));
            var learned = new TwoHeaded(GaussianFlow.Scalar(0, s2), _ => q.Variance + (q.OfData * q.OfData * left));
            var one = new DdpmSampler(schedule, new TimeGrid([a.Time], b.Time), DdpmVariance.Learned);
            var carried = one.Sample(learned, new Tensor([1, 1], [1]), new Silence()).Values[0];
            var fresh = one.Sample(learned, new Tensor([1, 1], [0]), new Ones()).Values[0];
            variance = (carried * carried * variance) + (fresh * fresh);
            Near.Number((b.Alpha * b.Alpha * s2) + (b.Sigma * b.Sigma), variance, 1e-14, $"variance at {b.Time}");
        }
    }

    [Fact]
    public void A_learned_variance_passes_through_clipping_and_its_absence_is_a_clear_error()
    {
        var sampler = new DdpmSampler(DiscreteSchedule.Linear(), Timesteps.Trailing(1000, 5), DdpmVariance.LearnedRange);
        var clipped = new ClippedDenoiser(new TwoHeaded(GaussianFlow.Denoiser, _ => -1), 0.3);
        Assert.True(clipped.HasVariance);
        Assert.True(sampler.Sample(clipped, [3, 2], new SeededNoise(new Rng(1))).MaxAbs() <= 0.3);

        foreach (var none in (Denoiser[])[GaussianFlow.Denoiser, new ClippedDenoiser(GaussianFlow.Denoiser)])
        {
            var error = Assert.Throws<InvalidOperationException>(() => sampler.Sample(none, [1, 2], new Silence()));
            Assert.Equal($"DdpmSampler: LearnedRange needs a denoiser that learned a variance, and {none} has none; use FixedSmall or FixedLarge.", error.Message);
        }

        var raw = new DdpmSampler(DiscreteSchedule.Linear(), Timesteps.Trailing(1000, 5), DdpmVariance.Learned);
        Assert.Contains("the denoiser gave the variance -0.5", Assert.Throws<InvalidOperationException>(() => raw.Sample(new TwoHeaded(GaussianFlow.Denoiser, _ => -0.5), [1, 2], new Silence())).Message, StringComparison.Ordinal);
    }

    private sealed class Ones : NoiseSource
    {
        public override Tensor Initial(Shape shape) => throw new NotSupportedException("The start is given.");

        public override Tensor Draw(Shape shape, int index) => Tensor.Zeros(shape) + 1;
    }

    private sealed class Silence : NoiseSource
    {
        private readonly List<int> drawn = [];

        public IReadOnlyList<int> Drawn => drawn;

        public override Tensor Initial(Shape shape) => Tensor.Zeros(shape);

        public override Tensor Draw(Shape shape, int index)
        {
            drawn.Add(index);
            return Tensor.Zeros(shape);
        }
    }
}

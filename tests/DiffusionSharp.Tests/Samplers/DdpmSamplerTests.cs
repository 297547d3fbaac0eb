using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Tests.Samplers;

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

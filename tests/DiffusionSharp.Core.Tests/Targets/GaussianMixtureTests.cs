using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Targets;

public sealed class GaussianMixtureTests
{
    private static readonly NoiseLevel[] Levels = [new(0, 0.9, 0.4), new(0, 0.3, 0.95), new(0, 1, 2.5), new(0, 0.05, 0.999)];

    private static GaussianMixture OneDimension() => GaussianMixture.Isotropic([0.2, 0.5, 0.3], new Tensor([3, 1], [-2, 0.4, 1.7]), [0.3, 0.05, 0.6]);

    private static GaussianMixture Tilted() => GaussianMixture.Full(
        [1, 3],
        new Tensor([2, 3], [-1, 0.5, 2, 1, -0.3, 0]),
        new Tensor([2, 3, 3], [1, 0.6, 0.1, 0.6, 0.8, -0.2, 0.1, -0.2, 0.5, 0.3, -0.1, 0, -0.1, 0.2, 0.05, 0, 0.05, 1.1]));

    [Fact]
    public void The_posterior_mean_is_that_of_brute_force_quadrature()
    {
        double[] w = [0.2, 0.5, 0.3], m = [-2, 0.4, 1.7], v = [0.3, 0.05, 0.6], xs = [-3, -0.7, 0, 0.2, 1.1, 4];
        var denoiser = new GaussianMixtureDenoiser(OneDimension());
        foreach (var level in Levels)
        {
            var d = denoiser.Denoise(new Tensor([xs.Length, 1], xs), level);
            for (var k = 0; k < xs.Length; k++)
            {
                double above = 0, below = 0;
                for (var x0 = -12.0; x0 <= 12; x0 += 1.0 / 512)
                {
                    var joint = 0.0;
                    for (var j = 0; j < 3; j++) joint += w[j] * Normal(x0, m[j], v[j]);
                    joint *= Normal(xs[k], level.Alpha * x0, level.Sigma * level.Sigma);
                    above += x0 * joint;
                    below += joint;
                }

                Near.Number(above / below, d.Values[k], 1e-10, $"E[x₀ | x = {xs[k]}] at {level}");
            }
        }
    }

    [Fact]
    public void The_density_integrates_to_one_at_every_level()
    {
        var mixture = OneDimension();
        var x = Tensor.Create([24001, 1], values =>
        {
            for (var i = 0; i < values.Length; i++) values[i] = (i - 12000) / 400.0;
        });
        foreach (var level in Levels.Append(new(0, 1, 0)))
            Near.Number(1, mixture.LogDensity(x, level).Map(Math.Exp).Values.ToArray().Sum() / 400, 1e-9, $"mass at {level}");
    }

    [Fact]
    public void The_score_is_the_numerical_gradient_of_the_log_density()
    {
        const double h = 1e-5;
        var mixture = Tilted();
        var x = new Rng(7).Normal([5, 3]);
        foreach (var level in Levels.Append(new(0, 1, 0)))
        {
            var score = mixture.Score(x, level);
            for (var i = 0; i < 3; i++)
            {
                var gradient = (mixture.LogDensity(Moved(x, i, h), level) - mixture.LogDensity(Moved(x, i, -h), level)) / (2 * h);
                for (var k = 0; k < x.Samples; k++) Near.Number(gradient.Values[k], score.Sample(k)[i], 1e-7, $"∂{i} at {level}");
            }
        }
    }

    [Fact]
    public void The_score_is_the_one_that_the_denoiser_gives_by_Tweedie()
    {
        var mixture = Tilted();
        var x = 2 * new Rng(8).Normal([6, 3]);
        foreach (var level in Levels)
        {
            var d = new GaussianMixtureDenoiser(mixture).Denoise(x, level);
            Near.RelativeToLargest(mixture.Score(x, level), PredictionConversion.FromData(Prediction.Score, d, x, level), 1e-12, $"score at {level}");
        }
    }

    [Fact]
    public void A_round_covariance_given_in_full_is_the_isotropic_mixture()
    {
        var means = new Tensor([2, 2], [1, 2, -1, 0.5]);
        var round = GaussianMixture.Isotropic([1, 2], means, [0.5, 2]);
        var full = GaussianMixture.Full([1, 2], means, new Tensor([2, 2, 2], [0.5, 0, 0, 0.5, 2, 0, 0, 2]));
        var x = new Rng(9).Normal([7, 2]);
        foreach (var level in Levels)
        {
            NoiseLevel[] levels = [.. Enumerable.Repeat(level, 7)];
            Near.RelativeToLargest(round.PosteriorMean(x, levels), full.PosteriorMean(x, levels), 1e-14, "mean");
            Near.RelativeToLargest(round.LogDensity(x, level), full.LogDensity(x, level), 1e-14, "log density");
        }
    }

    [Fact]
    public void Without_noise_the_estimate_is_the_data_and_without_data_it_is_the_mean()
    {
        var points = GaussianMixture.Isotropic([1, 3], new Tensor([2, 2], [1, 2, -1, 0]), [0, 0]);
        var denoiser = new GaussianMixtureDenoiser(points);
        var x = new Tensor([1, 2], [0.3, -4]);
        Near.Absolute([0.3, -4], denoiser.Denoise(x, new NoiseLevel(0, 1, 0)).Values, 0, "clean");
        Near.Absolute([-0.5, 0.5], denoiser.Denoise(x, new NoiseLevel(1, 0, 1)).Values, 1e-15, "noise");
        Assert.Contains("no density at σ = 0", Assert.Throws<InvalidOperationException>(() => points.LogDensity(x, new NoiseLevel(0, 1, 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Draws_have_the_mixtures_mean_and_covariance_within_four_standard_errors_and_may_be_cut_anywhere()
    {
        const int n = 20000;
        var mixture = GaussianMixture.Full([1], new Tensor([1, 2], [1, -2]), new Tensor([1, 2, 2], [2, 0.9, 0.9, 0.7]));
        var x = mixture.Draw(new Rng(3), n);
        var (mean, covariance) = Moments.Of(x);
        double[] c = [2, 0.9, 0.9, 0.7];
        for (var i = 0; i < 2; i++)
        {
            Near.Number(i == 0 ? 1 : -2, mean[i], 4 * Math.Sqrt(c[3 * i] / n), $"mean {i}");
            for (var j = 0; j < 2; j++) Near.Number(c[(2 * i) + j], covariance[i, j], 4 * Math.Sqrt(((c[3 * i] * c[3 * j]) + (c[(2 * i) + j] * c[(2 * i) + j])) / n), $"covariance {i} {j}");
        }

        Assert.Equal(x.Slice(11, 4).Values, mixture.Draw(new Rng(3), 4, firstSample: 11).Values);
    }

    [Fact]
    public void A_matrix_that_is_no_covariance_is_refused()
    {
        var means = new Tensor([1, 2], [0, 0]);
        Assert.Contains("not symmetric", Assert.Throws<ArgumentException>(() => GaussianMixture.Full([1], means, new Tensor([1, 2, 2], [1, 0.5, 0.4, 1]))).Message, StringComparison.Ordinal);
        Assert.Contains("negative eigenvalue", Assert.Throws<ArgumentException>(() => GaussianMixture.Full([1], means, new Tensor([1, 2, 2], [1, 2, 2, 1]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GaussianMixture.Full([1], means, new Tensor([1, 2, 2], [double.NaN, 0, 0, 1])));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianMixture.Isotropic([1], means, [double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianMixture.Isotropic([0], means, [1]));
        Assert.Throws<ArgumentException>(() => GaussianMixture.Isotropic([1, 1], means, [1]));
    }

    private static double Normal(double x, double mean, double variance) => Math.Exp(-(x - mean) * (x - mean) / (2 * variance)) / Math.Sqrt(2 * Math.PI * variance);

    private static Tensor Moved(Tensor x, int axis, double by) => Tensor.Create(x.Shape, values =>
    {
        x.Values.CopyTo(values);
        for (var k = axis; k < values.Length; k += 3) values[k] += by;
    });
}

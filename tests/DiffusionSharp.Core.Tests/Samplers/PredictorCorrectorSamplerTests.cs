using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>The reverse SDE and its corrector, step by step and in law.</summary>
public sealed class PredictorCorrectorSamplerTests
{
    private static readonly DiscreteSchedule Discrete = DiscreteSchedule.Linear();

    [Fact]
    public void Between_neighbouring_levels_reverse_diffusion_is_the_papers_step()
    {
        var (level, next) = (Discrete.At(500), Discrete.At(499));
        var beta = Discrete.Betas[500];
        var (x, z) = (new Tensor([1, 2], [0.3, -1.2]), new SeededNoise(new Rng(1)).Draw([1, 2], 0));
        var score = (1 / (level.Sigma * level.Sigma)) * ((level.Alpha * GaussianFlow.Denoiser.Denoise(x, level)) - x);
        var expected = ((2 - Math.Sqrt(1 - beta)) * x) + (beta * score) + (Math.Sqrt(beta) * z);
        var actual = new ReverseDiffusionSampler(Discrete, new TimeGrid([500], next.Time)).Sample(GaussianFlow.Denoiser, x, new SeededNoise(new Rng(1)));
        Near.RelativeToLargest(expected, actual, 1e-12, "reverse diffusion");
    }

    [Fact]
    public void Euler_Maruyama_is_the_reverse_SDE_in_the_schedules_time()
    {
        var schedule = new VpLinearSchedule();
        var (t, h) = (0.6, 0.05);
        var level = schedule.At(t);
        var (x, z) = (new Tensor([1, 2], [0.3, -1.2]), new SeededNoise(new Rng(1)).Draw([1, 2], 0));
        var score = (1 / (level.Sigma * level.Sigma)) * ((level.Alpha * GaussianFlow.Denoiser.Denoise(x, level)) - x);
        var expected = x + (h * schedule.Beta(t) * ((0.5 * x) + score)) + (Math.Sqrt(schedule.Beta(t) * h) * z);
        var actual = new EulerMaruyamaSampler(schedule, new TimeGrid([t], t - h)).Sample(GaussianFlow.Denoiser, x, new SeededNoise(new Rng(1)));
        Near.RelativeToLargest(expected, actual, 1e-12, "Euler–Maruyama");
    }

    [Fact]
    public void From_pure_noise_all_predictors_draw_from_the_posterior_and_clean_data_is_the_estimate()
    {
        var schedule = new VpCosineSchedule();
        var grid = TimeGrid.Uniform(schedule, 4);
        var noise = new SeededNoise(new Rng(3));
        var ancestral = new DdpmSampler(schedule, grid).Steps(GaussianFlow.Denoiser, [3, 2], noise).First();
        foreach (var sampler in (Sampler[])[new EulerMaruyamaSampler(schedule, grid), new ReverseDiffusionSampler(schedule, grid)])
        {
            var steps = sampler.Steps(GaussianFlow.Denoiser, [3, 2], noise).ToList();
            Assert.Equal(ancestral.X.Values, steps[0].X.Values);
            Assert.Equal(steps[^1].Denoised.Values, steps[^1].X.Values);
        }

        Assert.True(new PredictorCorrectorSampler(schedule, grid).Sample(GaussianFlow.Denoiser, [3, 2], noise).IsFinite());
    }

    [Fact]
    public void The_corrector_of_a_level_has_the_exact_stationary_variance_of_unadjusted_Langevin()
    {
        // Standard normal data: x keeps unit variance, so the corrector tends to 1/(1 − ε/2), and the predictor's step is linear.
        var schedule = new VpLinearSchedule();
        var (level, next) = (schedule.At(0.6), schedule.At(0.5));
        var ratio = level.Alpha / next.Alpha;
        foreach (var snr in (double[])[0.2, 0.4])
        {
            var eps = 2 * ratio * ratio * snr * snr * level.Sigma * level.Sigma;
            var (kept, fresh) = (2 - ratio - (1 - (ratio * ratio)), 1 - (ratio * ratio));
            var sampler = new PredictorCorrectorSampler(schedule, new TimeGrid([0.6], 0.5), snr, 800);
            var (_, covariance) = GaussianFlow.Response(sampler, GaussianFlow.Round, [0, 0], [3, 1, 1, 0.2]);
            var expected = (kept * kept / (1 - (eps / 2))) + fresh;
            Near.Absolute([expected, 0, 0, expected], covariance, 1e-9, $"snr {snr}");
        }
    }

    [Fact]
    public void More_correction_brings_mean_and_covariance_nearer_until_the_bias_of_its_step_is_left()
    {
        // With few steps the predictor is poor; the corrector mends it, and its own bias falls as r².
        var schedule = new VpLinearSchedule();
        double Error(double snr, int correctorSteps) => GaussianFlow.Error(new PredictorCorrectorSampler(schedule, TimeGrid.Uniform(0.8, 0.1, 60), snr, correctorSteps));
        var none = GaussianFlow.Error(new ReverseDiffusionSampler(schedule, TimeGrid.Uniform(0.8, 0.1, 60)));
        Assert.True(Error(0.1, 20) < none / 2, FormattableString.Invariant($"{Error(0.1, 20)} with, {none} without corrector"));
        Assert.True(Error(0.1, 20) < Error(0.4, 20));
    }

    [Fact]
    public void Steps_from_norms_are_the_published_ones_for_each_sample_and_capped_where_the_score_vanishes()
    {
        var schedule = new VpLinearSchedule();
        var (level, next) = (schedule.At(0.6), schedule.At(0.5));
        var grid = new TimeGrid([0.6], 0.5);
        var x = new Rng(4).Normal([5, 40]);
        var point = Round(40);
        var sampler = new PredictorCorrectorSampler(schedule, grid, 0.16, 1, CorrectorStep.SampleNorms);
        var published = new PredictorCorrectorSampler(schedule, grid, 0.16, 1, CorrectorStep.SampleNorms) { AveragesNorms = true };
        var noise = new SeededNoise(new Rng(9));
        var whole = sampler.Sample(point, x, noise);

        // The norms of a batch of one are its sample's own.
        for (var k = 0; k < 5; k++)
            Near.RelativeToLargest(published.Sample(point, x.Slice(k, 1), new SeededNoise(new Rng(9), firstSample: k)), whole.Slice(k, 1), 1e-12, $"sample {k}");
        Assert.NotEqual(published.Sample(point, x, noise).Slice(0, 1).Values.ToArray(), published.Sample(point, x.Slice(0, 1), noise).Values.ToArray());

        // Where the score is zero the step is σ²: noise of variance 2σ², of which the predictor keeps a linear share.
        var still = sampler.Sample(point, Tensor.Zeros([1, 40]), noise);
        var ratio = level.Alpha / next.Alpha;
        var expected = ((2 - ratio - (1 - (ratio * ratio))) * Math.Sqrt(2) * level.Sigma * noise.Draw([1, 40], 0)) + (Math.Sqrt(1 - (ratio * ratio)) * noise.Draw([1, 40], 1));
        Near.RelativeToLargest(expected, still, 1e-12, "vanishing score");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var grid = Timesteps.All(1000);
        foreach (var snr in (double[])[0, -1, double.NaN]) Assert.Throws<ArgumentOutOfRangeException>(() => new PredictorCorrectorSampler(Discrete, grid, snr));
        Assert.Contains("at least one corrector step", Assert.Throws<ArgumentOutOfRangeException>(() => new PredictorCorrectorSampler(Discrete, grid, correctorSteps: 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PredictorCorrectorSampler(Discrete, grid, correctorStep: (CorrectorStep)7));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PredictorCorrectorSampler(Discrete, grid, predictor: (ReverseSdePredictor)7));
    }

    private static Denoiser Round(int dimension) => new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], Tensor.Zeros([1, dimension]), [1]));
}

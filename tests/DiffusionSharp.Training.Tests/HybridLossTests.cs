using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Objectives;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Training.Tests;

public sealed class HybridLossTests
{
    private static readonly DiscreteSchedule Cosine = DiscreteSchedule.Cosine(10);

    [Theory]
    [InlineData(1, -0.7)]
    [InlineData(4, 0.2)]
    [InlineData(9, 1)]
    public void Between_levels_the_bound_is_the_divergence_of_the_model_from_the_true_posterior(int time, double v)
    {
        var (x0, eps, wrong) = (0.3, -1.1, 0.25);
        var level = Cosine.At(time);
        var q = Posterior.Between(level, Cosine.At(time - 1));
        var x = (level.Alpha * x0) + (level.Sigma * eps);
        var data = (x - (level.Sigma * (eps + wrong))) / level.Alpha;
        var (mean, modelMean) = ((q.OfX * x) + (q.OfData * x0), (q.OfX * x) + (q.OfData * data));
        var (variance, model) = (q.Variance, q.LearnedVariance(v));

        // KL(N(m, s²) ‖ N(m′, s′²)) in bits.
        var expected = 0.5 * (Math.Log(model / variance) - 1 + (variance / model) + ((mean - modelMean) * (mean - modelMean) / model)) / Math.Log(2);
        Assert.Equal(expected, Bound(time, wrong, v, x0, pictures: true), Math.Abs(expected) * 1e-5);
        Assert.Equal(expected, Bound(time, wrong, v, x0, pictures: false), Math.Abs(expected) * 1e-5);
    }

    [Fact]
    public void At_the_first_level_the_masses_of_all_256_values_of_a_pixel_sum_to_one()
    {
        // The network's error puts the mean at 0.9961, near the edge, whatever the value: μ = x₀ + c · error.
        var c = new VarianceBound(Cosine, Noise, 1).At(Cosine.At(0)).ErrorScale;
        var total = 0.0;
        for (var i = 0; i < 256; i++)
        {
            var x0 = (2 * i / 255.0) - 1;
            total += Math.Pow(2, -Bound(0, (0.9961 - x0) / c, 0.3, x0, pictures: true));
        }

        Assert.Equal(1, total, 1e-6);
    }

    [Fact]
    public void At_the_first_level_the_bound_of_vectors_is_the_density()
    {
        var (c, small, large, _, _) = new VarianceBound(Cosine, Noise, 1).At(Cosine.At(0));
        Assert.Equal(Math.Log(Posterior.Between(Cosine.At(1), Cosine.At(0)).Variance), small, 1e-12);
        var variance = Math.Exp((0.65 * large) + (0.35 * small));
        var expected = 0.5 * (Math.Log(2 * Math.PI * variance) + (c * 0.4 * c * 0.4 / variance)) / Math.Log(2);
        Assert.Equal(expected, Bound(0, 0.4, 0.3, 0.5, pictures: false), 1e-5);
    }

    [Fact]
    public void The_bound_trains_the_variance_and_leaves_the_mean_alone()
    {
        var (error, variance, bound) = Graph(pictures: true);
        var gradients = Gradients.Of(Op.Sum(bound), [error, variance]);
        var values = Inputs(5, 0.3, 0.2, 0.1);
        Assert.Equal(0, new Interpreter(values).Evaluate(gradients[0])[0]);
        double At(double v) => new Interpreter(Inputs(5, 0.3, v, 0.1)).Evaluate(bound)[0];
        Assert.Equal((At(0.2 + 1e-5) - At(0.2 - 1e-5)) / 2e-5, new Interpreter(values).Evaluate(gradients[1])[0], 1e-7);
    }

    [Fact]
    public void The_loss_of_a_training_step_is_the_weighted_error_and_the_weighted_bound()
    {
        var config = Config(new MlpOptions(2, Width: 8, Layers: 2, TimeFeatures: 4, Outputs: 4));
        var blueprint = new NetworkBlueprint(config, [2]);
        var outputs = TrainingProgram.Outputs(blueprint, 3, config.Update());
        var weights = new ParameterBuffer(blueprint.Layout());
        weights.Initialize(new Rng(4));
        var random = new Rng(5);
        double[] Values(string name, int count) => [.. Enumerable.Range(0, count).Select(i => (double)(float)random.Split(name).Uniform((ulong)i))];
        var inputs = new Dictionary<string, double[]> { ["x"] = Values("x", 6), ["t"] = Values("t", 3), ["target"] = Values("target", 6), ["weight"] = Values("weight", 3) };
        foreach (var name in new[] { HybridLoss.ErrorScale, HybridLoss.LogSmall, HybridLoss.LogLarge, HybridLoss.BoundWeight, HybridLoss.IsFirst }) inputs[name] = Values(name, 3);
        inputs[HybridLoss.IsFirst] = [0, 1, 0];
        double[] Parameter(string name) => [.. weights[name].ToArray().Select(v => (double)v)];
        var losses = new Interpreter(inputs, Parameter, default).Evaluate(outputs["losses"]);

        var network = BoundNetwork.Outputs(blueprint, 3)["out"];
        var given = new Interpreter(inputs, Parameter, default).Evaluate(network);
        for (var k = 0; k < 3; k++)
        {
            double simple = 0, bound = 0;
            for (var i = 0; i < 2; i++)
            {
                var error = given[(k * 4) + i] - inputs["target"][(k * 2) + i];
                var v = given[(k * 4) + 2 + i];
                var (small, large, c) = (inputs[HybridLoss.LogSmall][k], inputs[HybridLoss.LogLarge][k], inputs[HybridLoss.ErrorScale][k]);
                var log = small + ((v + 1) / 2 * (large - small));
                var square = c * c * error * error / Math.Exp(log);
                simple += error * error / 2;
                bound += 0.5 * (k == 1 ? Math.Log(2 * Math.PI) + log + square : log - small - 1 + Math.Exp(small - log) + square) / 2 / Math.Log(2);
            }

            Assert.Equal((inputs["weight"][k] * simple) + (inputs[HybridLoss.BoundWeight][k] * bound), losses[k], 1e-6);
        }
    }

    [Fact]
    public void On_normal_data_the_learned_variance_goes_to_the_forward_step_s_and_the_model_samples_with_it()
    {
        // Best where x₀ is standard normal is β: v = 1 (Ho et al. 2020, section 3.2).
        using var folder = new TemporaryFolder();
        var config = Config(new MlpOptions(1, Width: 16, Layers: 2, TimeFeatures: 16, Outputs: 2)) with
        {
            Prediction = Prediction.Data,
            Steps = 500,
            Batch = 128,
            Optimizer = new AdamOptions(Rate: 1e-2),
            LearnedVariance = new LearnedVarianceConfig(0.1),
            SampleCount = 4,
            SampleSteps = 5,
        };
        foreach (var _ in Trainer.Start(config, Sources.Normal(folder, 5000, 1), folder["run"], Machine.Single).Run(TimeProvider.System, TestContext.Current.CancellationToken))
        {
        }

        var model = SavedModel.Load(folder["run"]);
        var denoiser = model.Denoiser(64, Machine.Single);
        Assert.True(denoiser.HasVariance);
        foreach (var t in new[] { 2, 4, 6 })
        {
            var levels = new NoiseLevel[64];
            Array.Fill(levels, Cosine.At(t));
            var (data, v) = denoiser.DenoiseWithVariance(new Rng(2).Normal([64, 1]), levels);
            Assert.Equal(1, v.Mean(), 0.35);
            Near.RelativeToLargest(data, denoiser.Denoise(new Rng(2).Normal([64, 1]), Cosine.At(t)), 0, "the data, asked alone");
        }

        var sampler = new DdpmSampler(model.Schedule, Timesteps.All(10), DdpmVariance.LearnedRange);
        var samples = sampler.Sample(denoiser, [2000, 1], new SeededNoise(new Rng(9)));
        Assert.Equal(0, samples.Mean(), 0.15);
        Assert.Equal(1, samples.Map(x => x * x).Mean(), 0.2);
    }

    [Fact]
    public void Pictures_train_with_a_learned_variance_and_are_sampled_with_it()
    {
        using var folder = new TemporaryFolder();
        var config = SmallRuns.Pictures with
        {
            UNet = SmallRuns.Pictures.UNet! with { OutChannels = 2 },
            Schedule = new CosineScheduleConfig(Levels: 20),
            LearnedVariance = new LearnedVarianceConfig(),
            Levels = new LevelConfig(LevelDistribution.Importance, History: 1),
        };
        SmallRuns.Train(folder["straight"], config: config);
        SmallRuns.Train(folder["killed"], steps: 17, config: config, threads: 2);
        SmallRuns.Train(folder["killed"], config: config);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["killed"]));

        var model = SavedModel.Load(folder["straight"]);
        var sampler = new DdpmSampler(model.Schedule, Timesteps.Trailing(20, 5), DdpmVariance.LearnedRange);
        var (whole, _) = new SamplingJob(model, sampler, 5, Seed: 4).Run(Machine.Single);
        var (cut, _) = new SamplingJob(model, sampler, 5, Seed: 4, LargestBatch: 2).Run(Machine.Single);
        Assert.Equal(whole.Values.ToArray(), cut.Values.ToArray());
        Assert.True(whole.IsFinite());
        var gradient = model.Denoiser(2, Machine.Single).VectorJacobian(whole.Slice(0, 2), model.Schedule.At(3), whole.Slice(0, 2));
        Assert.Equal(whole.Slice(0, 2).Shape, gradient.Shape);
    }

    private static Objective Noise => new(Config(new MlpOptions(2, Outputs: 4)), Cosine);

    private static RunConfig Config(MlpOptions mlp) =>
        new RunConfig("points", "test") { Mlp = mlp, Schedule = new CosineScheduleConfig(Levels: 10), LearnedVariance = new LearnedVarianceConfig(), SampleSteps = 5 }.Validated();

    private static double Bound(int time, double error, double v, double x0, bool pictures) =>
        new Interpreter(Inputs(time, error, v, x0)).Evaluate(Graph(pictures).Bound)[0];

    private static (Node Error, Node Variance, Node Bound) Graph(bool pictures)
    {
        var graph = new Graph();
        var (error, variance) = (graph.Input("error", [1, 1]), graph.Input("variance", [1, 1]));
        return (error, variance, HybridLoss.Bound(error, variance, pictures));
    }

    private static Dictionary<string, double[]> Inputs(int time, double error, double v, double x0)
    {
        var (scale, small, large, _, _) = new VarianceBound(Cosine, Noise, 1).At(Cosine.At(time));
        return new Dictionary<string, double[]>
        {
            ["error"] = [error],
            ["variance"] = [v],
            [HybridLoss.ErrorScale] = [scale],
            [HybridLoss.LogSmall] = [small],
            [HybridLoss.LogLarge] = [large],
            [HybridLoss.IsFirst] = [time == 0 ? 1 : 0],
            [HybridLoss.BoundWeight] = [1],
            [HybridLoss.Data] = [x0],
        };
    }
}

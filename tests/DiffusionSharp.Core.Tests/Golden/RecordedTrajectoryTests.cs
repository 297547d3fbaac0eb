using System.Text.Json;
using DiffusionSharp.Core.Tests.Samplers;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Every recorded DDPM and DDIM trajectory, replayed with the recorded noise.</summary>
public sealed class RecordedTrajectoryTests
{
    [Theory]
    [InlineData("f64", 1e-9, 46)]
    [InlineData("stock", 2e-5, 46)]
    public void Ddpm_reproduces_every_recorded_trajectory(string edition, double tolerance, int cases) =>
        Replay(edition, "ddpm", tolerance, cases, (c, config, schedule, grid) =>
        {
            Assert.Empty(c.GetProperty("step_kwargs").EnumerateObject());
            var variance = config.Text("variance_type", "fixed_small") switch
            {
                // The recorded tool's "log" variant clamps the same variance and takes its root another way.
                "fixed_small" or "fixed_small_log" => DdpmVariance.FixedSmall,
                "fixed_large" => DdpmVariance.FixedLarge,
                "learned_range" => DdpmVariance.LearnedRange,
                "learned" => DdpmVariance.Learned,
                var other => throw new NotSupportedException(other),
            };
            return new DdpmSampler(schedule, grid, variance);
        });

    [Theory]
    [InlineData("f64", 1e-9, 37)]
    [InlineData("stock", 2e-5, 36)]
    public void Ddim_reproduces_every_recorded_trajectory(string edition, double tolerance, int cases) =>
        Replay(edition, "ddim", tolerance, cases, (c, config, schedule, grid) =>
        {
            var options = c.GetProperty("step_kwargs");
            foreach (var option in options.EnumerateObject()) Assert.Contains(option.Name, (string[])["eta", "use_clipped_model_output"]);

            // The recorded tool's DDIM steps by ⌊T/S⌋ whatever the spacing, and takes ε̂ from the unclipped estimate unless told otherwise.
            grid = grid.WithStrideTargets(schedule.Levels);
            if (!config.Flag("set_alpha_to_one", true)) grid = grid.EndingAtFirstLevel();
            var direction = options.Flag("use_clipped_model_output", false) ? DdimDirection.Consistent : DdimDirection.Unconstrained;
            return new DdimSampler(schedule, grid, options.Number("eta", 0)) { Direction = direction };
        });

    private static void Replay(string edition, string group, double tolerance, int expectedCases, Func<JsonElement, JsonElement, DiscreteSchedule, TimeGrid, Sampler> sampler)
    {
        using var common = GoldenFile.Require("trajectories", "common");
        using var golden = GoldenFile.Require("trajectories", edition, group);
        var (initial, stream) = (common["init_noise"], common["noise_stream"]);
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            var config = c.GetProperty("config");
            var type = config.Text("variance_type", "fixed_small");
            Assert.Equal(type is "learned" or "learned_range" ? "learned" : "std", c.GetProperty("kind").GetString());
            Assert.Empty(c.GetProperty("set_timesteps").EnumerateObject());
            var schedule = Recorded.Schedule(config);
            var grid = Recorded.Grid(config, c.GetProperty("num_inference_steps").GetInt32());
            Near.Absolute(golden[$"{key}/t"].Values, grid.Times, 0, $"{group}/{key}/t");

            var run = sampler(c, config, schedule, grid);
            var noise = new RecordedNoise(initial, stream);
            Assert.Equal(1, c.GetProperty("init_noise_sigma").GetDouble());
            Tensor[] states = [schedule.PriorSigma(grid.Start) * initial, .. run.Steps(Constrained(config), initial.Shape, noise).Select(s => s.X)];
            if (group == "ddpm" && grid.Times[^1] > 0)
            {
                // At t > 0 the recorded tool adds noise even where the step ends at clean data, with its floor of 1e-20 for the variance.
                states[^1] += 1e-10 * stream.Slice(states.Length - 2, 1).Reshape(initial.Shape);
            }

            if (golden.Has($"{key}/x")) Near.RelativeToLargest(golden[$"{key}/x"], Tensor.Concatenate(states).Reshape(golden[$"{key}/x"].Shape), tolerance, $"{group}/{key}/x");
            else Near.RelativeToLargest(golden[$"{key}/x_final"], states[^1], tolerance, $"{group}/{key}/x_final");
            replayed++;
        }

        Assert.Equal(expectedCases, replayed);
    }

    private static Denoiser Constrained(JsonElement config)
    {
        Denoiser model = new RecordedModel(Recorded.Meaning(config.Text("prediction_type", "epsilon")));
        model = config.Text("variance_type", "fixed_small") switch
        {
            "learned_range" => new TwoHeaded(model, x => 0.5 * Math.Sin(2 * x)),
            "learned" => new TwoHeaded(model, x => 0.01 + (0.005 * Math.Sin(2 * x))),
            _ => model,
        };
        if (config.Flag("thresholding", false)) return new DynamicThresholdingDenoiser(model, config.Number("dynamic_thresholding_ratio", 0.995), config.Number("sample_max_value", 1));
        return config.Flag("clip_sample", true) ? new ClippedDenoiser(model, config.Number("clip_sample_range", 1)) : model;
    }
}

using System.Text.Json;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Every recorded trajectory of Euler, Heun and DPM2, deterministic, churned and ancestral, at every state the model was asked at.</summary>
public sealed class RecordedOneStepTests
{
    private const double Tolerance = 1e-9;
    private static readonly RecordedLevels Levels = RecordedLevels.VariancePreserving;

    [Fact]
    public void Euler_reproduces_every_recorded_trajectory() => ReplayDiscrete("euler", 24, 0.05, (c, grid) =>
        new EulerSampler(Levels, grid, ChurnOf(c, level => PredictionConversion.DataWeights(Prediction.Noise, level))));

    [Fact]
    public void Heun_reproduces_every_recorded_trajectory() => ReplayDiscrete("heun", 14, 0.05, (_, grid) => new HeunSampler(Levels, grid));

    [Fact]
    public void Dpm2_reproduces_every_recorded_trajectory() => ReplayDiscrete("kdpm2", 6, 0.5, (_, grid) => new Dpm2Sampler(Levels, grid));

    [Fact]
    public void Euler_ancestral_reproduces_every_recorded_trajectory() => ReplayDiscrete("euler_ancestral", 6, 0.05, (_, grid) => new EulerAncestralSampler(Levels, grid));

    [Fact]
    public void Dpm2_ancestral_reproduces_every_recorded_trajectory() => ReplayDiscrete("kdpm2_ancestral", 6, 0.5, (_, grid) => new Dpm2AncestralSampler(Levels, grid));

    [Fact]
    public void Euler_on_EDM_levels_reproduces_every_recorded_trajectory() => Replay("edm_euler", 8, RecordedLevels.Exploding, (c, grid) =>
        new EulerSampler(RecordedLevels.Exploding, grid, ChurnOf(c, EdmWeights(c))), (c, times) =>
        {
            // The network's input has unit variance for data of σ_data = ½.
            var network = new RecordedModel(Prediction.Data, Next(times), level => 1 / Math.Sqrt((level.Sigma * level.Sigma) + 0.25));
            return new ConsistencyDenoiser(network, EdmWeights(c));
        });

    [Fact]
    public void Euler_on_the_straight_path_reproduces_every_recorded_trajectory() => Replay("flow_euler", 8, RecordedLevels.Straight,
        (_, grid) => new EulerSampler(RecordedLevels.Straight, grid), (_, times) => new RecordedModel(Prediction.Flow, Next(times)));

    [Fact]
    public void Heun_on_the_straight_path_reproduces_every_recorded_trajectory() => Replay("flow_heun", 4, RecordedLevels.Straight,
        (_, grid) => new HeunSampler(RecordedLevels.Straight, grid, coordinates: FlowCoordinates.Straight), (_, times) => new RecordedModel(Prediction.Flow, Next(times)));

    private static void ReplayDiscrete(string group, int expectedCases, double timeTolerance, Func<JsonElement, TimeGrid, Sampler> sampler) =>
        Replay(group, expectedCases, Levels, sampler, (c, times) =>
        {
            // Our own time of a level is the recorded one, up to that tool's linear interpolation of σ or its rounding of the time; its
            // zero-SNR and continuous times are others.
            var config = c.GetProperty("config");
            var ownTimes = !config.Flag("rescale_betas_zero_snr", false) && config.Text("timestep_type", "discrete") == "discrete";
            var (schedule, next) = (Recorded.Schedule(config), Next(times));
            Denoiser model = new RecordedModel(Recorded.Meaning(c.GetProperty("prediction").GetString()!), level =>
            {
                var t = next(level);
                if (ownTimes) Near.Number(t, schedule.TimeAtLogSnr(Math.Max(level.LogSnr, schedule.LogSnr(schedule.NoiseTime))), timeTolerance + 1e-6, "time");
                return t;
            });
            return config.Flag("clip_sample", false) ? new ClippedDenoiser(model, config.Number("clip_sample_range", 1)) : model;
        });

    private static void Replay(string group, int expectedCases, RecordedLevels schedule, Func<JsonElement, TimeGrid, Sampler> sampler, Func<JsonElement, Tensor, Denoiser> model)
    {
        using var common = GoldenFile.Require("trajectories", "common");
        using var golden = GoldenFile.Require("trajectories", "f64", group);
        var (initial, stream) = (common["init_noise"], common["noise_stream"]);
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            Assert.Equal("std", c.GetProperty("kind").GetString());

            // The recorded tool repeats the levels of methods with two calls a step.
            double[] sigmas = [.. golden[$"{key}/sigmas"].Values.ToArray().Distinct()];
            var steps = c.GetProperty("num_inference_steps").GetInt32();
            Assert.Equal((steps + 1, 0.0), (sigmas.Length, sigmas[^1]));
            var grid = new TimeGrid(sigmas.AsSpan(0, steps), 0);

            // Where the state is x/α the start is α times the recorded one; on the straight path, from pure noise, it is the state itself.
            var first = schedule.At(grid.Start);
            double Unit(NoiseLevel level) => schedule == RecordedLevels.Straight ? 1 : level.Alpha;
            var calls = new RecordedCalls(model(c, golden[$"{key}/t"]));
            var noise = new RecordedDraws(stream);
            var end = sampler(c, grid).Sample(calls, Unit(first) * c.GetProperty("init_noise_sigma").GetDouble() * initial, noise);

            Assert.Equal(c.GetProperty("n_steps").GetInt32(), calls.All.Count);

            // Some draw for the last step too and multiply by zero.
            Assert.InRange(c.GetProperty("n_noise").GetInt32() - noise.Count, 0, 1);
            Tensor[] states = [.. calls.All.Select(call => call.X / Unit(call.Level)), end];
            if (golden.Has($"{key}/x")) Near.RelativeToLargest(golden[$"{key}/x"], Tensor.Concatenate(states).Reshape(golden[$"{key}/x"].Shape), Tolerance, $"{group}/{key}/x");
            else Near.RelativeToLargest(golden[$"{key}/x_final"], end, Tolerance, $"{group}/{key}/x_final");
            replayed++;
        }

        Assert.Equal(expectedCases, replayed);
    }

    // The recorded tool asks the model before it adds the noise.
    private static Churn? ChurnOf(JsonElement c, Func<NoiseLevel, (double OfX, double OfOutput)> reading)
    {
        var o = c.GetProperty("step_kwargs");
        foreach (var option in o.EnumerateObject()) Assert.Contains(option.Name, (string[])["s_churn", "s_tmin", "s_tmax", "s_noise"]);
        return o.TryGetProperty("s_churn", out var amount)
            ? new Churn(amount.GetDouble(), o.Number("s_tmin", 0), o.Number("s_tmax", double.PositiveInfinity), o.Number("s_noise", 1)) { OutputBeforeNoise = reading }
            : null;
    }

    // Karras et al. 2022, arXiv:2206.00364, table 1, with σ_data = ½.
    private static Func<NoiseLevel, (double OfX, double OfOutput)> EdmWeights(JsonElement c)
    {
        var sign = c.GetProperty("prediction").GetString() == "v_prediction" ? -1 : 1;
        return level => (0.25 / ((level.Sigma * level.Sigma) + 0.25), sign * level.Sigma * 0.5 / Math.Sqrt((level.Sigma * level.Sigma) + 0.25));
    }

    // The time inputs in the order of the calls.
    private static Func<NoiseLevel, double> Next(Tensor times)
    {
        var call = 0;
        return _ => times.Values[call++];
    }
}

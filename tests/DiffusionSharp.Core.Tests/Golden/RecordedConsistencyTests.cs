using System.Text.Json;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Every recorded trajectory of the consistency samplers.</summary>
public sealed class RecordedConsistencyTests
{
    [Fact]
    public void Consistency_models_reproduce_every_recorded_trajectory() => Replay("cm", 2, (_, golden, key) =>
    {
        // The boundary is the last recorded level, σ_min. The tool clips what it jumps to.
        var (sigmas, times, call) = (golden[$"{key}/sigmas"].Values.ToArray(), golden[$"{key}/t"], 0);
        Assert.Equal(0.002, sigmas[^1]);
        var network = new RecordedModel(Prediction.Data, _ => times.Values[call++], level => 1 / Math.Sqrt((level.Sigma * level.Sigma) + 0.25));
        var sampler = new ConsistencySampler(RecordedLevels.Exploding, new TimeGrid(sigmas.AsSpan(0, sigmas.Length - 1), sigmas[^1]), boundary: sigmas[^1]);
        return (sampler, new ClippedDenoiser(new ConsistencyDenoiser(network, ConsistencyDenoiser.SigmaScalings())));
    });

    [Fact]
    public void Latent_consistency_models_reproduce_every_recorded_trajectory() => Replay("lcm", 6, (c, golden, key) =>
    {
        var model = new RecordedModel(Recorded.Meaning(c.GetProperty("prediction").GetString()!));
        var sampler = new ConsistencySampler(DiscreteSchedule.ScaledLinear(), new TimeGrid(golden[$"{key}/t"].Values, -1));
        return (sampler, new ConsistencyDenoiser(model, ConsistencyDenoiser.TimestepScalings()));
    });

    [Fact]
    public void Trajectory_consistency_models_reproduce_every_recorded_trajectory() => Replay("tcd", 6, (c, golden, key) =>
    {
        // The recorded tool ends at the first trained level.
        var model = new RecordedModel(Recorded.Meaning(c.GetProperty("prediction").GetString()!));
        var grid = new TimeGrid(golden[$"{key}/t"].Values, -1).EndingAtFirstLevel();
        return (new ConsistencySampler(DiscreteSchedule.ScaledLinear(), grid, c.GetProperty("step_kwargs").GetProperty("eta").GetDouble()), model);
    });

    private static void Replay(string group, int expectedCases, Func<JsonElement, GoldenFile, string, (Sampler Sampler, Denoiser Denoiser)> prepare)
    {
        using var common = GoldenFile.Require("trajectories", "common");
        using var golden = GoldenFile.Require("trajectories", "f64", group);
        var (initial, stream) = (common["init_noise"], common["noise_stream"]);
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            var (sampler, denoiser) = prepare(c, golden, key);
            var start = c.GetProperty("init_noise_sigma").GetDouble() * initial;
            var noise = new RecordedDraws(stream);
            Tensor[] states = [start, .. sampler.Steps(denoiser, start, noise).Select(s => s.X)];

            // One tool draws for the last step too and multiplies by zero.
            Assert.InRange(c.GetProperty("n_noise").GetInt32() - noise.Count, 0, 1);
            if (golden.Has($"{key}/x")) Near.RelativeToLargest(golden[$"{key}/x"], Tensor.Concatenate(states).Reshape(golden[$"{key}/x"].Shape), 1e-9, $"{group}/{key}/x");
            else Near.RelativeToLargest(golden[$"{key}/x_final"], states[^1], 1e-9, $"{group}/{key}/x_final");
            replayed++;
        }

        Assert.Equal(expectedCases, replayed);
    }
}

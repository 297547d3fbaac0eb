using System.Text.Json;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Every recorded DDIM inversion, from data to noise.</summary>
public sealed class RecordedInversionTests
{
    [Fact]
    public void Ddim_inversion_reproduces_every_recorded_trajectory()
    {
        using var common = GoldenFile.Require("trajectories", "common");
        using var golden = GoldenFile.Require("trajectories", "f64", "ddim_inverse");
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            Assert.Equal("inverse", c.GetProperty("kind").GetString());
            Assert.Empty(c.GetProperty("step_kwargs").EnumerateObject());
            var config = c.GetProperty("config");
            var schedule = Recorded.Schedule(config);
            var grid = Recorded.Grid(config, c.GetProperty("num_inference_steps").GetInt32()).WithStrideTargets(schedule.Levels);
            if (!config.Flag("set_alpha_to_one", true)) grid = grid.EndingAtFirstLevel();
            Near.Absolute(golden[$"{key}/t"].Values, [.. grid.Times.ToArray().Reverse()], 0, $"{key}/t");

            var data = c.GetProperty("init_noise_sigma").GetDouble() * common["init_noise"];
            var inversion = new DdimInversion(schedule, grid) { Query = DdimInversionQuery.End };
            Tensor[] states = [data, .. inversion.Steps(new RecordedInverseModel(config, schedule, grid), data).Select(s => s.X)];
            if (golden.Has($"{key}/x")) Near.RelativeToLargest(golden[$"{key}/x"], Tensor.Concatenate(states).Reshape(golden[$"{key}/x"].Shape), 1e-9, $"{key}/x");
            else Near.RelativeToLargest(golden[$"{key}/x_final"], states[^1], 1e-9, $"{key}/x_final");
            replayed++;
        }

        Assert.Equal(12, replayed);
    }

    // The recorded tool asks its network at the level where a step ends, but reads the output as a prediction at the level where it starts.
    private sealed class RecordedInverseModel(JsonElement config, DiscreteSchedule schedule, TimeGrid grid) : Denoiser
    {
        private readonly Prediction prediction = Recorded.Meaning(config.GetProperty("prediction_type").GetString()!);

        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
        {
            var end = levels[0];
            var start = schedule.At(grid.Targets[grid.Times.IndexOf(end.Time)]);
            var output = x.Map(v => RecordedModel.Output(v, end.Time));
            var eps = prediction switch
            {
                Prediction.Noise => output,
                Prediction.Velocity => (start.Alpha * output) + (start.Sigma * x),
                _ => (1 / start.Sigma) * (x - (start.Alpha * output)),
            };
            return PredictionConversion.ToData(Prediction.Noise, eps, x, end);
        }

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
    }
}

using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Every recorded predictor–corrector trajectory on the variance-exploding SDE, with the recorded tool's norms over the batch.</summary>
public sealed class RecordedScoreSdeTests
{
    [Theory]
    [InlineData("f64", 1e-9)]
    [InlineData("stock", 2e-5)]
    public void Predictor_and_corrector_reproduce_every_recorded_trajectory(string edition, double tolerance)
    {
        using var common = GoldenFile.Require("trajectories", "common");
        using var golden = GoldenFile.Require("trajectories", edition, "sde_ve");
        var (initial, stream) = (common["init_noise"], common["noise_stream"]);
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            Assert.Equal("sdeve", c.GetProperty("kind").GetString());
            Assert.Empty(c.GetProperty("step_kwargs").EnumerateObject());
            var (config, n) = (c.GetProperty("config"), c.GetProperty("num_inference_steps").GetInt32());
            var schedule = new RecordedVe(config.Number("sigma_min", 0.01), config.Number("sigma_max", 1348), n);
            var sampler = new PredictorCorrectorSampler(schedule, TimeGrid.Uniform(schedule, n), config.Number("snr", 0.15), 1, CorrectorStep.SampleNorms) { AveragesNorms = true };
            var model = new RecordedScore(golden[$"{key}/t"].Values.ToArray(), golden[$"{key}/sigmas"].Values.ToArray());
            Tensor[] states = [schedule.Sigma(n - 1) * initial, .. sampler.Steps(model, initial.Shape, new RecordedNoise(initial, stream)).Select(s => s.X)];

            // The recorded tool's states have noise after the last step too; the samples it hands out do not.
            states[^1] += schedule.Sigma(0) * stream.Slice((2 * n) - 1, 1).Reshape(initial.Shape);
            if (golden.Has($"{key}/x")) Near.RelativeToLargest(golden[$"{key}/x"], Tensor.Concatenate(states).Reshape(golden[$"{key}/x"].Shape), tolerance, $"{key}/x");
            if (golden.Has($"{key}/x_final")) Near.RelativeToLargest(golden[$"{key}/x_final"], states[^1], tolerance, $"{key}/x_final");
            for (var i = 0; i < states.Length && golden.Has($"{key}/x"); i++)
                Near.RelativeToLargest(golden[$"{key}/x"].Slice(i, 1), states[i].Reshape(initial.Shape.Prepend(1)), tolerance, $"{key}/x {i}");
            replayed++;
        }

        Assert.Equal(4, replayed);
    }

    // score = −out(x, t)/σ with the tool's own t and σ, which are not quite those of the levels it steps between.
    private sealed class RecordedScore(double[] times, double[] sigmas) : Denoiser
    {
        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
        {
            var i = times.Length - 1 - (int)levels[0].Time;
            return PredictionConversion.ToData(Prediction.Score, -1 / sigmas[i] * x.Map(v => RecordedModel.Output(v, times[i])), x, levels[0]);
        }

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
    }

    // The levels between which the recorded predictor steps: geometric, n of them, then clean data.
    private sealed class RecordedVe(double sigmaMin, double sigmaMax, int n) : Schedule
    {
        public override double CleanTime => -1;

        public override double NoiseTime => n - 1;

        public override double PriorSigma(double t) => Sigma(t);

        protected override NoiseLevel Level(double t) => new(t, 1, t == -1 ? 0 : sigmaMin * Math.Pow(sigmaMax / sigmaMin, t / (n - 1)));

        protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level) => throw new NotSupportedException();

        protected override double TimeOf(double logSnr) => throw new NotSupportedException();
    }
}

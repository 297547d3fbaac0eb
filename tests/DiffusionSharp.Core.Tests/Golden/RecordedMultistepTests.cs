using System.Text.Json;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Every recorded trajectory of LMS, PNDM, iPNDM, DEIS, UniPC and SA-Solver, on the recorded levels.</summary>
public sealed class RecordedMultistepTests
{
    [Theory]
    [InlineData("f64", 1e-9)]
    [InlineData("stock", 2e-5)]
    public void UniPc_reproduces_every_recorded_trajectory(string edition, double tolerance) => Replay(edition, "unipc", tolerance, 34, (c, chain, _, _) =>
    {
        var config = c.GetProperty("config");
        int[] uncorrected = config.TryGetProperty("disable_corrector", out var off) ? [.. off.EnumerateArray().Select(e => e.GetInt32())] : [];
        return new UniPcSampler(
            chain,
            chain.Whole,
            (int)config.Number("solver_order", 2),
            config.Flag("predict_x0", true) ? DpmSolverForm.Data : DpmSolverForm.Noise,
            config.Text("solver_type", "bh2") == "bh2" ? TwoPointWeights.Bh2 : TwoPointWeights.Bh1,
            i => !uncorrected.Contains(i),
            MultistepStart.LowOrder)
        {
            End = MultistepEnd.Lowered,
        };
    });

    // The recorded tool lowers the order at the end only in trajectories of fewer than 15 steps.
    [Fact]
    public void Deis_reproduces_every_recorded_trajectory() => Replay("f64", "deis", 1e-9, 10, (c, chain, _, steps) =>
        new DeisSampler(chain, chain.Whole, (int)c.GetProperty("config").Number("solver_order", 2), DeisVariable.LogRho, MultistepStart.LowOrder) { End = steps < 15 ? MultistepEnd.Lowered : MultistepEnd.FullOrder });

    // The recorded tool's default τ: 1 on timesteps from 200 to 800.
    [Fact]
    public void SaSolver_reproduces_every_recorded_trajectory() => Replay("f64", "sasolver", 1e-9, 6, (_, chain, times, _) =>
        new SaSolverSampler(chain, chain.Whole, 2, 2, level => times[chain.Index(level)] is >= 200 and <= 800 ? 1 : 0, TwoPointWeights.Bh1, MultistepStart.LowOrder) { End = MultistepEnd.Lowered });

    [Fact]
    public void Lms_reproduces_every_recorded_trajectory() => Replay("f64", "lms", 1e-9, 14, (c, chain, _, _) =>
        new LmsSampler(chain, chain.Whole, (int)c.GetProperty("step_kwargs").Number("order", 4), MultistepStart.LowOrder));

    [Fact]
    public void Lms_reproduces_every_recorded_trajectory_in_the_coordinates_of_sigma()
    {
        using var golden = GoldenFile.Require("kdiffusion", "samplers");
        var d = golden.Manifest.RootElement.GetProperty("denoiser");
        double[] Numbers(JsonElement e) => [.. e.EnumerateArray().Select(v => v.GetDouble())];
        var means = d.GetProperty("means").EnumerateArray().SelectMany(Numbers).ToArray();
        var denoiser = new GaussianMixtureDenoiser(GaussianMixture.Isotropic(Numbers(d.GetProperty("weights")), new Tensor([2, 2], means), [.. Numbers(d.GetProperty("std")).Select(s => s * s)]));
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            if (c.GetProperty("fn").GetString() != "sample_lms") continue;
            var sigmas = golden[$"sigmas/{c.GetProperty("sigmas").GetString()}"].Values.ToArray();
            var chain = new RecordedChain([.. sigmas.Select(s => (1.0, s))]);
            var sampler = new LmsSampler(chain, chain.Whole, (int)c.GetProperty("kwargs").Number("order", 4), MultistepStart.LowOrder);
            var x = sigmas[0] * golden["x0"];
            Tensor[] states = [x, .. sampler.Steps(denoiser, x, new SeededNoise(new Rng(0))).Select(s => s.X)];
            Near.RelativeToLargest(golden[$"{key}/x"], Tensor.Concatenate(states).Reshape(golden[$"{key}/x"].Shape), 1e-9, $"kdiffusion/{key}");
            replayed++;
        }

        Assert.Equal(6, replayed);
    }

    [Fact]
    public void IPndm_reproduces_every_recorded_trajectory()
    {
        using var common = GoldenFile.Require("trajectories", "common");
        using var golden = GoldenFile.Require("trajectories", "f64", "ipndm");
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            // Its own levels, σ = sin²(πu/2) and u from 1 to 0; it reads every output as a velocity, and at α = 0 puts 0 for the data.
            var steps = c.GetProperty("num_inference_steps").GetInt32();
            var chain = new RecordedChain([.. Enumerable.Range(0, steps + 1).Select(i => Math.Pow(Math.Sin(Math.PI / 2 * (1 - ((double)i / steps))), 2)).Select(b => (Math.Sqrt(1 - (b * b)), b))]);
            var times = golden[$"{key}/t"].Values.ToArray();
            var model = new ZeroAtPureNoise(new RecordedModel(Prediction.Velocity, level => times[chain.Index(level)]));
            var sampler = new PndmSampler(chain, chain.Whole, PndmStart.Euler) { Coefficients = PndmCoefficients.Classical };
            Compare(golden, key, [common["init_noise"], .. sampler.Steps(model, common["init_noise"], new SeededNoise(new Rng(0))).Select(s => s.X)], 1e-9);
            replayed++;
        }

        Assert.Equal(2, replayed);
    }

    [Fact]
    public void Pndm_reproduces_every_recorded_trajectory_with_all_its_inner_states()
    {
        using var common = GoldenFile.Require("trajectories", "common");
        using var golden = GoldenFile.Require("trajectories", "f64", "pndm");
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            var config = c.GetProperty("config");
            var schedule = Recorded.Schedule(config);
            var grid = Recorded.Grid(config, c.GetProperty("num_inference_steps").GetInt32());

            // The recorded tool ends at level 0; from a grid that reaches it, its last step goes nowhere.
            var still = grid.Times[^1] == 0;
            grid = new TimeGrid(still ? grid.Times[..^1] : grid.Times, 0);
            var asked = new AskedStates(new RecordedModel(Recorded.Meaning(config.Text("prediction_type", "epsilon"))));
            var start = config.Flag("skip_prk_steps", false) ? PndmStart.Heun : PndmStart.RungeKutta;
            var mean = config.Text("prediction_type", "epsilon") == "v_prediction" ? PndmMean.Velocity : PndmMean.Noise;
            var final = new PndmSampler(schedule, grid, start) { Coefficients = PndmCoefficients.Classical, Mean = mean }.Sample(asked, common["init_noise"], new SeededNoise(new Rng(0)));
            Compare(golden, key, [.. asked.States, final, .. still ? (Tensor[])[final] : []], 1e-9);
            replayed++;
        }

        Assert.Equal(8, replayed);
    }

    private static void Replay(string edition, string group, double tolerance, int expectedCases, Func<JsonElement, RecordedChain, double[], int, Sampler> make)
    {
        using var common = GoldenFile.Require("trajectories", "common");
        using var golden = GoldenFile.Require("trajectories", edition, group);
        var (initial, stream) = (common["init_noise"], common["noise_stream"]);
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            var config = c.GetProperty("config");
            Assert.Equal("std", c.GetProperty("kind").GetString());
            var (ratios, times) = (golden[$"{key}/sigmas"].Values.ToArray(), golden[$"{key}/t"].Values.ToArray());
            var flow = config.Flag("use_flow_sigmas", false);
            var chain = flow ? new RecordedChain([.. ratios.Select(s => (1 - s, s))]) : RecordedChain.VariancePreserving(ratios);
            var meaning = flow ? Prediction.Flow : Recorded.Meaning(config.Text("prediction_type", "epsilon"));
            Denoiser model = new RecordedModel(meaning, level => times[chain.Index(level)]);
            if (config.Flag("thresholding", false)) model = new DynamicThresholdingDenoiser(model, config.Number("dynamic_thresholding_ratio", 0.995), config.Number("sample_max_value", 1));

            // LMS counts in x/α.
            var scaled = group == "lms";
            var sampler = make(c, chain, times, times.Length);
            var x = (scaled ? chain.Alpha(chain.NoiseTime) : 1) * (c.GetProperty("init_noise_sigma").GetDouble() * initial);
            Tensor[] states = [x, .. sampler.Steps(model, x, new RecordedNoise(initial, stream)).Select(s => s.X)];
            if (scaled)
                for (var i = 0; i < states.Length; i++) states[i] /= chain.Alpha(chain.NoiseTime - i);
            Compare(golden, key, states, tolerance);
            replayed++;
        }

        Assert.Equal(expectedCases, replayed);
    }

    private static void Compare(GoldenFile golden, string key, Tensor[] states, double tolerance)
    {
        if (golden.Has($"{key}/x")) Near.RelativeToLargest(golden[$"{key}/x"], Tensor.Concatenate(states).Reshape(golden[$"{key}/x"].Shape), tolerance, $"{key}/x");
        else Near.RelativeToLargest(golden[$"{key}/x_final"], states[^1], tolerance, $"{key}/x_final");
    }

    private sealed class ZeroAtPureNoise(Denoiser inner) : Denoiser
    {
        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => levels[0].Alpha == 0 ? Tensor.Zeros(x.Shape) : inner.Denoise(x, levels);

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
    }

    private sealed class AskedStates(Denoiser inner) : Denoiser
    {
        public List<Tensor> States { get; } = [];

        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
        {
            States.Add(x);
            return inner.Denoise(x, levels);
        }

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
    }
}

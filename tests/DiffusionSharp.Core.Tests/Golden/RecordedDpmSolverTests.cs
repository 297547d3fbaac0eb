using System.Text.Json;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Every recorded DPM-Solver trajectory of the first tool: on several steps, on stages, stochastic, inverted, with EDM's levels.</summary>
/// <remarks>On the recorded levels and with the recorded times, which the tool rounds where its levels are its own.</remarks>
public sealed class RecordedDpmSolverTests
{
    [Fact]
    public void On_several_steps() => Replay("dpm_multi", 84, (config, sigmas, _) =>
    {
        var flow = config.Flag("use_flow_sigmas", false);
        return (flow ? RecordedLevels.Straight : RecordedLevels.VariancePreserving, Multistep(flow ? RecordedLevels.Straight : RecordedLevels.VariancePreserving, config, sigmas));
    });

    [Fact]
    public void On_stages_at_the_grids_times() => Replay("dpm_single", 32, (config, sigmas, _) =>
    {
        var (order, steps) = ((int)config.Number("solver_order", 2), sigmas.Length - 1);
        var (form, eta) = Algorithm(config);
        var orders = sigmas[^1] == 0 || steps % order == 1 ? DpmSolverOrders.LoweredEnd(order, steps) : null;
        return (RecordedLevels.VariancePreserving, new DpmSolverSingleStep(
            RecordedLevels.VariancePreserving, Grid(sigmas), order, form, Variant(config), eta, eta > 0 ? DpmSolverNoise.AlongPath : DpmSolverNoise.AfterStep, DpmSolverStages.OnGrid, orders));
    });

    [Fact]
    public void On_edm_levels() => Replay("edm_dpm_multi", 12, (config, sigmas, _) => (RecordedLevels.Exploding, Multistep(RecordedLevels.Exploding, config, sigmas)));

    [Fact]
    public void Stochastic_on_two_stages() => Replay("dpm_sde", 8, (config, sigmas, _) =>
    {
        // The list names each level twice: as the end of a step and as the start of the next.
        double[] levels = [sigmas[0], .. sigmas.Where((_, i) => i % 2 == 1)];
        return (RecordedLevels.VariancePreserving, new DpmSolverSingleStep(RecordedLevels.VariancePreserving, Grid(levels), eta: 1, noise: DpmSolverNoise.AlongPath));
    });

    [Fact]
    public void Inverted()
    {
        using var common = GoldenFile.Require("trajectories", "common");
        using var golden = GoldenFile.Require("trajectories", "f64", "dpm_multi_inverse");
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            double[] sigmas = [.. golden[$"{key}/sigmas"].Values];
            var steps = sigmas.Length - 1;
            Array.Reverse(sigmas);
            var inversion = new DpmSolverInversion(RecordedLevels.VariancePreserving, Grid(sigmas)) { Compatibility = steps < 15 ? DpmSolverCompatibility.LoweredEnd : DpmSolverCompatibility.None };
            var x = c.GetProperty("init_noise_sigma").GetDouble() * common["init_noise"];
            Tensor[] states = [x, .. inversion.Steps(Model(c, golden[$"{key}/t"]), x).Select(s => s.X)];
            Compare(golden, key, states);
            replayed++;
        }

        Assert.Equal(2, replayed);
    }

    private static void Replay(string group, int expectedCases, Func<JsonElement, double[], int, (RecordedLevels Levels, Sampler Sampler)> make)
    {
        using var common = GoldenFile.Require("trajectories", "common");
        using var golden = GoldenFile.Require("trajectories", "f64", group);
        var replayed = 0;
        foreach (var (key, c) in golden.Cases)
        {
            Assert.Equal("std", c.GetProperty("kind").GetString());
            Assert.Empty(c.GetProperty("set_timesteps").EnumerateObject());
            Assert.Empty(c.GetProperty("step_kwargs").EnumerateObject());
            double[] sigmas = [.. golden[$"{key}/sigmas"].Values];
            var (levels, sampler) = make(c.GetProperty("config"), sigmas, c.GetProperty("num_inference_steps").GetInt32());

            // This one tool of the σ family holds x/α.
            double Scale(NoiseLevel level) => group == "dpm_sde" ? level.Alpha : 1;
            var start = Scale(levels.At(sampler.Grid.Start)) * c.GetProperty("init_noise_sigma").GetDouble() * common["init_noise"];
            var calls = new RecordedCalls(Model(c, golden[$"{key}/t"], group == "edm_dpm_multi"));
            var end = sampler.Sample(calls, start, new PathNoise(common["noise_stream"], k => Correlation(sampler, k)));
            Assert.Equal(golden[$"{key}/t"].Shape.Count, calls.All.Count);
            Compare(golden, key, [.. calls.All.Select(call => call.X / Scale(call.Level)), end / Scale(levels.At(sampler.Grid.End))]);
            replayed++;
        }

        Assert.Equal(expectedCases, replayed);
    }

    private static void Compare(GoldenFile golden, string key, Tensor[] states)
    {
        if (golden.Has($"{key}/x")) Near.RelativeToLargest(golden[$"{key}/x"], Tensor.Concatenate(states).Reshape(golden[$"{key}/x"].Shape), 1e-9, $"{key}/x");
        else Near.RelativeToLargest(golden[$"{key}/x_final"], states[^1].Reshape(golden[$"{key}/x_final"].Shape), 1e-9, $"{key}/x_final");
    }

    private static double Correlation(Sampler sampler, int draw)
    {
        if (sampler is not DpmSolverSingleStep { Noise: DpmSolverNoise.AlongPath, Stages: var stages } || draw % 2 == 0) return 0;
        ReadOnlySpan<double> times = sampler.Grid.Times, targets = sampler.Grid.Targets;
        if (stages == DpmSolverStages.Inside) return PathNoise.Correlation(times[draw / 2], Math.Sqrt(times[draw / 2] * targets[draw / 2]), targets[draw / 2]);

        // The recorded tool's last two intervals are steps of order 1 where their number is even.
        return draw == sampler.Grid.Count - 1 ? 0 : PathNoise.Correlation(times[draw - 1], times[draw], targets[draw]);
    }

    private static DpmSolverMultistep Multistep(RecordedLevels levels, JsonElement config, double[] sigmas)
    {
        var (form, eta) = Algorithm(config);
        var compatibility = DpmSolverCompatibility.Published;
        if (sigmas.Length - 1 < 15 && config.Flag("lower_order_final", true)) compatibility |= DpmSolverCompatibility.LoweredEnd;
        if (config.Flag("euler_at_final", false)) compatibility |= DpmSolverCompatibility.FirstOrderEnd;
        return new DpmSolverMultistep(levels, Grid(sigmas), (int)config.Number("solver_order", 2), form, Variant(config), eta) { Compatibility = compatibility };
    }

    private static (DpmSolverForm Form, double Eta) Algorithm(JsonElement config) => config.Text("algorithm_type", "dpmsolver++") switch
    {
        "dpmsolver++" => (DpmSolverForm.Data, 0),
        "dpmsolver" => (DpmSolverForm.Noise, 0),
        "sde-dpmsolver++" => (DpmSolverForm.Data, 1),
        "sde-dpmsolver" => (DpmSolverForm.Noise, 1),
        var other => throw new NotSupportedException(other),
    };

    private static DpmSolverVariant Variant(JsonElement config) => config.Text("solver_type", "midpoint") switch
    {
        "midpoint" => DpmSolverVariant.Midpoint,
        "heun" => DpmSolverVariant.Heun,
        var other => throw new NotSupportedException(other),
    };

    private static TimeGrid Grid(double[] sigmas) => new(sigmas.AsSpan(0, sigmas.Length - 1), sigmas[^1]);

    private static Denoiser Model(JsonElement c, Tensor t, bool edm = false)
    {
        var (config, prediction, k) = (c.GetProperty("config"), c.GetProperty("prediction").GetString()!, 0);
        if (edm) return new PreconditionedModel(prediction == "epsilon" ? 1 : -1, () => t.Values[k++]);
        var model = new RecordedModel(prediction == "flow_prediction" ? Prediction.Flow : Recorded.Meaning(prediction), _ => t.Values[k++]);
        return config.Flag("thresholding", false) ? new DynamicThresholdingDenoiser(model, config.Number("dynamic_thresholding_ratio", 0.995), config.Number("sample_max_value", 1)) : model;
    }

    // D = c_skip x + c_out F(c_in x): Karras et al. 2022, arXiv:2206.00364, table 1, σ_data = ½; its "v" has the other sign.
    private sealed class PreconditionedModel(double sign, Func<double> time) : Denoiser
    {
        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
        {
            var (sigma, power, t) = (levels[0].Sigma, (levels[0].Sigma * levels[0].Sigma) + 0.25, time());
            return ((0.25 / power) * x) + ((sign * sigma * 0.5 / Math.Sqrt(power)) * x.Map(v => RecordedModel.Output(v / Math.Sqrt(power), t)));
        }

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
    }
}

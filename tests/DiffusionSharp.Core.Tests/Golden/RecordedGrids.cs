using System.Text.Json;
using DiffusionSharp.Schedules;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>What is done to our times before the recorded tool tells them to the model.</summary>
internal enum Told
{
    Exactly,
    Rounded,
    Truncated,
}

/// <summary>One recorded case in our words: the timesteps told to the model and the σ (or σ/α) of the steps, packed as the tool packs them.</summary>
internal sealed record RecordedGrid(double[] Times, double[]? Sigmas, Told Told = Told.Exactly);

/// <summary>Replays the recorded grids of a group of schedulers.</summary>
internal static class RecordedGrids
{
    /// <summary>ᾱ that the recorded tools leave at the last level of zero-terminal-SNR schedules.</summary>
    public const double LastAlphaBar = 1.0 / (1 << 24);

    // The recorded schedulers, by group: every case belongs to one.
    public static readonly string[] OnTimesteps = ["ddpm", "ddim", "ddim_nsao", "ddim_inverse", "pndm", "pndm_skip", "lcm", "tcd"];

    public static readonly string[] OnSigmas =
        ["euler", "euler_karras", "euler_exponential", "euler_beta", "euler_loglinear", "euler_a", "heun", "heun_karras", "lms", "lms_karras", "kdpm2", "kdpm2_karras", "kdpm2_a", "dpm_sde", "dpm_sde_karras"];

    public static readonly string[] OfMultistep =
        ["dpm_multi", "dpm_multi_karras", "dpm_multi_exponential", "dpm_multi_beta", "dpm_multi_lu", "dpm_multi_sigma_min", "dpm_single", "dpm_single_karras", "deis", "unipc", "unipc_karras", "sasolver"];

    public static readonly string[] Native =
        ["edm_euler", "edm_euler_exp", "edm_dpm", "edm_dpm_exp", "flow_euler", "flow_euler_shift3", "flow_euler_dyn", "flow_euler_karras", "flow_euler_exponential", "flow_euler_beta", "flow_heun", "flow_heun_shift3", "sde_ve", "sde_ve_50", "unipc_flow", "dpm_multi_flow", "ipndm", "cm"];

    /// <summary>Float32 cases whose timestep 1 is rounding alone: the level an ancestral step from a very large σ goes down to, by a difference of squares.</summary>
    private static readonly HashSet<string> Cancelled =
    [
        "kdpm2_a/squaredcos/linspace/10", "kdpm2_a/squaredcos/linspace/20", "kdpm2_a/squaredcos/linspace/50",
        "kdpm2_a/squaredcos/trailing/10", "kdpm2_a/squaredcos/trailing/20", "kdpm2_a/squaredcos/trailing/50",
    ];

    /// <summary>Compares all cases of a group, in float64 and in float32.</summary>
    /// <param name="group">Scheduler names.</param>
    /// <param name="cases">How many cases were recorded.</param>
    /// <param name="ours">A case in our words.</param>
    public static void Replay(string[] group, int cases, Func<string, JsonElement, int, RecordedGrid> ours)
    {
        using var exact = GoldenFile.Require("schedules", "schedules_f64");
        using var stock = GoldenFile.Require("schedules", "schedules_stock");
        int compared = 0, cancelled = 0;
        foreach (var (key, c) in stock.Cases)
        {
            var name = key.Split('/')[0];
            if (!group.Contains(name)) continue;
            var expected = ours(name, c.GetProperty("config"), c.GetProperty("num_inference_steps").GetInt32());
            Times(key, exact[$"{key}/timesteps"].Values, expected, 1e-6);
            var single = stock[$"{key}/timesteps"].Values.ToArray();
            if (Cancelled.Contains(key))
            {
                single[1] = expected.Times[1];
                cancelled++;
            }

            Times($"{key}, float32", single, expected, 0.1);
            Assert.Equal(expected.Sigmas is not null, exact.Has($"{key}/sigmas"));
            Assert.Equal(expected.Sigmas is not null, stock.Has($"{key}/sigmas"));
            if (expected.Sigmas is { } sigmas)
            {
                Near.RelativeToEach(exact[$"{key}/sigmas"].Values, sigmas, 1e-9, $"{key} σ");
                Single(key, stock[$"{key}/sigmas"].Values, sigmas);
            }

            compared++;
        }

        Assert.Equal(cases, compared);
        Assert.Equal(Cancelled.Count(key => group.Contains(key.Split('/')[0])), cancelled);
    }

    /// <summary>σ/α at the times of a grid and where it ends: the tools' array of σ.</summary>
    public static double[] Ratios(this TimeGrid grid, Schedule schedule) => [.. grid.Times.ToArray().Append(grid.End).Select(schedule.RatioAt)];

    /// <summary>σ/α, which the tools keep finite at zero SNR.</summary>
    public static double RatioAt(this Schedule schedule, double t) => schedule.Alpha(t) == 0 ? Math.Sqrt((1 - LastAlphaBar) / LastAlphaBar) : schedule.At(t).Ratio;

    /// <summary>The times of a ramp from a spacing's first level, which the tools call by its timestep although σ/α may be capped there.</summary>
    public static double[] ToldFrom(this TimeGrid ramp, double first) => [first, .. ramp.Times[1..]];

    /// <summary>Every value but the first said twice: how the tools pack methods of two calls a step.</summary>
    public static double[] Doubled(this IEnumerable<double> values) => [.. values.SelectMany((v, i) => i == 0 ? [v] : new[] { v, v })];

    // Float32 rounds 1 − ᾱ to 6e-8, and σ by that over itself; ramps carry some of it from the smallest level to the others.
    private static void Single(string key, ReadOnlySpan<double> recorded, double[] sigmas)
    {
        for (var i = 0; i < sigmas.Length; i++) Near.Number(recorded[i], sigmas[i], sigmas[i] == 0 ? 0 : (5e-4 * sigmas[i]) + (2e-7 / sigmas[i]), $"{key} σ {i}, float32");
    }

    private static void Times(string key, ReadOnlySpan<double> recorded, RecordedGrid expected, double tolerance)
    {
        Assert.Equal(recorded.Length, expected.Times.Length);
        for (var i = 0; i < recorded.Length; i++)
        {
            var above = expected.Times[i] - recorded[i];
            var agrees = expected.Told switch
            {
                Told.Rounded => recorded[i] == Math.Floor(recorded[i]) && Math.Abs(above) <= 0.5 + tolerance,
                Told.Truncated => recorded[i] == Math.Floor(recorded[i]) && above >= -tolerance && above < 1 + tolerance,
                _ => Math.Abs(above) <= tolerance,
            };
            if (!agrees) Assert.Fail($"{key}: timestep {i} is {recorded[i]} in the recording, {expected.Times[i]} here ({expected.Told}, ± {tolerance}).");
        }
    }
}

using System.Text.Json;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>The second recorded tool's DPM-Solvers on its mixture denoiser.</summary>
public sealed class RecordedKDiffusionDpmTests
{
    private static readonly RecordedLevels Levels = RecordedLevels.Exploding;

    [Theory]
    [InlineData("dpmpp_2s_ancestral", 3)]
    [InlineData("dpmpp_2s_eta0", 3)]
    [InlineData("dpmpp_sde", 3)]
    [InlineData("dpmpp_sde_eta05", 3)]
    [InlineData("dpmpp_2m", 5)]
    [InlineData("dpmpp_2m_sde", 5)]
    [InlineData("dpmpp_2m_sde_heun", 3)]
    [InlineData("dpmpp_2m_sde_eta0", 3)]
    [InlineData("dpmpp_3m_sde", 3)]
    [InlineData("dpmpp_3m_sde_eta0", 3)]
    public void Every_recorded_trajectory_is_reproduced(string name, int expectedCases)
    {
        using var golden = GoldenFile.Require("kdiffusion", "samplers");
        var replayed = 0;
        foreach (var (key, c) in golden.Cases.Where(c => c.Key.StartsWith(name + "/", StringComparison.Ordinal)))
        {
            var sigmas = golden[$"sigmas/{c.GetProperty("sigmas").GetString()}"].Values.ToArray();
            var o = c.GetProperty("kwargs");
            foreach (var option in o.EnumerateObject()) Assert.Contains(option.Name, (string[])["eta", "s_noise", "solver_type"]);
            var sampler = Sampler(name, o, new TimeGrid(sigmas.AsSpan(0, sigmas.Length - 1), sigmas[^1]));
            double Correlation(int draw) => name.StartsWith("dpmpp_sde", StringComparison.Ordinal) && draw % 2 == 1
                ? PathNoise.Correlation(sigmas[draw / 2], Math.Sqrt(sigmas[draw / 2] * sigmas[(draw / 2) + 1]), sigmas[(draw / 2) + 1])
                : 0;
            var noise = new PathNoise(golden.Has($"{key}/noise") ? golden[$"{key}/noise"] : Tensor.Zeros([1, 16, 2]), Correlation, o.Number("s_noise", 1));
            Replay(golden, key, c, sigmas[0], (calls, x) => sampler.Steps(calls, x, noise));
            replayed++;
        }

        Assert.Equal(expectedCases, replayed);
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(8, 1)]
    [InlineData(15, 0)]
    [InlineData(15, 1)]
    public void Fast(int calls, double eta)
    {
        using var golden = GoldenFile.Require("kdiffusion", "samplers");
        var key = FormattableString.Invariant($"dpm_fast_eta{eta:F1}/{calls}");
        var c = golden.Cases.Single(k => k.Key == key).Case;
        var (times, orders) = (golden[$"{key}/sigma_hat"].Values.ToArray(), DpmSolverOrders.FastForCalls(calls));
        var end = c.GetProperty("sigma_min").GetDouble();
        var noise = new PathNoise(golden[$"{key}/noise"], _ => 0);
        Assert.Equal(calls, orders.Sum());

        // The recorded tool never goes below its last level, so its last step has no room for fresh noise.
        DpmSolverSingleStep Make(ReadOnlySpan<double> starts, double to, IReadOnlyList<int> k, double share) => new(Levels, new TimeGrid(starts, to), 3, DpmSolverForm.Noise, eta: share, orders: k);
        Replay(golden, key, c, times[0], (denoiser, x) =>
        {
            var first = Make(times.AsSpan(0, times.Length - 1), times[^1], [.. orders.Take(orders.Count - 1)], eta).Steps(denoiser, x, noise).ToList();
            return [.. first, .. Make([times[^1]], end, [orders[^1]], 0).Steps(denoiser, first[^1].X, noise)];
        });
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Adaptive_with_one_step_size_for_the_batch_accepts_and_rejects_as_recorded(int order)
    {
        using var golden = GoldenFile.Require("kdiffusion", "samplers");
        var key = FormattableString.Invariant($"dpm_adaptive/order{order}");
        var c = golden.Cases.Single(k => k.Key == key).Case;
        var sampler = new DpmSolverAdaptive(Levels, new TimeGrid([20], 0.02), order) { Control = DpmStepControl.WholeBatch };
        var calls = new RecordedCalls(Mixture(golden));
        var end = sampler.Sample(calls, 20 * golden["x0"], new PathNoise(golden["x0"], _ => 0));

        // A rejected step keeps its start and its first estimate: the recorded tool asks for it again, this one does not.
        var info = c.GetProperty("info");
        var (accepted, attempts) = (info.GetProperty("n_accept").GetInt32(), info.GetProperty("steps").GetInt32());
        Assert.Equal(accepted + (attempts * (order - 1)), calls.All.Count);
        double[] starts = [.. c.GetProperty("noise_sampler_args").EnumerateArray().Select(pair => pair[0].GetDouble())];
        var states = starts.Select(s => calls.All.First(call => Math.Abs(call.Level.Time - s) < 1e-10 * s).X).Append(end).ToList();
        Assert.Equal(accepted + 1, states.Count);

        // Here the recorded states are those after each attempt, the same again after a rejection and at the end.
        var x = golden[$"{key}/x"];
        var next = 1;
        for (var i = 0; i < x.Shape[0]; i++)
        {
            if (i > 0 && x.Sample(i).SequenceEqual(x.Sample(i - 1))) continue;
            Near.RelativeToLargest(x.Slice(i, 1).Reshape([16, 2]), states[next], 1e-9, $"{key}/x[{i}]");
            next++;
        }

        Assert.Equal(states.Count, next);
    }

    private static void Replay(GoldenFile golden, string key, JsonElement c, double sigma, Func<Denoiser, Tensor, IEnumerable<SamplingStep>> run)
    {
        var start = sigma * golden["x0"];
        var calls = new RecordedCalls(Mixture(golden));
        var steps = run(calls, start).ToList();
        Assert.Equal(c.GetProperty("nfe").GetInt32(), calls.All.Count);
        Tensor x = golden[$"{key}/x"], denoised = golden[$"{key}/denoised"];
        Near.RelativeToLargest(x, Tensor.Concatenate([start, .. steps.Select(s => s.X)]).Reshape(x.Shape), 1e-9, $"{key}/x");
        Near.RelativeToLargest(denoised, Tensor.Concatenate([.. steps.Select(s => s.Denoised)]).Reshape(denoised.Shape), 1e-9, $"{key}/denoised");
    }

    private static Sampler Sampler(string name, JsonElement o, TimeGrid grid)
    {
        var variant = o.Text("solver_type", "midpoint") == "heun" ? DpmSolverVariant.Heun : DpmSolverVariant.Midpoint;
        return name.Split('_') switch
        {
            [_, "2s", ..] => new DpmSolverSingleStep(Levels, grid, eta: o.Number("eta", 1)),
            [_, "sde", ..] => new DpmSolverSingleStep(Levels, grid, eta: o.Number("eta", 1), noise: DpmSolverNoise.AlongPath),
            [_, "2m"] => new DpmSolverMultistep(Levels, grid),
            [_, "2m", ..] => new DpmSolverMultistep(Levels, grid, variant: variant, eta: o.Number("eta", 1)),
            [_, "3m", ..] => new DpmSolverMultistep(Levels, grid, 3, variant: DpmSolverVariant.Heun, eta: o.Number("eta", 1)) { Compatibility = DpmSolverCompatibility.Published },
            _ => throw new NotSupportedException(name),
        };
    }

    private static GaussianMixtureDenoiser Mixture(GoldenFile golden)
    {
        var denoiser = golden.Manifest.RootElement.GetProperty("denoiser");
        double[] Numbers(string key) => [.. denoiser.GetProperty(key).EnumerateArray().Select(v => v.GetDouble())];
        double[] means = [.. denoiser.GetProperty("means").EnumerateArray().SelectMany(m => m.EnumerateArray()).Select(v => v.GetDouble())];
        return new GaussianMixtureDenoiser(GaussianMixture.Isotropic(Numbers("weights"), new Tensor([2, 2], means), [.. Numbers("std").Select(s => s * s)]));
    }
}

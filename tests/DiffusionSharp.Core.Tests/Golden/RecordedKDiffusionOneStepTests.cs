using System.Text.Json;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>The second recorded tool's Euler, Heun and DPM2 with churn and their ancestral forms, on its mixture denoiser.</summary>
public sealed class RecordedKDiffusionOneStepTests
{
    private static readonly RecordedLevels Levels = RecordedLevels.Exploding;

    [Theory]
    [InlineData("euler", 5)]
    [InlineData("euler_churn", 3)]
    [InlineData("euler_ancestral", 3)]
    [InlineData("euler_ancestral_eta05", 3)]
    [InlineData("heun", 5)]
    [InlineData("heun_churn", 3)]
    [InlineData("dpm_2", 3)]
    [InlineData("dpm_2_churn", 3)]
    [InlineData("dpm_2_ancestral", 3)]
    public void Every_recorded_trajectory_is_reproduced(string name, int expectedCases)
    {
        using var golden = GoldenFile.Require("kdiffusion", "samplers");
        var mixture = Mixture(golden.Manifest.RootElement.GetProperty("denoiser"));
        var replayed = 0;
        foreach (var (key, c) in golden.Cases.Where(c => c.Key.StartsWith(name + "/", StringComparison.Ordinal)))
        {
            var sigmas = golden[$"sigmas/{c.GetProperty("sigmas").GetString()}"].Values;
            var sampler = Sampler(name, c.GetProperty("kwargs"), new TimeGrid(sigmas[..^1], sigmas[^1]));
            var (start, noise) = (sigmas[0] * golden["x0"], golden[$"{key}/noise"]);
            var calls = new RecordedCalls(new GaussianMixtureDenoiser(mixture));
            var steps = sampler.Steps(calls, start, new RecordedNoise(start, noise)).ToList();
            Assert.Equal(c.GetProperty("nfe").GetInt32(), calls.All.Count);

            // The recorded state of a step is the one after churn, where the denoiser is first asked.
            var asked = steps.Select(s => calls.All.Single(call => ReferenceEquals(call.Data, s.Denoised))).ToList();
            Tensor x = golden[$"{key}/x"], denoised = golden[$"{key}/denoised"];
            Near.RelativeToLargest(x, Tensor.Concatenate([.. asked.Select(call => call.X), steps[^1].X]).Reshape(x.Shape), 1e-9, $"{key}/x");
            Near.RelativeToLargest(denoised, Tensor.Concatenate([.. asked.Select(call => call.Data)]).Reshape(denoised.Shape), 1e-9, $"{key}/denoised");
            Near.RelativeToEach(golden[$"{key}/sigma_hat"].Values, [.. asked.Select(call => call.Level.Sigma)], 1e-13, $"{key}/sigma_hat");
            replayed++;
        }

        Assert.Equal(expectedCases, replayed);
    }

    private static Sampler Sampler(string name, JsonElement o, TimeGrid grid)
    {
        foreach (var option in o.EnumerateObject()) Assert.Contains(option.Name, (string[])["s_churn", "s_tmin", "s_tmax", "s_noise", "eta"]);
        var churn = new Churn(o.Number("s_churn", 0), o.Number("s_tmin", 0), o.Number("s_tmax", double.PositiveInfinity), o.Number("s_noise", 1));
        return name switch
        {
            "euler" or "euler_churn" => new EulerSampler(Levels, grid, churn),
            "heun" or "heun_churn" => new HeunSampler(Levels, grid, churn),
            "dpm_2" or "dpm_2_churn" => new Dpm2Sampler(Levels, grid, churn),
            "dpm_2_ancestral" => new Dpm2AncestralSampler(Levels, grid, o.Number("eta", 1), o.Number("s_noise", 1)),
            _ => new EulerAncestralSampler(Levels, grid, o.Number("eta", 1), o.Number("s_noise", 1)),
        };
    }

    private static GaussianMixture Mixture(JsonElement denoiser)
    {
        double[] Numbers(string key) => [.. denoiser.GetProperty(key).EnumerateArray().Select(v => v.GetDouble())];
        double[] means = [.. denoiser.GetProperty("means").EnumerateArray().SelectMany(m => m.EnumerateArray()).Select(v => v.GetDouble())];
        return GaussianMixture.Isotropic(Numbers("weights"), new Tensor([2, 2], means), [.. Numbers("std").Select(s => s * s)]);
    }
}

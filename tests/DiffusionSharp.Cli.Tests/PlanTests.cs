using System.Text.Json;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Tests;

public sealed class PlanTests(SmallRuns runs) : IClassFixture<SmallRuns>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_plan_shows_every_step_and_what_the_whole_needs()
    {
        var text = Diffusion.Succeed("inspect", runs.PicturesRun, "--plan", "--batch", "3");
        Assert.StartsWith($"{runs.PicturesRun}: a training step of 3 samples of 8×8×1, fast{Environment.NewLine}", text, StringComparison.Ordinal);
        Assert.Matches(@"forward +Conv2D +bias +conv_in +\[3, 8, 8, 8\] +arena\+[0-9,]+ ", text);
        Assert.Matches(@"forward +Conv2D +bias, per-sample ", text);
        Assert.Matches(@"forward +GroupNormApply +SiLU ", text);
        Assert.Matches(@"backward +Conv2DGradWeight +conv_in +\[3, 3, 1, 8\] +gradients\+", text);
        Assert.Matches(@"update +AdamUpdate ", text);
        Assert.Matches(@"arena +.+ of inputs, values and scratch; .+ of them are in use at once at most", text);
    }

    [Fact]
    public void The_steps_of_a_plan_add_up_to_its_totals()
    {
        var plan = Plan(runs.PicturesRun);
        var steps = plan.GetProperty("steps").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(0, steps.Length), steps.Select(s => s.GetProperty("step").GetInt32()));
        Assert.Equal(plan.GetProperty("flops").GetInt64(), steps.Sum(s => s.GetProperty("flops").GetInt64()));
        Assert.Equal(["forward", "backward", "update"], steps.Select(s => s.GetProperty("phase").GetString()).Distinct());
        Assert.All(steps, s => Assert.NotEqual("", s.GetProperty("how").GetString()));
        Assert.InRange(plan.GetProperty("peakBytes").GetInt64(), 1, plan.GetProperty("arenaBytes").GetInt64());
        Assert.All(
            steps.Where(s => s.GetProperty("region").GetString() == "arena"),
            s => Assert.InRange(s.GetProperty("offset").GetInt64() + (4 * s.GetProperty("output").EnumerateArray().Aggregate(1L, (n, d) => n * d.GetInt32())), 0, plan.GetProperty("arenaBytes").GetInt64()));
    }

    [Fact]
    public void The_plan_of_sampling_packs_weights_once_runs_forward_and_has_no_gradients()
    {
        var plan = Plan(runs.PointsRun, "--forward", "--precision", "exact");
        Assert.Equal(["once", "forward"], plan.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("phase").GetString()).Distinct());
        Assert.True(plan.GetProperty("persistentBytes").GetInt64() > 0);
        Assert.Equal((0, 0, 16, "exact"), (plan.GetProperty("gradientBytes").GetInt32(), plan.GetProperty("optimizerBytes").GetInt32(), plan.GetProperty("batch").GetInt32(), plan.GetProperty("precision").GetString()));
    }

    [Fact]
    public void Presets_measured_networks_configurations_and_runs_have_plans()
    {
        foreach (var name in new[] { "points", "cifar10", "unet-s", "mlp-2d", folder.Write("c.json", ConfigJson.Write(SmallRuns.Points)) })
            Assert.Equal(1, Plan(name, "--batch", "1").GetProperty("batch").GetInt32());
        Diffusion.Fail(2, $"error: inspect --plan: 'unet-xl' is unknown; did you mean 'unet-s'? A preset ({PresetNames.Joined}), a measured network (unet-s, unet-m, mlp-2d), a configuration (.json) or a run is expected.", "inspect", "unet-xl", "--plan");
        Diffusion.Fail(2, "error: inspect: --forward, --batch and --precision belong to --plan; add it, or leave them out.", "inspect", "digits", "--batch", "3");
    }

    private static JsonElement Plan(string path, params string[] options) => JsonDocument.Parse(Diffusion.Succeed(["inspect", path, "--plan", "--json", .. options]).TrimEnd()).RootElement;
}

using System.Text.Json;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Tests;

public sealed class InspectAndListTests(SmallRuns runs) : IClassFixture<SmallRuns>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_is_summed_up_in_a_few_lines()
    {
        var text = Diffusion.Succeed("inspect", runs.PicturesRun);
        Assert.StartsWith($"model     {runs.PicturesRun}, 8×8×1 a sample{Environment.NewLine}", text, StringComparison.Ordinal);
        Assert.Contains("trained   6 of 6 steps of 4 samples", text, StringComparison.Ordinal);
        Assert.Contains("kept      steps 3, 6", text, StringComparison.Ordinal);
        Assert.Matches(@"\nwritten   \d{4}-\d\d-\d\d \d\d:\d\d\r?\n", text);
        Assert.Contains("schedule  linear, σ/α up to 157.41", text, StringComparison.Ordinal);
        Assert.InRange(text.TrimEnd().Split('\n').Length, 5, 10);
    }

    [Fact]
    public void Layers_and_levels_of_a_run_are_shown_where_they_are_asked_for()
    {
        var layers = Diffusion.Succeed("inspect", runs.PicturesRun, "--layers");
        Assert.Contains("conv_in", layers, StringComparison.Ordinal);
        Assert.DoesNotContain("ln α²/σ²", layers, StringComparison.Ordinal);
        var levels = Diffusion.Succeed("inspect", runs.PicturesRun, "--schedule");
        Assert.Contains("ln α²/σ²", levels, StringComparison.Ordinal);
        Assert.DoesNotContain("conv_in", levels, StringComparison.Ordinal);
        Diffusion.Fail(2, "error: inspect: --layers and --schedule are of a run, a checkpoint or a model, digits is none; leave them out.", "inspect", "digits", "--layers");
    }

    [Fact]
    public void The_parameters_of_a_run_are_those_of_its_file()
    {
        var answer = Object("inspect", runs.PointsRun, "--json");
        using var file = SafetensorsFile.Open(Path.Combine(runs.PointsRun, "checkpoints", "step-00000012", "weights.safetensors"));
        Assert.Equal(file.Entries.Sum(e => (long)e.Shape.Count), answer.GetProperty("parameters").GetInt64());
        Assert.Equal(answer.GetProperty("parameters").GetInt64(), answer.GetProperty("layers").EnumerateArray().Sum(l => l.GetProperty("parameters").GetInt64()));
        Assert.Equal((12, 192), (answer.GetProperty("step").GetInt32(), answer.GetProperty("position").GetInt32()));
    }

    [Fact]
    public void The_schedule_of_a_run_is_variance_preserving_and_falls()
    {
        var levels = Object("inspect", runs.PointsRun, "--json").GetProperty("schedule").EnumerateArray().ToArray();
        Assert.All(levels, l => Assert.Equal(1, Math.Pow(l.GetProperty("alpha").GetDouble(), 2) + Math.Pow(l.GetProperty("sigma").GetDouble(), 2), 12));
        Assert.Equal((0.0, 999.0), (levels[0].GetProperty("time").GetDouble(), levels[^1].GetProperty("time").GetDouble()));
    }

    [Fact]
    public void An_older_checkpoint_shows_its_own_step() =>
        Assert.Contains("trained   3 of 6 steps", Diffusion.Succeed("inspect", Path.Combine(runs.PicturesRun, "checkpoints", "step-00000003")), StringComparison.Ordinal);

    [Fact]
    public void A_continuous_schedule_begins_clean_and_a_run_without_checkpoint_says_so()
    {
        var config = SmallRuns.Points with { Schedule = ScheduleConfig.VpLinear };
        folder.Write("run/config.json", ConfigJson.Write(config));
        var text = Diffusion.Succeed("inspect", folder["run"]);
        Assert.Contains("no checkpoint yet, of 12 steps", text, StringComparison.Ordinal);
        Assert.Contains("schedule  vp-linear", text, StringComparison.Ordinal);
        var first = Object("inspect", folder["run"], "--json").GetProperty("schedule")[0];
        Assert.Equal((1.0, 0.0), (first.GetProperty("alpha").GetDouble(), first.GetProperty("sigma").GetDouble()));
        Assert.Equal(JsonValueKind.Null, first.GetProperty("logSnr").ValueKind);
    }

    [Fact]
    public void Files_show_shapes_and_types()
    {
        var weights = Path.Combine(runs.PointsRun, "checkpoints", "step-00000012", "ema.safetensors");
        Assert.Matches(@"output\.weight +F32 +\[16, 2\]", Diffusion.Succeed("inspect", weights));
        Assert.Equal("safetensors", Object("inspect", weights, "--json").GetProperty("kind").GetString());
        NpyFile.Write(folder["a.npy"], new FloatTensor([2, 2], [0, 1, -3, 4]));
        Assert.Equal($"{folder["a.npy"]}: [2, 2] of F32, from -3 to 4, mean 0.5{Environment.NewLine}", Diffusion.Succeed("inspect", folder["a.npy"]));
        Png.Write(folder["p", "a.png"], new Picture(2, 3, 1, new byte[6]));
        Assert.Equal($"{folder["p", "a.png"]}: a picture of 2×3×1, height×width×channels{Environment.NewLine}", Diffusion.Succeed("inspect", folder["p", "a.png"]));
        Assert.Equal($"{folder["p"]}: 1 sample of 2×3×1{Environment.NewLine}", Diffusion.Succeed("inspect", folder["p"]));
    }

    [Fact]
    public void A_built_in_source_shows_its_classes() =>
        Assert.Contains("10 classes: 0, 1, 2", Diffusion.Succeed("inspect", "digits"), StringComparison.Ordinal);

    [Theory]
    [InlineData("samplers", "ddim")]
    [InlineData("schedules", "vp-cosine")]
    [InlineData("presets", "cifar10")]
    [InlineData("sources", "eight-gaussians")]
    [InlineData("spacings", "karras")]
    [InlineData("experiments", "mle-is-kl")]
    public void Lists_name_what_options_take(string what, string name)
    {
        Assert.Contains(Diffusion.Succeed("list", what).Split(Environment.NewLine), l => l.StartsWith(name + " ", StringComparison.Ordinal));
        Assert.Contains(Diffusion.Succeed("list", what, "--json").TrimEnd().Split(Environment.NewLine), l => JsonDocument.Parse(l).RootElement.GetProperty("name").GetString() == name);
    }

    [Fact]
    public void A_list_is_a_table_whose_entries_are_told_whole_one_by_one_in_any_case()
    {
        Assert.Matches(@"^name +for +steps +on 2 cores +what it is\r?\n", Diffusion.Succeed("list", "presets"));
        Assert.DoesNotContain("Min-SNR", Diffusion.Succeed("list", "presets"), StringComparison.Ordinal);
        Assert.Matches(@"\non 2 cores +about [12] min\r?\n", Diffusion.Succeed("list", "presets", "points"));
        Assert.Matches(@"\non 2 cores +about \d+ months\r?\n", Diffusion.Succeed("list", "presets", "cifar10"));
        Assert.Matches(@"\nrecipe +Min-SNR weighting", Diffusion.Succeed("list", "presets", "QuickStart"));
        Assert.Contains("Min-SNR", Diffusion.Succeed("list", "presets", "quickstart", "--json"), StringComparison.Ordinal);
        Diffusion.Fail(2, "error: list schedules: 'edmm' is unknown; did you mean 'edm'? There are linear, scaled-linear, cosine, sigmoid, vp-linear, vp-cosine, laplace, sub-vp, ve-geometric, edm, geometric, betas, flow.", "list", "schedules", "edmm");
        Assert.Matches(@"\npresets +recipes of training", Diffusion.Succeed("list"));
    }

    private static JsonElement Object(params string[] args) => JsonDocument.Parse(Diffusion.Succeed(args).TrimEnd()).RootElement;
}

using System.Text.Json;
using DiffusionSharp.Cli.Session;

namespace DiffusionSharp.Cli.Tests;

public sealed class ProfileTests(SmallRuns runs) : IClassFixture<SmallRuns>
{
    [Fact]
    public void A_profile_has_forward_backward_and_update_and_their_shares_make_the_whole()
    {
        var profile = Object(runs.PicturesRun, "--steps", "2", "--batch", "2");
        var rows = profile.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(["forward", "backward", "update"], profile.GetProperty("phases").EnumerateArray().Select(p => p.GetProperty("phase").GetString()));
        Assert.Equal(1, rows.Sum(r => r.GetProperty("share").GetDouble()), 1e-9);
        Assert.Equal(1, profile.GetProperty("phases").EnumerateArray().Sum(r => r.GetProperty("share").GetDouble()), 1e-9);
        Assert.Equal(profile.GetProperty("flops").GetDouble(), rows.Sum(r => r.GetProperty("flops").GetDouble()));
        Assert.All(rows, r => Assert.True(r.GetProperty("seconds").GetDouble() >= 0));
        Assert.True(profile.GetProperty("seconds").GetDouble() > 0);
        // No machine that this runs on does less, and none more.
        Assert.InRange(profile.GetProperty("peakFlopsPerSecond").GetDouble(), 1e8, 1e14);
        Assert.InRange(profile.GetProperty("peakBytesPerSecond").GetDouble(), 1e8, 1e13);
        var plan = JsonDocument.Parse(Diffusion.Succeed("inspect", runs.PicturesRun, "--plan", "--json", "--batch", "2").TrimEnd()).RootElement;
        Assert.Equal(plan.GetProperty("flops").GetDouble(), profile.GetProperty("flops").GetDouble());
        Assert.Equal(plan.GetProperty("steps").GetArrayLength(), rows.Sum(r => r.GetProperty("steps").GetInt32()));
    }

    [Theory]
    [InlineData("kind", @"\n  Conv2D \([a-z0-9 ]+\) +\d+ +[0-9.]+ +[0-9.]+ % ")]
    [InlineData("layer", @"\n  down_blocks\.0\.resnets\.0\.norm1 +\d+ ")]
    [InlineData("step", @"\n  \d+ conv_in Conv2D \[2, 8, 8, 8\] +1 ")]
    public void Rows_are_kinds_layers_or_steps_each_with_the_machine_beside_it(string by, string row)
    {
        var text = Diffusion.Succeed("profile", runs.PicturesRun, "--steps", "1", "--batch", "2", "--forward", "--by", by, "--threads", "1").ReplaceLineEndings("\n");
        Assert.StartsWith($"{runs.PicturesRun}: the forward pass of 2 samples of 8×8×1, fast, 1 thread; medians of 1 runs\nthis machine at best: ", text, StringComparison.Ordinal);
        Assert.Matches(row, text);
        Assert.Matches(@"\ntotal +\d+ +[0-9.]+ +100\.0 % ", text);
        Assert.DoesNotContain("backward", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_profiled_is_named()
    {
        Diffusion.Fail(2, $"error: profile: 'digits' is unknown; a preset ({PresetNames.Joined}), a measured network (unet-s, unet-m, mlp-2d), a configuration (.json) or a run is expected.", "profile", "digits");
        Diffusion.Fail(2, "error: --by: 'time' is unknown; there are kind, layer, step. See 'diffusion profile --help'.", "profile", "points", "--by", "time");
        var stopped = Diffusion.Run(false, new CancellationToken(canceled: true), "profile", runs.PointsRun);
        Assert.Equal((ExitCode.Stopped, $"stopped: before all steps were timed; nothing is shown.{Environment.NewLine}"), (stopped.Code, stopped.Error));
    }

    private static JsonElement Object(string network, params string[] options) => JsonDocument.Parse(Diffusion.Succeed(["profile", network, "--json", .. options]).TrimEnd()).RootElement;
}

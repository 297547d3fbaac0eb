using System.Text.Json;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Samplers.Catalog;

namespace DiffusionSharp.Cli.Tests;

public sealed class SampleTests(SmallRuns runs) : IClassFixture<SmallRuns>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Pictures_become_a_grid_of_png()
    {
        var text = Diffusion.Succeed("sample", runs.PicturesRun, "--out", folder["a.png"], "--count", "9", "--steps", "2");
        Assert.StartsWith($"{folder["a.png"]}: 9 samples of 8×8×1 by ddim in 2 steps; 2 network calls, ", text, StringComparison.Ordinal);
        var picture = Png.Read(folder["a.png"]);

        // Three of 8 · 7 pixels each way with margins of 2.
        Assert.Equal((176, 176, 1), (picture.Width, picture.Height, picture.Channels));
    }

    [Fact]
    public void Pictures_become_an_array_in_the_range_of_data()
    {
        Diffusion.Succeed("sample", runs.PicturesRun, "--out", folder["new", "a.npy"], "--count", "3", "--steps", "2");
        var array = NpyFile.Read(folder["new", "a.npy"]);
        Assert.Equal([3, 8, 8, 1], array.Shape);
        Assert.All(array.Values.ToArray(), v => Assert.InRange(v, -1f, 1f));
    }

    [Fact]
    public void The_precision_of_a_run_is_that_of_its_samples_unless_another_is_asked_for()
    {
        string[] sample = ["sample", runs.PicturesRun, "--count", "3", "--steps", "2", "--out"];
        Diffusion.Succeed([.. sample, folder["run.npy"]]);
        Diffusion.Succeed([.. sample, folder["fast.npy"], "--precision", "fast"]);
        Diffusion.Succeed([.. sample, folder["exact.npy"], "--precision", "exact"]);
        Assert.Equal(File.ReadAllBytes(folder["run.npy"]), File.ReadAllBytes(folder["fast.npy"]));
        var (fast, exact) = (NpyFile.Read(folder["fast.npy"]).Values.ToArray(), NpyFile.Read(folder["exact.npy"]).Values.ToArray());
        for (var i = 0; i < fast.Length; i++) Assert.Equal(exact[i], fast[i], 1e-3);
    }

    [Fact]
    public void Pictures_become_an_animation_with_a_frame_for_each_step()
    {
        Diffusion.Succeed("sample", runs.PicturesRun, "--out", folder["a.gif"], "--count", "4", "--steps", "5");
        var bytes = File.ReadAllBytes(folder["a.gif"]);
        Assert.Equal("GIF89a"u8, bytes.AsSpan(0, 6));
        var frames = 0;
        for (var i = 0; i + 3 < bytes.Length; i++)
            if (bytes[i] == 0x21 && bytes[i + 1] == 0xF9 && bytes[i + 2] == 4 && bytes[i + 7] == 0) frames++;
        Assert.Equal(5, frames);
    }

    [Fact]
    public void A_strip_has_samples_as_rows_and_moments_as_columns()
    {
        Diffusion.Succeed("sample", runs.PicturesRun, "--out", folder["s.png"], "--strip", "--steps", "20", "--count", "3", "--batch", "2");
        var picture = Png.Read(folder["s.png"]);
        Assert.Equal((2 + (10 * 58), 2 + (3 * 58)), (picture.Width, picture.Height));
    }

    [Fact]
    public void Points_become_a_scatter_beside_the_data_or_at_several_moments()
    {
        Diffusion.Succeed("sample", runs.PointsRun, "--out", folder["a.svg"], "--count", "50", "--steps", "3");
        var svg = File.ReadAllText(folder["a.svg"]);
        Assert.Contains(">data<", svg, StringComparison.Ordinal);
        Assert.Contains(">samples<", svg, StringComparison.Ordinal);
        Diffusion.Succeed("sample", runs.PointsRun, "--out", folder["b.svg"], "--count", "50", "--steps", "9", "--strip");
        Assert.Contains(">after step 9<", File.ReadAllText(folder["b.svg"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--sampler", "ddim", "--eta", "1")]
    [InlineData("--sampler", "ddpm", "--variance", "large")]
    [InlineData("--weights", "raw", "--spacing", "quadratic")]
    public void Samples_depend_on_the_seed_and_not_on_batch_or_threads(params string[] options)
    {
        string[] common = ["sample", runs.PointsRun, "--count", "7", "--steps", "4", .. options];
        Diffusion.Succeed([.. common, "--out", folder["a.npy"], "--seed", "3", "--batch", "7", "--threads", "1"]);
        Diffusion.Succeed([.. common, "--out", folder["b.npy"], "--seed", "3", "--batch", "3", "--threads", "2"]);
        Diffusion.Succeed([.. common, "--out", folder["c.npy"], "--seed", "4"]);
        Assert.Equal(File.ReadAllBytes(folder["a.npy"]), File.ReadAllBytes(folder["b.npy"]));
        Assert.NotEqual(File.ReadAllBytes(folder["a.npy"]), File.ReadAllBytes(folder["c.npy"]));
    }

    [Fact]
    public void Every_option_changes_the_samples()
    {
        string Sample(string name, params string[] options)
        {
            Diffusion.Succeed(["sample", runs.PointsRun, "--out", folder[name], "--count", "4", "--steps", "5", .. options]);
            return Convert.ToHexString(File.ReadAllBytes(folder[name]));
        }

        string[] all =
        [
            Sample("a.npy"),
            Sample("b.npy", "--eta", "0.5"),
            Sample("c.npy", "--spacing", "leading"),
            Sample("d.npy", "--spacing", "linspace"),
            Sample("e.npy", "--spacing", "quadratic"),
            .. ((string[])["uniform", "log-snr", "karras", "polyexponential", "beta", "ays-sd", "ays-sdxl"]).Select(spacing => Sample($"{spacing}.npy", "--spacing", spacing)),
            Sample("f.npy", "--sampler", "ddpm"),
            Sample("g.npy", "--sampler", "ddpm", "--variance", "large"),
            Sample("h.npy", "--weights", "raw"),
            Sample("i.npy", "--seed", "1"),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void Every_sampler_of_the_catalog_is_reached_by_its_name()
    {
        foreach (var entry in SamplerCatalog.All)
        {
            string[] sample = ["sample", runs.PointsRun, "--out", folder["s.npy"], "--count", "3", "--steps", "4", "--sampler", entry.Name];
            if (entry.NeedsDensity) Diffusion.Fail(2, $"error: --sampler: {entry.Name} accepts its steps by the density ln p_t(x), which a network does not know; it runs on closed forms. Take another here.", sample);
            else Assert.Contains($" by {entry.Name} in 4 steps; ", Diffusion.Succeed(sample), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_older_checkpoint_is_sampled_by_its_folder()
    {
        Diffusion.Succeed("sample", Path.Combine(runs.PointsRun, "checkpoints", "step-00000008"), "--out", folder["old.npy"], "--count", "2", "--steps", "2");
        Diffusion.Succeed("sample", runs.PointsRun, "--out", folder["new.npy"], "--count", "2", "--steps", "2");
        Assert.NotEqual(File.ReadAllBytes(folder["old.npy"]), File.ReadAllBytes(folder["new.npy"]));
    }

    [Fact]
    public void Json_is_one_object()
    {
        var line = Diffusion.Succeed("sample", runs.PointsRun, "--out", folder["a.npy"], "--count", "5", "--batch", "2", "--steps", "3", "--json").TrimEnd();
        var answer = JsonDocument.Parse(line).RootElement;
        Assert.Equal((5, 9), (answer.GetProperty("count").GetInt32(), answer.GetProperty("networkCalls").GetInt32()));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("modes").ValueKind);
    }

    [Fact]
    public void A_stop_writes_nothing()
    {
        var outcome = Diffusion.Run(false, new CancellationToken(canceled: true), "sample", runs.PointsRun, "--out", folder["a.npy"], "--steps", "3");
        Assert.Equal((ExitCode.Stopped, $"stopped: before the first step; nothing was written.{Environment.NewLine}"), (outcome.Code, outcome.Error));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_terminal_sees_progress_that_is_cleared_in_the_end()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new CommandContext(new CommandConsole(output, error, IsTerminal: true), new ManualClock { StepAtEachLook = 1 }, CancellationToken.None);
        Assert.Equal(0, DiffusionCommand.Run(["sample", runs.PointsRun, "--out", folder["a.npy"], "--count", "4", "--steps", "3"], context));
        Assert.Matches("^\rsampling  building the network  1\\.0 s\u001b\\[K\rsampling ━+ +1/3  .*\u001b\\[K.*\rsampling ━+ 3/3  .* steps/s\u001b\\[K\r\u001b\\[K$", error.ToString());
        Assert.StartsWith(folder["a.npy"], output.ToString(), StringComparison.Ordinal);
    }
}

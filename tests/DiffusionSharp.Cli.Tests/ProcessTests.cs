using System.Globalization;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Tests;

/// <summary>The built command as a process of its own: killed, interrupted, out of disk.</summary>
public sealed class ProcessTests : IDisposable
{
    private const int InterruptBit = 1 << 1;

    private readonly TemporaryFolder folder = new();

    // Long enough to be hit in its middle, with checkpoints close together.
    private static RunConfig Long { get; } = SmallRuns.Points with { Steps = 400, CheckpointEvery = 5, KeepCheckpoints = 3, LogEvery = 7 };

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_run_that_is_killed_again_and_again_ends_with_the_bytes_of_one_that_never_was()
    {
        var config = folder.Write("c.json", ConfigJson.Write(Long));
        Diffusion.Succeed("train", "--config", config, "--out", folder["whole"]);

        var cut = new RunFolder(folder["cut"]);
        string[] arguments = ["--config", config, "--out", cut.Path];
        foreach (var least in new[] { 10, 100, 250 })
        {
            using var process = Diffusion.Start(["train", .. arguments]);
            await Diffusion.Until(process, () => process.HasExited || (cut.CheckpointSteps() is { Count: > 0 } steps && steps[^1] >= least));
            process.Kill();
            await Diffusion.End(process);
            Assert.True(cut.CheckpointSteps()[^1] < Long.Steps, "The run ended before it could be killed.");
            arguments = ["--out", cut.Path, "--resume"];
        }

        using var last = Diffusion.Start(["train", .. arguments]);
        var outcome = await Diffusion.End(last);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Equal(SmallRuns.Fingerprint(folder["whole"]), SmallRuns.Fingerprint(cut.Path));
    }

    [Fact]
    public async Task An_interrupt_leaves_a_checkpoint_and_says_how_to_go_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Signals are sent with kill.");
        var config = folder.Write("c.json", ConfigJson.Write(Long with { Steps = 1_000_000, CheckpointEvery = 1_000_000 }));
        using var process = Diffusion.Start("train", "--config", config, "--out", folder["run"]);
        await Diffusion.Until(process, () => File.Exists(folder["run", "metrics.jsonl"]));
        using (var kill = Diffusion.StartProcess("kill", InterruptIsIgnored() ? "-TERM" : "-INT", process.Id.ToString(CultureInfo.InvariantCulture))) await Diffusion.End(kill);
        var outcome = await Diffusion.End(process);

        var step = Assert.Single(new RunFolder(folder["run"]).CheckpointSteps());
        Assert.Equal(InterruptIsIgnored() ? 143 : 130, outcome.Code);
        Assert.Contains("\nstopping after this step, with a checkpoint; Ctrl-C again to stop now\n", outcome.Error, StringComparison.Ordinal);
        Assert.EndsWith($"\nstopped: at step {step.ToString("#,0", CultureInfo.InvariantCulture)} of 1,000,000, with a checkpoint; go on with: diffusion train --out {folder["run"]} --resume\n", outcome.Error, StringComparison.Ordinal);
        Assert.Contains($"trained   {step.ToString("#,0", CultureInfo.InvariantCulture)} of 1,000,000 steps", Diffusion.Succeed("inspect", folder["run"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_is_left_clean_after_an_interrupt_and_after_a_second_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "A terminal is made by script of util-linux.");
        var config = folder.Write("c.json", ConfigJson.Write(Long with { Steps = 1_000_000, CheckpointEvery = 1_000_000 }));
        foreach (var signals in (int[])[1, 2])
        {
            var run = folder[$"run{signals}"];

            // The signals come from inside the terminal, once the bar is drawn.
            var script = folder.Write($"{signals}.sh", $"""
                dotnet exec '{Diffusion.Assembly()}' train --threads 1 --config '{config}' --out '{run}' & p=$!
                until [ -s '{run}/metrics.jsonl' ]; do sleep 0.1; done
                sleep 1
                for i in $(seq {signals}); do kill -TERM $p; sleep 0.1; done
                wait $p
                echo code=$?
                """);
            using var process = Diffusion.StartProcess("script", "-qec", $"bash '{script}'", "/dev/null");
            var outcome = await Diffusion.End(process);
            Assert.Contains("code=143", outcome.Out, StringComparison.Ordinal);
            Assert.Contains("stopping after this step, with a checkpoint; Ctrl-C again to stop now", outcome.Out, StringComparison.Ordinal);

            // The line is cleared, and a cursor that was hidden would be shown again.
            Assert.Contains("\u001b[K", outcome.Out, StringComparison.Ordinal);
            var rest = outcome.Out[(outcome.Out.LastIndexOf("\u001b[K", StringComparison.Ordinal) + 3)..];
            Assert.DoesNotContain("training", rest, StringComparison.Ordinal);
            Assert.Equal(outcome.Out.Split("\u001b[?25l").Length, outcome.Out.Split("\u001b[?25h").Length);
        }
    }

    [Fact]
    public async Task A_full_disk_is_one_line_and_the_older_checkpoint_survives()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A limit on the size of files stands in for a full disk.");
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        var stopped = Diffusion.Run(false, new CancellationToken(canceled: true), "train", "--config", config, "--out", folder["run"]);
        Assert.Equal(ExitCode.Stopped, stopped.Code);
        var before = Fingerprint(new RunFolder(folder["run"]).CheckpointFolder(1));

        // Configuration and metrics fit into 1 KiB, the weights do not; the runtime's own mapped files are kept out of the limit.
        const string script = "trap '' XFSZ; ulimit -f 1; export DOTNET_EnableWriteXorExecute=0 DOTNET_EnableDiagnostics=0; exec dotnet exec \"$@\"";
        using var process = Diffusion.StartProcess("bash", "-c", script, "bash", Diffusion.Assembly(), "train", "--out", folder["run"], "--resume");
        var outcome = await Diffusion.End(process);
        Assert.Equal(1, outcome.Code);
        Assert.Matches("\nerror: the checkpoint of step 4 could not be written: .* The checkpoint of step 1 is whole; go on with: diffusion train --out .* --resume\n$", outcome.Error);
        Assert.Equal([1], new RunFolder(folder["run"]).CheckpointSteps());
        Assert.Equal(before, Fingerprint(new RunFolder(folder["run"]).CheckpointFolder(1)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["run"], "*.partial", SearchOption.AllDirectories));

        Diffusion.Succeed("train", "--out", folder["run"], "--resume");
        Diffusion.Succeed("train", "--config", config, "--out", folder["whole"]);
        Assert.Equal(Fingerprint(folder["whole", "checkpoints", "step-00000012"]), Fingerprint(folder["run", "checkpoints", "step-00000012"]));
    }

    [Fact]
    public async Task The_streams_of_the_process_are_results_and_errors()
    {
        using var list = Diffusion.Start("list", "samplers");
        var listed = await Diffusion.End(list);
        Assert.Equal((0, ""), (listed.Code, listed.Error));
        Assert.StartsWith("name ", listed.Out, StringComparison.Ordinal);

        using var wrong = Diffusion.Start("sample", folder["none"], "--out", folder["a.npy"]);
        var refused = await Diffusion.End(wrong);
        Assert.Equal((2, "", $"error: {folder["none"]}: there is no such file or folder.\n"), (refused.Code, refused.Out, refused.Error));
    }

    [Fact]
    public async Task The_version_is_that_of_the_product()
    {
        using var version = Diffusion.Start("--version");
        Assert.Matches("^\\d+\\.\\d+\\.\\d+\n$", (await Diffusion.End(version)).Out);
    }

    private static IReadOnlyDictionary<string, string> Fingerprint(string path) => SmallRuns.Fingerprint(path);

    // Inherited from a shell that runs these tests in the background; a process cannot undo it for its children.
    private static bool InterruptIsIgnored()
    {
        const string status = "/proc/self/status";
        if (!File.Exists(status)) return false;
        var mask = File.ReadLines(status).First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim();
        return (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & InterruptBit) != 0;
    }
}

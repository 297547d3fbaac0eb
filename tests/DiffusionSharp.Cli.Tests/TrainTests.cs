using System.Text.Json;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Session;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Tests;

public sealed class TrainTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_of_points_needs_only_data_and_a_folder_and_says_what_to_do_next()
    {
        var outcome = Diffusion.Finish("train", "--data", "moons", "--out", folder["run"], "--steps", "3", "--batch", "8", "--threads", "1");
        Assert.Contains("recipe   points: DDPM's noise prediction", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("changed  steps: 8000, 3", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("data     moons: 100,000 samples of 2 values", outcome.Error, StringComparison.Ordinal);
        Assert.Matches("^trained  step 3 after .+, loss [0-9.]+\r?\nsamples  .+\nmodel    .+\nnext     ", outcome.Out);
        Assert.EndsWith($"next     diffusion sample {folder["run"]} --out samples.svg{Environment.NewLine}", outcome.Out, StringComparison.Ordinal);
        Assert.Equal([3], new RunFolder(folder["run"]).CheckpointSteps());
        Assert.True(File.Exists(folder["run", "samples", "step-00000003.svg"]));
    }

    [Fact]
    public void A_run_of_pictures_takes_a_configuration_and_options_on_top()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Pictures));
        Diffusion.Succeed("train", "--config", config, "--out", folder["run"], "--steps", "2", "--seed", "9", "--rate", "0.25", "--prediction", "data", "--schedule", "vp-cosine");
        var written = new RunFolder(folder["run"]).ReadConfig();
        Assert.Equal((2, 9ul, 0.25), (written.Steps, written.Seed, written.Optimizer!.Rate));
        Assert.Equal((Denoisers.Prediction.Data, ScheduleConfig.VpCosine), (written.Prediction, written.ScheduleOrDefault()));
        Assert.True(File.Exists(folder["run", "samples", "step-00000002.png"]));
    }

    [Fact]
    public void The_preset_for_pictures_trains_digits_of_another_size()
    {
        Diffusion.Succeed("train", "--data", "digits", "--size", "8", "--out", folder["run"], "--steps", "1", "--batch", "2");
        var written = new RunFolder(folder["run"]).ReadConfig();
        Assert.Equal(("quickstart", 8, 8), (written.Preset, written.Size, written.UNet!.SampleSize));
    }

    [Fact]
    public void Json_gives_one_object_a_line_from_start_to_end()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        var lines = Diffusion.Succeed("train", "--config", config, "--out", folder["run"], "--json").TrimEnd().Split(Environment.NewLine);
        var events = lines.Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["start", "step", "step", "step", "end"], events.Select(e => e.GetProperty("event").GetString()));
        Assert.Equal([4, 8, 12], events[1..^1].Select(e => e.GetProperty("step").GetInt32()));
        Assert.Equal("moons", events[0].GetProperty("config").GetProperty("data").GetString());
        Assert.True(events[^2].GetProperty("loss").GetDouble() > 0);
        Assert.Equal(new RunFolder(folder["run"]).CheckpointFolder(12), events[^1].GetProperty("checkpoint").GetString());
    }

    [Fact]
    public void Parts_half_life_storage_and_further_averages_reach_the_run_and_its_samples_and_a_long_average_is_warned_of()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points with { MoreEma = new Dictionary<string, EmaOptions> { ["fast"] = new(HalfLife: 2) } }));
        string[] options = ["--config", config, "--accumulate", "4", "--ema-half-life", "30", "--store", "bfloat16"];
        var text = Diffusion.Finish(["train", .. options, "--out", folder["run"]]);
        Assert.DoesNotContain("warning", text.Error, StringComparison.Ordinal);
        var written = new RunFolder(folder["run"]).ReadConfig();
        Assert.Equal((4, new EmaOptions(HalfLife: 30, RampUp: 0.05), WeightStorage.Bfloat16), (written.Accumulate, written.Ema, written.Storage));
        Diffusion.Succeed("sample", folder["run"], "--out", folder["fast.npy"], "--weights", "fast", "--count", "3", "--steps", "2");
        Diffusion.Fail(2, "error: --weights: 'slow' is unknown; this run has ema, raw, fast.", "sample", folder["run"], "--out", folder["slow.npy"], "--weights", "slow");

        var late = folder.Write("late.json", ConfigJson.Write(SmallRuns.Points with { Ema = new EmaOptions(HalfLife: 30) }));
        Assert.Contains("warning: the average 'ema' remembers longer than the run: after its 12 steps 75.8 % of it", Diffusion.Finish("train", "--config", late, "--out", folder["late"]).Error, StringComparison.Ordinal);
        var lines = Diffusion.Succeed("train", "--config", late, "--out", folder["json"], "--json").Split(Environment.NewLine);
        Assert.StartsWith("{\"event\":\"warning\",\"kind\":\"emaHorizon\",\"step\":0,\"message\":\"the average", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Precision_is_fast_unless_asked_and_stays_with_the_run()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        Diffusion.Succeed("train", "--config", config, "--out", folder["fast"], "--steps", "1");
        Assert.Contains("\"precision\": \"fast\"", File.ReadAllText(folder["fast", "config.json"]), StringComparison.Ordinal);
        Diffusion.Succeed("train", "--config", config, "--out", folder["exact"], "--steps", "1", "--precision", "exact");
        Diffusion.Succeed("train", "--out", folder["exact"], "--resume", "--steps", "2");
        Assert.Equal(Precision.Exact, new RunFolder(folder["exact"]).ReadConfig().Precision);
        Diffusion.Fail(2, $"error: {folder["exact"]}: the run here has another configuration (precision: \"exact\", \"fast\", the run's first); leave these options out, or choose another folder.", "train", "--out", folder["exact"], "--resume", "--precision", "fast");
    }

    [Fact]
    public void Progress_of_training_is_shown_beside_the_results_and_taken_away()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new CommandContext(new CommandConsole(output, error, IsTerminal: true), new ManualClock { StepAtEachLook = 1 }, CancellationToken.None);
        Assert.Equal(0, DiffusionCommand.Run(["train", "--config", config, "--out", folder["run"], "--threads", "1"], context));
        Assert.DoesNotContain('\u001b', output.ToString());
        Assert.Contains("\rpreparing  reading the data  ", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("\rpreparing  building the network  ", error.ToString(), StringComparison.Ordinal);
        Assert.Matches("\rtraining .* 2/12  loss [0-9.]+  .* samples/s  .* left\u001b\\[K", error.ToString());
        Assert.Matches("\rtraining .* 11/12  loss [0-9.]+  drawing a sheet of samples, step 3 of 10", error.ToString());
        Assert.EndsWith("\r\u001b[K", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_leaves_a_checkpoint_and_resuming_gives_the_bytes_of_a_run_that_never_stopped()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        Diffusion.Succeed("train", "--config", config, "--out", folder["whole"]);

        // Already asked to stop: exactly one step is done.
        var stopped = Diffusion.Run(false, new CancellationToken(canceled: true), "train", "--config", config, "--out", folder["cut"]);
        Assert.Equal($"stopped: at step 1 of 12, with a checkpoint; go on with: diffusion train --out {folder["cut"]} --resume", Diffusion.LastLine(stopped));
        Assert.Equal(ExitCode.Stopped, stopped.Code);
        Assert.Equal([1], new RunFolder(folder["cut"]).CheckpointSteps());

        Diffusion.Succeed("train", "--out", folder["cut"], "--resume", "--threads", "2");
        Assert.Equal(SmallRuns.Fingerprint(folder["whole"]), SmallRuns.Fingerprint(folder["cut"]));
    }

    [Fact]
    public void The_command_that_began_a_run_goes_on_with_it_when_resume_is_added()
    {
        string[] command = ["train", "--data", "moons", "--preset", "points", "--out", folder["run"], "--steps", "20", "--batch", "8"];
        Diffusion.Run(false, new CancellationToken(canceled: true), command);
        Assert.Equal([1], new RunFolder(folder["run"]).CheckpointSteps());
        Diffusion.Succeed([.. command, "--resume"]);
        Assert.Equal(20, new RunFolder(folder["run"]).CheckpointSteps()[^1]);
    }

    [Fact]
    public void Resuming_a_complete_run_does_nothing_and_says_so()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        Diffusion.Succeed("train", "--config", config, "--out", folder["run"]);
        var before = SmallRuns.Fingerprint(folder["run"]);
        Assert.Contains("The run is complete: all 12 steps are done.", Diffusion.Succeed("train", "--out", folder["run"], "--resume"), StringComparison.Ordinal);
        Assert.Equal(before, SmallRuns.Fingerprint(folder["run"]));
    }

    [Fact]
    public void A_run_of_constant_rate_is_made_longer_by_resuming_with_more_steps()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        Diffusion.Succeed("train", "--config", config, "--out", folder["run"], "--steps", "4");
        Diffusion.Succeed("train", "--out", folder["run"], "--resume", "--steps", "12");
        Diffusion.Succeed("train", "--config", config, "--out", folder["whole"]);
        Assert.Equal(File.ReadAllBytes(folder["whole", "checkpoints", "step-00000012", "ema.safetensors"]), File.ReadAllBytes(folder["run", "checkpoints", "step-00000012", "ema.safetensors"]));
    }

    [Fact]
    public void A_longer_run_says_what_its_rate_does_and_takes_another_curve()
    {
        string[] go = ["train", "--out", folder["run"], "--resume"];
        Diffusion.Succeed("train", "--config", folder.Write("c.json", ConfigJson.Write(SmallRuns.Points with { RateCurve = RateCurve.Cosine })), "--out", folder["run"], "--steps", "4");
        Diffusion.Fail(2, "error: --rate-curve: the curve of a run that has begun changes only where the run is lengthened; add --steps N with N above 4.", [.. go, "--rate-curve", "linear"]);
        var longer = Diffusion.Finish([.. go, "--steps", "8"]);
        Assert.Matches("\nnote: the rate follows a cosine over all 8 steps: at step 5 it goes from [0-9.]+ up to [0-9.]+, and falls to 0 at the end; the run is not the one that 8 steps planned", longer.Error);
        var constant = Diffusion.Finish([.. go, "--steps", "12", "--rate-curve", "constant"]);
        Assert.Matches("\nnote: the rate is constant: at step 9 it goes from [0-9.]+ up to [0-9.]+ and stays there; the run is not the one that 12 steps planned", constant.Error);
        Assert.Equal((12, RateCurve.Constant), (new RunFolder(folder["run"]).ReadConfig().Steps, new RunFolder(folder["run"]).ReadConfig().RateCurve));
        Assert.Equal([8, 12], new RunFolder(folder["run"]).CheckpointSteps());
    }

    [Fact]
    public void A_run_that_was_stopped_early_is_lengthened_from_the_step_it_stands_at()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points with { RateCurve = RateCurve.Linear }));
        for (var step = 0; step < 3; step++) Diffusion.Run(false, new CancellationToken(canceled: true), ["train", .. step == 0 ? ["--config", config] : new[] { "--resume" }, "--out", folder["run"]]);
        Assert.Contains("at step 4 it goes ", Diffusion.Finish("train", "--out", folder["run"], "--resume", "--steps", "20").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_that_diverges_fails_with_the_step_and_the_layer(bool terminal)
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        var outcome = Diffusion.Run(terminal, CancellationToken.None, "train", "--config", config, "--out", folder["run"], "--rate", "1e35");
        Assert.Equal(1, outcome.Code);
        Assert.Matches(@"^error: step \d+: the loss is not finite; the first such value arose in .+; there is no checkpoint before it\. Begin a new run with a lower learning rate", Diffusion.LastLine(outcome).Split("\u001b[K")[^1]);
    }

    [Fact]
    public void Resuming_with_another_option_names_what_differs_and_changes_nothing()
    {
        var config = folder.Write("c.json", ConfigJson.Write(SmallRuns.Points));
        Diffusion.Succeed("train", "--config", config, "--out", folder["run"]);
        var before = SmallRuns.Fingerprint(folder["run"]);
        Diffusion.Fail(2, $"error: {folder["run"]}: the run here has another configuration (batch: 16, 8; seed: 7, 1, the run's first); leave these options out, or choose another folder.", "train", "--out", folder["run"], "--resume", "--batch", "8", "--seed", "1");
        Diffusion.Fail(2, $"error: {folder["run"]}: a run is here already; go on with --resume, or choose another folder.", "train", "--config", config, "--out", folder["run"]);
        Assert.Equal(before, SmallRuns.Fingerprint(folder["run"]));
    }
}

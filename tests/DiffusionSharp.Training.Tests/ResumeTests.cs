using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class ResumeTests
{
    [Fact]
    public void Forty_steps_straight_equal_seventeen_a_kill_and_twenty_three_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["straight"]);
        SmallRuns.Train(folder["killed"], steps: 17);
        File.AppendAllText(folder["killed/metrics.jsonl"], "{\"step\":18,\"lo");
        SmallRuns.Train(folder["killed"]);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["killed"]));
    }

    [Fact]
    public void One_two_and_three_threads_give_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        foreach (var threads in new[] { 1, 2, 3 }) SmallRuns.Train(folder[$"{threads}"], threads: threads);
        Assert.Equal(SmallRuns.Fingerprint(folder["1"]), SmallRuns.Fingerprint(folder["2"]));
        Assert.Equal(SmallRuns.Fingerprint(folder["1"]), SmallRuns.Fingerprint(folder["3"]));
    }

    [Fact]
    public void A_run_that_was_killed_before_its_first_checkpoint_begins_again()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["straight"]);
        SmallRuns.Train(folder["killed"], steps: 3);
        SmallRuns.Train(folder["killed"]);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["killed"]));
    }

    [Fact]
    public void A_stop_leaves_a_checkpoint_of_the_step_in_hand()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        foreach (var progress in Trainer.Start(SmallRuns.Pictures, SmallRuns.Digits, folder["run"], Machine.Single).Run(TimeProvider.System, stop.Token))
            if (progress.Step == 12) stop.Cancel();
        Assert.Equal(13, new RunFolder(folder["run"]).CheckpointSteps()[^1]);
        SmallRuns.Train(folder["run"]);
        SmallRuns.Train(folder["straight"]);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"])["metrics.jsonl"], SmallRuns.Fingerprint(folder["run"])["metrics.jsonl"]);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"])["checkpoints/step-00000040/weights.safetensors"], SmallRuns.Fingerprint(folder["run"])["checkpoints/step-00000040/weights.safetensors"]);
    }

    [Fact]
    public void A_stop_does_not_wait_for_a_sheet_which_is_drawn_when_the_run_goes_on()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var config = SmallRuns.Pictures with { SampleEvery = 13 };
        foreach (var progress in Trainer.Start(config, SmallRuns.Digits, folder["run"], Machine.Single).Run(TimeProvider.System, stop.Token))
            if (progress.Step == 12) stop.Cancel();
        var sheet = folder["run/samples/step-00000013.png"];
        Assert.Equal(13, new RunFolder(folder["run"]).CheckpointSteps()[^1]);
        Assert.False(File.Exists(sheet));
        SmallRuns.Train(folder["run"], config: config);
        SmallRuns.Train(folder["straight"], config: config);
        Assert.Equal(File.ReadAllBytes(folder["straight/samples/step-00000013.png"]), File.ReadAllBytes(sheet));
    }

    [Fact]
    public void Weights_that_are_not_numbers_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["run"]);
        var path = Path.Combine(new RunFolder(folder["run"]).CheckpointFolder(40), "ema.safetensors");
        var bytes = File.ReadAllBytes(path);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), float.NaN);
        File.WriteAllBytes(path, bytes);
        var error = Assert.Throws<DataException>(() => SavedModel.Load(folder["run"]));
        Assert.EndsWith("holds a value that is not a finite number; take an earlier checkpoint.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_configuration_is_refused_and_its_keys_are_named()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["run"], steps: 12);
        var error = Assert.Throws<DataException>(() => SmallRuns.Train(folder["run"], config: SmallRuns.Pictures with { Batch = 8 }));
        Assert.Contains("the run here has another configuration (batch: 6, 8, the run's first)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_holds_a_run_is_not_begun_again()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["run"], steps: 2);
        var error = Assert.Throws<DataException>(() => Trainer.Start(SmallRuns.Pictures, SmallRuns.Digits, folder["run"], Machine.Single));
        Assert.EndsWith("a run is here already; resume it, or choose another folder.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_stop_can_leave_of_checkpoints_and_files_is_passed_over_and_cleared_away()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["straight"]);
        var run = new RunFolder(folder["run"]);
        Directory.CreateDirectory(run.Path);
        File.WriteAllText(run.ConfigFile + ".tmp", "{");
        SmallRuns.Train(run.Path, steps: 17);
        File.Delete(run.ConfigFile + ".tmp");
        foreach (var left in new[] { run.CheckpointFolder(15) + ".partial", run.CheckpointFolder(9) + ".old.partial" })
        {
            Directory.CreateDirectory(left);
            File.WriteAllText(Path.Combine(left, "weights.safetensors"), "half");
        }

        SmallRuns.Train(run.Path);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(run.Path));
    }

    [Fact]
    public void A_state_that_does_not_fit_its_folder_or_data_that_changed_is_refused()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["run"], steps: 12);
        var state = Path.Combine(new RunFolder(folder["run"]).CheckpointFolder(10), "state.json");
        var whole = File.ReadAllText(state);
        foreach (var (key, value) in new[] { ("\"step\": 10", "\"step\": -3"), ("\"seed\": 5", "\"seed\": 6"), ("\"position\": 60", "\"position\": 61") })
        {
            Assert.Contains(key, whole, StringComparison.Ordinal);
            File.WriteAllText(state, whole.Replace(key, value, StringComparison.Ordinal));
            Assert.Contains("the checkpoint is damaged", Assert.Throws<DataException>(() => SmallRuns.Train(folder["run"])).Message, StringComparison.Ordinal);
        }

        File.WriteAllText(state, whole.Replace("\"sourceCount\": 100", "\"sourceCount\": 99", StringComparison.Ordinal));
        Assert.Contains("the data has changed, 99 samples when the run was stopped and 100 now", Assert.Throws<DataException>(() => SmallRuns.Train(folder["run"])).Message, StringComparison.Ordinal);
    }
}

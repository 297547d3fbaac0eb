using DiffusionSharp.Data.Formats;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class StartedFromTests
{
    private static readonly RunConfig Second = SmallRuns.Pictures with { Seed = 9, Steps = 14, MoreEma = new Dictionary<string, EmaOptions> { ["slow"] = new(HalfLife: 10) } };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_run_killed_before_its_first_checkpoint_begins_again_with_the_weights_it_was_started_from()
    {
        using var folder = new TemporaryFolder();
        var from = First(folder);
        Run(Trainer.Start(Second, SmallRuns.Digits, folder["straight"], Machine.Single, from));
        Run(Trainer.Start(Second, SmallRuns.Digits, folder["killed"], Machine.Single, from), 3);
        Assert.Empty(new RunFolder(folder["killed"]).CheckpointSteps());
        Run(Trainer.Resume(Second, SmallRuns.Digits, folder["killed"], Machine.Single), 12);
        Run(Trainer.Resume(Second, SmallRuns.Digits, folder["killed"], Machine.Single));
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["killed"]));
        Assert.Equal("test, step 40", new RunFolder(folder["killed"]).ReadConfig().From);

        var memory = Trainer.Start(Second, SmallRuns.Digits, null, Machine.Single, from);
        Run(memory);
        Assert.Equal(SavedModel.Load(folder["straight"]).Weights.Memory.Span.ToArray(), memory.Model().Weights.Memory.Span.ToArray());
    }

    [Fact]
    public void Weights_and_averages_begin_as_those_of_the_model()
    {
        using var folder = new TemporaryFolder();
        var from = First(folder);
        var still = Second with { Optimizer = new AdamOptions(Rate: 1e-30), WarmupSteps = 0, Steps = 1 };
        Run(Trainer.Start(still, SmallRuns.Digits, folder["still"], Machine.Single, from));
        foreach (var name in new[] { "raw", "ema", "slow" }) Assert.Equal(from.Weights.Memory.Span.ToArray(), SavedModel.Load(folder["still"], name).Weights.Memory.Span.ToArray());
    }

    [Fact]
    public void Another_network_is_refused_by_the_first_parameter_that_differs()
    {
        using var folder = new TemporaryFolder();
        var from = First(folder);
        var wider = Second with { UNet = Second.UNet! with { Channels = [8, 24] } };
        var error = Assert.Throws<ArgumentException>(() => Trainer.Start(wider, SmallRuns.Digits, folder["wider"], Machine.Single, from));
        Assert.Matches(@"^from: its network is another: the parameter 'down_blocks\.\S+' has shape \[.+\] there and \[.+\] here; start from a model of the same network\.$", error.Message);
        var deeper = Second with { UNet = Second.UNet! with { LayersPerBlock = 2 } };
        Assert.Contains("is missing there", Assert.Throws<ArgumentException>(() => Trainer.Start(deeper, SmallRuns.Digits, null, Machine.Single, from)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["wider"]));
    }

    [Fact]
    public void A_configuration_that_says_from_needs_the_model_and_its_start_file()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no model is given", Assert.Throws<ArgumentException>(() => Trainer.Start(Second with { From = "photos" }, SmallRuns.Digits, null, Machine.Single)).Message, StringComparison.Ordinal);
        Run(Trainer.Start(Second with { From = "photos" }, SmallRuns.Digits, folder["run"], Machine.Single, First(folder)), 2);
        Assert.Equal("photos", new RunFolder(folder["run"]).ReadConfig().From);
        Assert.Contains("from: \"photos\", \"faces\"", Assert.Throws<DataException>(() => Trainer.Resume(Second with { From = "faces" }, SmallRuns.Digits, folder["run"], Machine.Single)).Message, StringComparison.Ordinal);
        File.Delete(folder["run/start.safetensors"]);
        Assert.Contains("start.safetensors was not found", Assert.Throws<DataException>(() => Trainer.Resume(Second, SmallRuns.Digits, folder["run"], Machine.Single)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_that_ended_before_its_configuration_was_written_can_be_made_again()
    {
        using var folder = new TemporaryFolder();
        var from = First(folder);
        Run(Trainer.Start(Second, SmallRuns.Digits, folder["run"], Machine.Single, from), 1);
        File.Delete(folder["run/config.json"]);
        File.Delete(folder["run/metrics.jsonl"]);
        Run(Trainer.Start(Second, SmallRuns.Digits, folder["run"], Machine.Single, from), 1);

        // A file of that name that is not of a start is somebody's.
        Directory.CreateDirectory(folder["theirs"]);
        SafetensorsFile.Write(folder["theirs/start.safetensors"], from.Weights.Export());
        Assert.Contains("the folder is not empty", Assert.Throws<DataException>(() => Trainer.Start(Second, SmallRuns.Digits, folder["theirs"], Machine.Single, from)).Message, StringComparison.Ordinal);
    }

    private static TrainedModel First(TemporaryFolder folder)
    {
        if (!Directory.Exists(folder["first"])) SmallRuns.Train(folder["first"]);
        return SavedModel.Load(folder["first"]);
    }

    private static void Run(Trainer trainer, int? steps = null)
    {
        foreach (var _ in trainer.Run(TimeProvider.System, Token).Take(steps ?? int.MaxValue))
        {
        }
    }
}

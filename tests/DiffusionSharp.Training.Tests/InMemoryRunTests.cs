using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class InMemoryRunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_run_without_a_folder_has_the_weights_of_one_with_a_folder_byte_for_byte_and_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["run"]);
        var trainer = Trainer.Start(SmallRuns.Pictures, SmallRuns.Digits, null, Machine.Single);
        var activities = new List<TrainingActivity>();
        foreach (var progress in trainer.Run(TimeProvider.System, Token, activities.Add))
        {
            Assert.Null(progress.Sheet);
            Assert.Null(progress.Checkpoint);
        }

        Assert.Empty(activities);
        Assert.Null(trainer.DrawMissingSheet(Token));
        Assert.Equal(SavedModel.Load(folder["run"]).Weights.Memory.Span.ToArray(), trainer.Model().Weights.Memory.Span.ToArray());
    }

    [Fact]
    public void A_flat_loss_is_judged_from_the_lines_in_memory()
    {
        using var folder = new TemporaryFolder();
        var idle = SmallRuns.Pictures with { Optimizer = new AdamOptions(Rate: 1e-12), Steps = 210, LogEvery = 10, SampleEvery = 0, CheckpointEvery = 1000, Flip = false };
        var written = Trainer.Start(idle, SmallRuns.Digits, folder["run"], Machine.Single).Run(TimeProvider.System, Token).Select(p => p.Warning).ToList();
        var remembered = Trainer.Start(idle, SmallRuns.Digits, null, Machine.Single).Run(TimeProvider.System, Token).Select(p => p.Warning).ToList();
        Assert.Contains(written, w => w is { Kind: TrainingWarningKind.FlatLoss });
        Assert.Equal(written, remembered);
    }

    [Fact]
    public void A_run_without_a_folder_that_diverges_says_so_and_names_no_checkpoint()
    {
        var wild = SmallRuns.Pictures with { Optimizer = new AdamOptions(Rate: 1e18), WarmupSteps = 0 };
        var trainer = Trainer.Start(wild, SmallRuns.Digits, null, Machine.Single);
        var error = Assert.Throws<DivergedException>(() => trainer.Run(TimeProvider.System, Token).Last());
        Assert.Contains("the run is in memory alone and keeps no checkpoints. Begin a new run with a lower learning rate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_steps_of_a_trainer_are_enumerated_once()
    {
        var steps = Trainer.Start(SmallRuns.Pictures, SmallRuns.Digits, null, Machine.Single).Run(TimeProvider.System, Token);
        Assert.Equal(1, steps.First().Step);
        Assert.Contains("its steps were enumerated before, and its weights have moved on", Assert.Throws<InvalidOperationException>(() => steps.First()).Message, StringComparison.Ordinal);
    }
}

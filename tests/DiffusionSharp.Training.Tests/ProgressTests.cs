using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class ProgressTests
{
    // A sample takes a second to read and nothing else takes any time.
    private const int Batch = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Samples_a_second_and_the_time_left_follow_from_what_steps_took()
    {
        var clock = new ImpatientClock();
        var trainer = Trainer.Start(SmallRuns.Pictures, new WatchedSource(SmallRuns.Digits, _ => clock.Move(1)), null, Machine.Single);
        foreach (var progress in trainer.Run(clock, Token))
        {
            Assert.Equal(1, progress.SamplesPerSecond, 1e-9);
            Assert.Equal((40 - progress.Step) * Batch, progress.SecondsLeft, 1e-6);
        }
    }

    [Fact]
    public void Checkpoints_and_sheets_still_to_come_count_as_long_as_the_last_one_took()
    {
        using var folder = new TemporaryFolder();
        var clock = new ImpatientClock();
        var config = SmallRuns.Pictures with { Steps = 24, SampleEvery = 8, CheckpointEvery = 6 };
        var trainer = Trainer.Start(config, new WatchedSource(SmallRuns.Digits, _ => clock.Move(1)), folder["run"], Machine.Single);

        // A checkpoint takes 100 seconds and a sheet 1000; they are written after 6, 8, 12, 16, 18 and 24, and drawn after 8, 16 and 24.
        void Watch(TrainingActivity activity)
        {
            if (activity.Done == activity.Total) clock.Move(activity.Kind == TrainingActivityKind.Checkpoint ? 100 : 1000);
        }

        var left = trainer.Run(clock, Token, Watch).Select(p => p.SecondsLeft).ToArray();
        Assert.Equal(19 * Batch, left[4], 1e-6);
        Assert.Equal((18 * Batch) + (5 * 100), left[5], 1e-6);
        Assert.Equal((16 * Batch) + (4 * 100) + (2 * 1000), left[7], 1e-6);
        Assert.Equal((7 * Batch) + (2 * 100) + 1000, left[16], 1e-6);
        Assert.Equal((6 * Batch) + 100 + 1000, left[17], 1e-6);
        Assert.Equal(0, left[23], 1e-6);
    }

    [Fact]
    public void A_checkpoint_and_a_sheet_are_told_of_before_and_while_they_are_made()
    {
        using var folder = new TemporaryFolder();
        var config = SmallRuns.Pictures with { Steps = 10, CheckpointEvery = 5, SampleEvery = 0, SampleCount = 40 };
        var told = new List<TrainingActivity>();
        foreach (var progress in Trainer.Start(config, SmallRuns.Digits, folder["run"], Machine.Single).Run(TimeProvider.System, Token, told.Add))
        {
            if (progress.Step == 5) Assert.Equal(Whole(TrainingActivityKind.Checkpoint, 4), told);
        }

        // 40 pictures of a sheet are two batches of four steps.
        Assert.Equal([.. Whole(TrainingActivityKind.Checkpoint, 4), .. Whole(TrainingActivityKind.Checkpoint, 4), .. Whole(TrainingActivityKind.Sheet, 8)], told);
    }

    [Fact]
    public void A_sheet_of_langevin_dynamics_is_told_of_to_its_end()
    {
        using var folder = new TemporaryFolder();
        var config = new RunConfig("points", "test") { Mlp = new(2, Width: 8, Layers: 1, TimeFeatures: 4), Schedule = new GeometricScheduleConfig(SigmaMin: 0.01, SigmaMax: 1, Levels: 3), Prediction = Denoisers.Prediction.Noise, Steps = 1, Batch = 4, SampleSteps = 3 };
        var told = new List<TrainingActivity>();
        foreach (var _ in Trainer.Start(config, Data.Sources.PointSource.Create("two-modes", 100), folder["run"], Machine.Single).Run(TimeProvider.System, Token, told.Add))
        {
        }

        var sheet = told.Where(t => t.Kind == TrainingActivityKind.Sheet).ToList();
        Assert.Equal(Whole(TrainingActivityKind.Sheet, (2 * 3) + 2), sheet);
    }

    [Fact]
    public void Seconds_go_on_over_a_resume()
    {
        using var folder = new TemporaryFolder();
        var clock = new ImpatientClock();
        var config = SmallRuns.Pictures with { Steps = 20, CheckpointEvery = 10, LogEvery = 4, SampleEvery = 0 };
        var source = new WatchedSource(SmallRuns.Digits, _ => clock.Move(1));
        foreach (var _ in Trainer.Start(config, source, folder["run"], Machine.Single).Run(clock, Token).Take(13))
        {
        }

        clock.Move(3600);
        foreach (var _ in Trainer.Resume(config, source, folder["run"], Machine.Single).Run(clock, Token))
        {
        }

        // Killed after step 13, resumed at 10; the line of step 8 is the last before, and what came between it and the checkpoint is not counted.
        double[] expected = [4 * Batch, 8 * Batch, (8 + 2) * Batch, (8 + 6) * Batch, (8 + 10) * Batch];
        Assert.Equal(expected, MetricsLog.Read(folder["run/metrics.jsonl"]).Select(l => Math.Round(l.Seconds, 6)));
    }

    private static IEnumerable<TrainingActivity> Whole(TrainingActivityKind kind, int total) => Enumerable.Range(0, total + 1).Select(done => new TrainingActivity(kind, done, total));
}

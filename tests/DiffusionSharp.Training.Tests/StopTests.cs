using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Training.Tests;

public sealed class StopTests
{
    private static readonly RunConfig Whole = SmallRuns.Pictures with { SampleEvery = 0 };

    // Parts of two samples, levels by the losses of the steps before.
    private static readonly RunConfig Parts = Whole with { Accumulate = 3, Levels = new LevelConfig(LevelDistribution.Importance, History: 1), Schedule = new LinearScheduleConfig(Levels: 8), SampleSteps = 4 };

    public static TheoryData<int, bool> Reads => new()
    {
        { (12 * 6) + 1, false },
        { (12 * 6) + 1, true },
        { (12 * 6) + 4, true },
        { (12 * 6) + 6, true },
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public void A_step_that_a_stop_leaves_has_not_been_and_the_run_goes_on_to_the_same_bytes(int read, bool parts)
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var config = parts ? Parts : Whole;
        SmallRuns.Train(folder["straight"], config: config);
        var source = new WatchedSource(SmallRuns.Digits, r => Cancel(stop, r == read));
        var last = Trainer.Start(config, source, folder["stopped"], Machine.Single).Run(new ImpatientClock(), stop.Token).Last();
        Assert.Equal((12, null), (last.Step, last.Checkpoint));
        Assert.Equal([10, 12], new RunFolder(folder["stopped"]).CheckpointSteps());
        SmallRuns.Train(folder["stopped"], config: config);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["stopped"]));
    }

    [Fact]
    public void A_stop_in_the_first_step_ends_the_run_without_a_checkpoint_and_it_begins_again()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var source = new WatchedSource(SmallRuns.Digits, r => Cancel(stop, r == 3));
        Assert.Empty(Trainer.Start(Whole, source, folder["stopped"], Machine.Single).Run(new ImpatientClock(), stop.Token));
        Assert.Empty(new RunFolder(folder["stopped"]).CheckpointSteps());
        SmallRuns.Train(folder["stopped"], config: Whole);
        SmallRuns.Train(folder["straight"], config: Whole);
        Assert.Equal(SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["stopped"]));
    }

    [Fact]
    public void A_step_left_right_after_a_checkpoint_writes_no_other()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var told = new List<TrainingActivity>();
        var source = new WatchedSource(SmallRuns.Digits, r => Cancel(stop, r == (10 * 6) + 1));
        Assert.Equal(10, Trainer.Start(Whole, source, folder["run"], Machine.Single).Run(new ImpatientClock(), stop.Token, told.Add).Last().Step);
        Assert.Single(told, t => t.Done == t.Total);
    }

    [Fact]
    public void A_run_in_memory_that_is_stopped_has_the_average_of_its_last_whole_step()
    {
        using var stop = new CancellationTokenSource();
        var source = new WatchedSource(SmallRuns.Digits, r => Cancel(stop, r == (12 * 6) + 2));
        var stopped = Trainer.Start(Whole, source, null, Machine.Single);
        Assert.Equal(12, stopped.Run(new ImpatientClock(), stop.Token).Last().Step);
        var loop = new TrainingLoop(Whole, SmallRuns.Digits, Machine.Single);
        for (var step = 0; step < 12; step++) loop.Step(step);
        Assert.Equal(loop.Average.Memory.Span.ToArray(), stopped.Model().Weights.Memory.Span.ToArray());
    }

    [Fact]
    public void A_step_that_ends_within_the_grace_is_kept()
    {
        // Timers of a clock that stands still never ring.
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var source = new WatchedSource(SmallRuns.Digits, r => Cancel(stop, r == (12 * 6) + 1));
        var last = Trainer.Start(Whole, source, folder["run"], Machine.Single).Run(new PatientClock(), stop.Token).Last();
        Assert.Equal((13, new RunFolder(folder["run"]).CheckpointFolder(13)), (last.Step, last.Checkpoint));
    }

    [Fact]
    public void A_network_is_stopped_between_two_passes_and_can_be_asked_again()
    {
        using var stop = new CancellationTokenSource();
        var model = Trainer.Start(Whole, SmallRuns.Digits, null, Machine.Single).Model();
        var network = model.Network(2, Machine.Single);
        var x = new Rng(1).Normal([2, 8, 8, 1]).ToFloat();
        network.Stop = stop.Token;
        var before = network.Evaluate(x, [1, 2], []).Values.ToArray();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => network.Evaluate(x, [1, 2], []));
        Assert.Throws<OperationCanceledException>(() => network.VectorJacobian(x, [1, 2], [], x));
        Assert.Equal(1, network.Calls);
        network.Stop = CancellationToken.None;
        Assert.Equal(before, network.Evaluate(x, [1, 2], []).Values.ToArray());
    }

    [Fact]
    public void A_sampling_job_that_is_stopped_throws_and_asks_no_more()
    {
        using var stop = new CancellationTokenSource();
        var model = Trainer.Start(Whole, SmallRuns.Digits, null, Machine.Single).Model();
        var job = new SamplingJob(model, new DdimSampler(model.Schedule, Timesteps.Leading(1000, 4)), 4, Seed: 1) { Stop = stop.Token };
        var steps = 0;
        Assert.Throws<OperationCanceledException>(() => job.Run(Machine.Single, (_, _) => Cancel(stop, ++steps == 2)));
        Assert.Equal(2, steps);
    }

    private static void Cancel(CancellationTokenSource stop, bool now)
    {
        if (now) stop.Cancel();
    }

    private sealed class PatientClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}

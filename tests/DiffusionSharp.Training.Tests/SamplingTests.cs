using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class SamplingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_sample_of_a_network_depends_on_the_seed_and_its_number_alone_however_the_batch_is_cut(int batch)
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["run"], steps: 10);
        var model = SavedModel.Load(folder["run"]);
        Sampler sampler = new DdpmSampler(model.Schedule, Timesteps.Trailing(1000, 5));
        var whole = new SamplingJob(model, sampler, 7, Seed: 4).Run(Machine.Single).Samples;
        using var threads = new Parallelism(3);
        var cut = new SamplingJob(model, sampler, 7, Seed: 4, LargestBatch: batch).Run(Machine.On(threads)).Samples;
        Assert.Equal(whole.Values.ToArray(), cut.Values.ToArray());
    }

    [Fact]
    public void After_warm_up_a_training_step_allocates_nothing_that_grows_with_it()
    {
        using var folder = new TemporaryFolder();
        var config = SmallRuns.Pictures with { SampleEvery = 0, LogEvery = 1000, CheckpointEvery = 1000, Steps = 1000, WarmupSteps = 10 };
        long before = 0;
        foreach (var progress in Trainer.Start(config, SmallRuns.Digits, folder["run"], Machine.Single).Run(TimeProvider.System, TestContext.Current.CancellationToken))
        {
            if (progress.Step == 100) before = GC.GetAllocatedBytesForCurrentThread();
            if (progress.Step < 120) continue;
            // The record that tells the caller of the step is all there is: it is theirs to keep.
            Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 20, 0, 128);
            break;
        }
    }
}

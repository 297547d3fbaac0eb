using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class DivergenceTests
{
    [Fact]
    public void A_loss_that_is_not_finite_stops_the_run_names_the_place_and_keeps_the_last_good_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var wild = SmallRuns.Pictures with { Optimizer = new AdamOptions(Rate: 1e18), CheckpointEvery = 1, SampleEvery = 0, WarmupSteps = 0 };
        var error = Assert.Throws<DivergedException>(() => SmallRuns.Train(folder["run"], config: wild));
        Assert.Matches(@"^step \d+: the (loss|gradient) is not finite; the first such value arose in .+; the checkpoint of step \d+ is whole and can be sampled\.", error.Message);

        var kept = new RunFolder(folder["run"]).CheckpointSteps()[^1];
        foreach (var file in new[] { "weights", "ema", "optimizer" })
        {
            using var tensors = Data.Formats.SafetensorsFile.Open(Path.Combine(new RunFolder(folder["run"]).CheckpointFolder(kept), file + ".safetensors"));
            foreach (var name in tensors.Names) Assert.True(Tensor.From(tensors.Read(name)).IsFinite(), name);
        }

        Assert.Null(MetricsLog.Read(folder["run/metrics.jsonl"])[^1].Loss);
    }
}

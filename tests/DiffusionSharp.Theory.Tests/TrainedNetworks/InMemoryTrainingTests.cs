using DiffusionSharp.Denoisers;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.TrainedNetworks;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Theory.Tests.TrainedNetworks;

public sealed class InMemoryTrainingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Its_weights_are_bit_for_bit_those_of_a_run(int threads)
    {
        var config = new RunConfig("points", "test")
        {
            Mlp = new MlpOptions(Dimensions: 2, Width: 16, Layers: 2, TimeFeatures: 8),
            Schedule = ScheduleConfig.VpLinear,
            Prediction = Prediction.Velocity,
            Steps = 12,
            Batch = 8,
            Seed = 5,
            Optimizer = new AdamOptions(Rate: 1e-2, ClipNorm: 1),
            RateCurve = RateCurve.Cosine,
            WarmupSteps = 3,
            Ema = new EmaOptions(MaxDecay: 0.9),
            SampleEvery = 0,
        };
        var source = new TensorSource("points", new Rng(7).Normal([50, 2]));
        var folder = Directory.CreateTempSubdirectory("diffusionsharp-");
        try
        {
            var path = Path.Combine(folder.FullName, "run");
            foreach (var _ in Trainer.Start(config, source, path, Executors.Cpu(Parallelism.Single)).Run(TimeProvider.System, TestContext.Current.CancellationToken))
            {
            }

            using var parallelism = new Parallelism(threads);
            var (model, losses) = InMemoryTraining.Run(config, source, Executors.Cpu(parallelism), TestContext.Current.CancellationToken);
            var expected = SavedModel.Load(path).Weights;
            Assert.Equal(config.Steps, losses.Length);
            foreach (var entry in expected.Layout.Entries) Assert.Equal(expected[entry.Name].ToArray(), model.Weights[entry.Name].ToArray());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

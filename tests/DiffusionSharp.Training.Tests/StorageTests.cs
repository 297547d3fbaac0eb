using DiffusionSharp.Data.Formats;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Samplers;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Training.Tests;

public sealed class StorageTests
{
    private static readonly RunConfig Everything = SmallRuns.Pictures with
    {
        Accumulate = 3,
        Ema = new EmaOptions(HalfLife: 6, RampUp: 0.2),
        MoreEma = new Dictionary<string, EmaOptions> { ["slow"] = new(HalfLife: 30), ["classic"] = new(MaxDecay: 0.95) },
        Storage = WeightStorage.Float16,
        Schedule = new CosineScheduleConfig(Levels: 6),
        Levels = new LevelConfig(LevelDistribution.Importance, History: 2),
    };

    private static readonly RunConfig Fourier = SmallRuns.Pictures with
    {
        UNet = SmallRuns.Pictures.UNet! with { TimeEmbedding = TimeEmbeddingKind.Fourier },
        Schedule = ScheduleConfig.VeGeometric,
        Prediction = Prediction.Score,
        Steps = 4,
        SampleEvery = 0,
        WarmupSteps = 0,
    };

    [Fact]
    public void Parts_averages_half_life_sixteen_bits_dropout_and_importance_resume_to_the_same_bytes_at_any_number_of_threads()
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["straight"], config: Everything);
        SmallRuns.Train(folder["killed"], steps: 17, threads: 3, config: Everything);
        File.AppendAllText(folder["killed/metrics.jsonl"], "{\"step\":18,\"lo");
        SmallRuns.Train(folder["killed"], steps: 16, threads: 2, config: Everything);
        SmallRuns.Train(folder["killed"], config: Everything);
        var files = SmallRuns.Fingerprint(folder["straight"]);
        Assert.Equal(files, SmallRuns.Fingerprint(folder["killed"]));
        foreach (var name in new[] { "weights", "ema", "ema-slow", "ema-classic", "training", "optimizer", "levels" }) Assert.Contains($"checkpoints/step-00000040/{name}.safetensors", files.Keys);
    }

    [Theory]
    [InlineData(WeightStorage.Float16, StorageType.F16, 1 / 2048.0)]
    [InlineData(WeightStorage.Bfloat16, StorageType.BF16, 1 / 256.0)]
    public void Training_does_not_depend_on_storage_and_samples_of_sixteen_bits_differ_little(WeightStorage storage, StorageType type, double unit)
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["whole"], config: SmallRuns.Pictures);
        SmallRuns.Train(folder["half"], steps: 25, config: SmallRuns.Pictures with { Storage = storage });
        SmallRuns.Train(folder["half"], config: SmallRuns.Pictures with { Storage = storage });
        var (whole, half) = (SavedModel.Load(folder["whole"]), SavedModel.Load(folder["half"]));
        foreach (var (exact, rounded) in whole.Weights.Memory.Span.ToArray().Zip(half.Weights.Memory.Span.ToArray()))
            Assert.True(Math.Abs(exact - rounded) <= (unit * Math.Abs(exact)) + Math.Pow(2, -25), $"{exact} became {rounded}.");
        Assert.NotEqual(whole.Weights.Memory.Span.ToArray(), half.Weights.Memory.Span.ToArray());

        var checkpoint = new RunFolder(folder["half"]).CheckpointFolder(40);
        using (var file = SafetensorsFile.Open(Path.Combine(checkpoint, "ema.safetensors"))) Assert.All(file.Entries, e => Assert.Equal(type, e.Type));
        using (var file = SafetensorsFile.Open(Path.Combine(checkpoint, "training.safetensors")))
            foreach (var entry in whole.Weights.Layout.Entries) Assert.Equal(whole.Weights[entry.Name].ToArray(), file.Read("ema." + entry.Name).Values.ToArray());
        Assert.False(File.Exists(Path.Combine(new RunFolder(folder["whole"]).CheckpointFolder(40), "training.safetensors")));
        Assert.True(new FileInfo(Path.Combine(checkpoint, "ema.safetensors")).Length < 0.7 * new FileInfo(Path.Combine(new RunFolder(folder["whole"]).CheckpointFolder(40), "ema.safetensors")).Length);

        var (a, b) = (Samples(whole), Samples(half));
        var largest = Enumerable.Range(0, a.Length).Max(i => Math.Abs(a[i] - b[i]));
        Assert.InRange(largest, 1e-9, 20 * unit);
    }

    [Fact]
    public void Frequencies_that_are_never_trained_keep_every_bit_in_sixteen_bits()
    {
        using var folder = new TemporaryFolder();
        var config = Fourier with { Storage = WeightStorage.Bfloat16 };
        SmallRuns.Train(folder["run"], config: config);
        var stored = SavedModel.Load(folder["run"]);
        var exact = new TrainingLoop(config, SmallRuns.Digits, Machine.Single).Weights;
        var names = exact.Layout.Entries.Where(e => !e.Trained).Select(e => e.Name).ToList();
        Assert.Equal(["time_proj.weight"], names);
        Assert.Equal(exact[names[0]].ToArray(), stored.Weights[names[0]].ToArray());

        using var file = SafetensorsFile.Open(Path.Combine(new RunFolder(folder["run"]).CheckpointFolder(4), "ema.safetensors"));
        Assert.All(file.Entries, e => Assert.Equal(names.Contains(e.Name) ? StorageType.F32 : StorageType.BF16, e.Type));
        Assert.All(file.Entries, e => Assert.Equal(0, e.Begin % (e.Type == StorageType.F32 ? 4 : 2)));
        var trainer = Trainer.Resume(config, SmallRuns.Digits, folder["run"], Machine.Single);
        Assert.Equal((exact.Layout.Count - exact[names[0]].Length, exact.Layout.Count), (trainer.Parameters, trainer.KeptParameters));
    }

    [Theory]
    [InlineData(WeightStorage.Float32)]
    [InlineData(WeightStorage.Bfloat16)]
    public void A_run_goes_on_in_another_storage_to_the_same_bytes(WeightStorage other)
    {
        using var folder = new TemporaryFolder();
        SmallRuns.Train(folder["straight"], config: Everything with { Storage = other });
        SmallRuns.Train(folder["changed"], steps: 17, config: Everything);
        SmallRuns.Train(folder["changed"], config: Everything with { Storage = other });
        Assert.Equal(other, new RunFolder(folder["changed"]).ReadConfig().Storage);
        var (straight, changed) = (SmallRuns.Fingerprint(folder["straight"]), SmallRuns.Fingerprint(folder["changed"]));
        Assert.All(straight.Where(f => f.Key.StartsWith("checkpoints/step-00000040", StringComparison.Ordinal)), f => Assert.Equal(f.Value, changed[f.Key]));
        Assert.Equal(other == WeightStorage.Bfloat16, changed.ContainsKey("checkpoints/step-00000040/training.safetensors"));
    }

    private static double[] Samples(TrainedModel model)
    {
        var grid = model.Schedule.Grid(5);
        return new SamplingJob(model, new DdimSampler(model.Schedule, grid), 4, 1).Run(Machine.Single).Samples.Values.ToArray();
    }
}

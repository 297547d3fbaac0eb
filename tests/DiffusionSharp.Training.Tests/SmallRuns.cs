using DiffusionSharp.Data.Sources;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

/// <summary>Runs of seconds: a U-Net of a few thousand weights on drawn digits of 8×8 pixels, every random part of training in use.</summary>
internal static class SmallRuns
{
    public static DataSource Digits { get; } = new DigitsSource(count: 100, seed: 3, size: 8);

    public static RunConfig Pictures { get; } = new("digits", "test")
    {
        UNet = new UNet2DOptions
        {
            SampleSize = 8,
            InChannels = 1,
            OutChannels = 1,
            Channels = [8, 16],
            DownBlocks = [BlockKind.Plain, BlockKind.Attention],
            UpBlocks = [BlockKind.Attention, BlockKind.Plain],
            LayersPerBlock = 1,
            NormGroups = 4,
            HeadWidth = 8,
            Dropout = 0.1,
        },
        Prediction = Prediction.Velocity,
        Steps = 40,
        Batch = 6,
        Seed = 5,
        Optimizer = new AdamOptions(Rate: 1e-3, WeightDecay: 0.01, ClipNorm: 1),
        RateCurve = RateCurve.Cosine,
        WarmupSteps = 4,
        Ema = new EmaOptions(MaxDecay: 0.95),
        Flip = true,
        LogEvery = 7,
        SampleEvery = 15,
        SampleCount = 5,
        SampleSteps = 4,
        CheckpointEvery = 10,
        KeepCheckpoints = 3,
    };

    /// <summary>Every file of a run that must be the same, with wall times struck out of the metrics.</summary>
    public static IReadOnlyDictionary<string, string> Fingerprint(string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, path);
            files[name] = name == "metrics.jsonl"
                ? string.Join('\n', MetricsLog.Read(path).Select(l => l with { SamplesPerSecond = 0, Seconds = 0 }))
                : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));
        }

        return files;
    }

    /// <summary>Trains to the end, or for some steps and then no more, as a killed process would.</summary>
    public static void Train(string folder, int? steps = null, int threads = 1, RunConfig? config = null)
    {
        using var parallelism = new Parallelism(threads);
        var asked = config ?? Pictures;
        var trainer = new RunFolder(folder).Exists ? Trainer.Resume(asked, Digits, folder, Machine.On(parallelism)) : Trainer.Start(asked, Digits, folder, Machine.On(parallelism));
        foreach (var _ in trainer.Run(TimeProvider.System).Take(steps ?? int.MaxValue))
        {
        }
    }
}

using DiffusionSharp.Denoisers;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Tests;

/// <summary>Configurations that train in a second, and trained runs that tests share.</summary>
public sealed class SmallRuns : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Lazy<string> points;
    private readonly Lazy<string> pictures;

    public SmallRuns()
    {
        points = new Lazy<string>(() => Train(Points, "points"));
        pictures = new Lazy<string>(() => Train(Pictures, "pictures"));
    }

    public static RunConfig Points { get; } = new("moons", "test")
    {
        Mlp = new MlpOptions(2, Width: 16, Layers: 2, TimeFeatures: 16),
        Steps = 12,
        Batch = 16,
        Seed = 7,
        LogEvery = 4,
        SampleSteps = 5,
        CheckpointEvery = 4,
    };

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
        },
        Prediction = Prediction.Velocity,
        Steps = 6,
        Batch = 4,
        Optimizer = new AdamOptions(Rate: 1e-3, ClipNorm: 1),
        Size = 8,
        SampleCount = 4,
        SampleSteps = 3,
        CheckpointEvery = 3,
    };

    /// <summary>A trained run of points.</summary>
    public string PointsRun => points.Value;

    /// <summary>A trained run of 8×8 pictures.</summary>
    public string PicturesRun => pictures.Value;

    /// <summary>The files of a run by name and content, with wall times struck out of the metrics.</summary>
    public static IReadOnlyDictionary<string, string> Fingerprint(string run)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(run, path);
            files[name] = name == "metrics.jsonl"
                ? string.Join('\n', MetricsLog.Read(path).Select(l => l with { SamplesPerSecond = 0, Seconds = 0 }))
                : Convert.ToHexString(File.ReadAllBytes(path));
        }

        return files;
    }

    public void Dispose() => folder.Dispose();

    private string Train(RunConfig config, string name)
    {
        Diffusion.Succeed("train", "--config", folder.Write($"{name}.json", ConfigJson.Write(config)), "--out", folder[name]);
        return folder[name];
    }
}

using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Tests;

/// <summary>Models that train in a moment.</summary>
internal static class SmallModels
{
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
        Steps = 6,
        Batch = 4,
        Optimizer = new AdamOptions(Rate: 1e-3),
        SampleCount = 4,
        SampleSteps = 3,
        CheckpointEvery = 3,
    };

    public static RunConfig Points { get; } = new("moons", "test") { Mlp = new MlpOptions(2, Width: 16, Layers: 2, TimeFeatures: 16), Steps = 12, Batch = 16, SampleSteps = 5, CheckpointEvery = 4 };

    public static DataSource Digits { get; } = DataSource.Open("digits", new DataSourceOptions(Size: 8, Count: 40));

    public static DataSource Moons { get; } = DataSource.Open("moons", new DataSourceOptions(Count: 200));

    /// <summary>Points, unconditional.</summary>
    public static DiffusionModel TrainPoints(string? folder = null, int? steps = null) => DiffusionModel.Train(Moons, folder, steps, new TrainOptions { Config = Points, Threads = 1 });

    /// <summary>Digits with their classes.</summary>
    public static DiffusionModel TrainDigits(string? folder = null, double? dropout = null) =>
        DiffusionModel.Train(Digits, folder, options: new TrainOptions { Config = Pictures, Conditional = true, LabelDropout = dropout, Threads = 1 });
}

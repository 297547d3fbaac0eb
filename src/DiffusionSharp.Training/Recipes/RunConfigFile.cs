using DiffusionSharp.Networks;

namespace DiffusionSharp.Training.Recipes;

/// <summary>A run's configuration in a file: flat, whatever is grouped in the program, so that who writes one by hand names a key and nothing else.</summary>
internal static class RunConfigFile
{
    /// <summary>The keys in the order in which they are written.</summary>
    public static IReadOnlyList<DraftKey<RunConfig>> Keys { get; } =
    [
        new DraftKey<RunConfig, string>("data", c => c.Data, (c, v) => c with { Data = v }) { IsNeeded = true },
        new DraftKey<RunConfig, string>("preset", c => c.Preset, (c, v) => c with { Preset = v }) { IsNeeded = true },
        Key("uNet", c => c.UNet is null ? null : new Draft<UNet2DOptions>(c.UNet), (c, v) => c with { UNet = v?.Value }),
        Key("mlp", c => c.Mlp, (c, v) => c with { Mlp = v }),
        Key("schedule", c => c.Schedule, (c, v) => c with { Schedule = v }),
        Key("prediction", c => c.Prediction, (c, v) => c with { Prediction = v }),
        Key("weighting", c => c.Weighting, (c, v) => c with { Weighting = v }),
        Key("steps", c => c.Steps, (c, v) => c with { Steps = v }),
        Key("batch", c => c.Batch, (c, v) => c with { Batch = v }),
        Key("seed", c => c.Seed, (c, v) => c with { Seed = v }),
        Key("optimizer", c => c.Optimizer, (c, v) => c with { Optimizer = v }),
        Key("rateCurve", c => c.RateCurve, (c, v) => c with { RateCurve = v }),
        Key("warmupSteps", c => c.WarmupSteps, (c, v) => c with { WarmupSteps = v }),
        Key("ema", c => c.Ema, (c, v) => c with { Ema = v }),
        Key("flip", c => c.Flip, (c, v) => c with { Flip = v }),
        Key("size", c => c.Size, (c, v) => c with { Size = v }),
        Key("channels", c => c.Channels, (c, v) => c with { Channels = v }),
        Key("logEvery", c => c.LogEvery, (c, v) => c with { LogEvery = v }),
        Key("sampleEvery", c => c.SampleEvery, (c, v) => c with { SampleEvery = v }),
        Key("sampleCount", c => c.SampleCount, (c, v) => c with { SampleCount = v }),
        Key("sampleSteps", c => c.SampleSteps, (c, v) => c with { SampleSteps = v }),
        Key("checkpointEvery", c => c.CheckpointEvery, (c, v) => c with { CheckpointEvery = v }),
        Key("keepCheckpoints", c => c.KeepCheckpoints, (c, v) => c with { KeepCheckpoints = v }),
        Key("precision", c => c.Precision, (c, v) => c with { Precision = v }),
        Key("gamma", c => c.Gamma, (c, v) => c with { Gamma = v }),
        Key("levels", c => c.Levels, (c, v) => c with { Levels = v }),
        Key("preconditioning", c => c.Preconditioning, (c, v) => c with { Preconditioning = v }),
        Key("learnedVariance", c => c.LearnedVariance, (c, v) => c with { LearnedVariance = v }),
        Key("conditioning", c => c.Conditioning, (c, v) => c with { Conditioning = v }),
        Key("accumulate", c => c.Accumulate, (c, v) => c with { Accumulate = v }),
        Key("moreEma", c => c.MoreEma, (c, v) => c with { MoreEma = v }),
        Key("storage", c => c.Storage, (c, v) => c with { Storage = v }),
        Key("ownNetwork", c => c.OwnNetwork, (c, v) => c with { OwnNetwork = v }),
        Key("from", c => c.From, (c, v) => c with { From = v }),
    ];

    private static DraftKey<RunConfig, T> Key<T>(string name, Func<RunConfig, T> get, Func<RunConfig, T, RunConfig> with) => new(name, get, with);
}

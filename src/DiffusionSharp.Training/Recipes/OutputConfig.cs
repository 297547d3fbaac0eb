namespace DiffusionSharp.Training.Recipes;

/// <summary>What a run writes while it goes, and how often.</summary>
/// <param name="LogEvery">Steps between lines of metrics.</param>
/// <param name="SampleEvery">Steps between sheets of samples; 0 gives only the last.</param>
/// <param name="SampleCount">Samples on a sheet.</param>
/// <param name="SampleSteps">DDIM steps of a sheet; where levels of σ are trained, how many of them annealed Langevin dynamics walks, at most all.</param>
/// <param name="CheckpointEvery">Steps between checkpoints; the last step always has one.</param>
/// <param name="KeepCheckpoints">How many of the newest stay, at least 1.</param>
/// <param name="Storage">Type of the weights in a checkpoint's files for sampling; training goes on from float32 whatever it is.</param>
public sealed record OutputConfig(
    int LogEvery = 10,
    int SampleEvery = 0,
    int SampleCount = 64,
    int SampleSteps = 50,
    int CheckpointEvery = 500,
    int KeepCheckpoints = 2,
    WeightStorage Storage = WeightStorage.Float32);

namespace DiffusionSharp;

/// <summary>How far sampling is.</summary>
/// <param name="Done">Steps done, over all batches.</param>
/// <param name="Total">Steps of all batches.</param>
public readonly record struct SamplingProgress(long Done, long Total);

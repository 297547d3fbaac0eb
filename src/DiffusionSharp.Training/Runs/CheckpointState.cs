namespace DiffusionSharp.Training.Runs;

/// <summary>What a checkpoint remembers beside tensors. Randomness is counter-based: seed and step are all of its state.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Seed">The run's.</param>
/// <param name="Position">Samples drawn from the data so far.</param>
/// <param name="SourceCount">Samples of the data; another number means another order.</param>
/// <param name="WindowLoss">Sum of the losses since the last line of metrics.</param>
/// <param name="WindowSteps">How many they are.</param>
public sealed record CheckpointState(int Step, ulong Seed, long Position, int SourceCount, double WindowLoss, int WindowSteps);

using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Training;

/// <summary>Memory of a run beside what its program allocates.</summary>
internal static class TrainingMemory
{
    // Weights, average, two moments; further averages beside them.
    private const int Buffers = 4;

    /// <summary>Bytes of weights, average and moments.</summary>
    public static long StateBytes(Trainer trainer) => (Buffers + (trainer.Config.MoreEma?.Count ?? 0)) * sizeof(float) * trainer.KeptParameters;
}

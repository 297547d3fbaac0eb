namespace DiffusionSharp.Training.Runs;

/// <summary>What a run does between two steps.</summary>
public enum TrainingActivityKind
{
    /// <summary>It writes a checkpoint.</summary>
    Checkpoint,

    /// <summary>It draws a sheet of samples.</summary>
    Sheet,
}

/// <summary>How far a run is with what it does between two steps.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Done">How much of it is done: 0 before it begins.</param>
/// <param name="Total">All of it: files of a checkpoint, steps of a sheet's sampler over all batches.</param>
public readonly record struct TrainingActivity(TrainingActivityKind Kind, int Done, int Total);

namespace DiffusionSharp;

/// <summary>What a run does before its first step and between two steps.</summary>
public enum TrainingActivityKind
{
    /// <summary>It opens the data.</summary>
    Data,

    /// <summary>It builds the network and reads what is to go on.</summary>
    Network,

    /// <summary>It writes a checkpoint.</summary>
    Checkpoint,

    /// <summary>It draws a sheet of samples.</summary>
    Sheet,
}

/// <summary>How far a run is with what it does beside its steps.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Done">How much of it is done: 0 before it begins.</param>
/// <param name="Total">All of it: files of a checkpoint, steps of a sheet's sampler over all batches; 1 of what is done at once.</param>
public readonly record struct TrainingActivity(TrainingActivityKind Kind, int Done, int Total);

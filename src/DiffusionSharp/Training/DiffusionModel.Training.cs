
namespace DiffusionSharp;

// From data to a model.
public sealed partial class DiffusionModel
{
    /// <summary>Trains a model; recipe and network are chosen by the data where nothing is said.</summary>
    /// <param name="data">What to train on.</param>
    /// <param name="folder">
    /// The run's folder: configuration, metrics, sheets of samples, checkpoints. A run of the same configuration that is there goes on where it
    /// stood. Null trains in memory and writes nothing.
    /// </param>
    /// <param name="steps">Optimizer steps in all, at least 1; null: the recipe's.</param>
    /// <param name="options">The rest; null: all by the data.</param>
    /// <param name="progress">Told after every step, on the thread that trains.</param>
    /// <param name="stop">Ends after the step in hand, or without it where it is long, with a checkpoint.</param>
    /// <returns>The model that the average of the weights makes.</returns>
    /// <exception cref="DataException">The data does not fit, or the folder holds something else.</exception>
    /// <exception cref="OptionException">Options do not fit each other or the data.</exception>
    /// <exception cref="DivergedException">A loss or gradient is not finite.</exception>
    /// <exception cref="TrainingStoppedException">It was stopped; nothing is lost.</exception>
    /// <exception cref="IOException">A file could not be written; the checkpoints before are whole.</exception>
    public static DiffusionModel Train(
        DataSource data,
        string? folder = null,
        int? steps = null,
        TrainOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken stop = default)
    {
        var run = TrainingRun.Prepare(data, folder, steps, options);
        foreach (var step in run.Steps(stop: stop)) progress?.Report(step);
        var done = run.Step;
        if (done >= run.Config.Steps) return run.Model();
        var how = (done, run.Folder, options?.Resume) switch
        {
            (0, _, _) => "nothing was done yet",
            (_, null, _) => "its model is in this exception",
            (_, _, false) => "go on with Resume = true",
            _ => "the same call goes on from its checkpoint",
        };
        var message = FormattableString.Invariant($"training was stopped at step {done:#,0} of {run.Config.Steps:#,0}; {how}.");
        throw new TrainingStoppedException(message, done, run.Checkpoint, done == 0 ? null : run.Model());
    }

    /// <summary>Trains on a thread of its own, so that none of the caller's waits: <see cref="Train"/>.</summary>
    /// <inheritdoc cref="Train"/>
    public static Task<DiffusionModel> TrainAsync(
        DataSource data,
        string? folder = null,
        int? steps = null,
        TrainOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken stop = default) =>
        OnOwnThread(() => Train(data, folder, steps, options, progress, stop), stop);
}

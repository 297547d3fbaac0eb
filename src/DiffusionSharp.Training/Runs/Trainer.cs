using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Training.Runs;

/// <summary>Trains a run: steps to enumerate, with metrics, sheets of samples and checkpoints as it goes; or in memory alone.</summary>
/// <remarks>
/// Same configuration, data and seed give the same bytes of weights, averages, moments, sheets and losses, at any number of threads,
/// with a folder or without, and whether or not the run was stopped at any instant and resumed.
/// </remarks>
public sealed partial class Trainer
{
    private readonly RunFolder? folder;
    private readonly DataSource source;
    private readonly Executor executor;
    private readonly TrainingLoop loop;
    private readonly CheckpointState start;
    private readonly int sourceCount;
    private bool begun;

    private Trainer(RunConfig config, DataSource source, RunFolder? folder, Executor executor, string? checkpoint)
    {
        (Config, this.folder, this.source, this.executor, sourceCount) = (config, folder, source, executor, source.Count);
        ConditioningRules.Check(config, source);
        loop = new TrainingLoop(config, source, executor);
        if (checkpoint is null)
        {
            start = new CheckpointState(0, config.Seed, 0, source.Count, 0, 0);
        }
        else
        {
            start = Checkpoint.ReadState(checkpoint);
            var ofFolder = start.Step >= 1 && start.Step <= config.Steps && folder?.CheckpointFolder(start.Step) == checkpoint;
            var ofRun = start.Seed == config.Seed && start.Position == (long)start.Step * config.Batch;
            if (!ofFolder || !ofRun || start.WindowSteps < 0 || !double.IsFinite(start.WindowLoss))
                throw new DataException($"{checkpoint}: the checkpoint is damaged: its state.json does not fit its folder or the run's configuration.");
            if (start.SourceCount != source.Count)
                throw new DataException(
                    $"{config.Data}: the data has changed, {start.SourceCount} samples when the run was stopped and {source.Count} now; "
                    + "a run is resumed on the data it began with.");
            Checkpoint.ReadTraining(checkpoint, config, loop.Weights, loop.State);
            if (loop.History is { } history) Checkpoint.ReadHistory(checkpoint, history);
        }

        Step = start.Step;
        Warnings = Known();
    }

    /// <summary>How it is trained.</summary>
    public RunConfig Config { get; }

    /// <summary>Steps done when this trainer was made.</summary>
    public int FirstStep => start.Step;

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>What was known against the run when this trainer was made: of its configuration, and of its losses where they had been judged.</summary>
    public IReadOnlyList<TrainingWarning> Warnings { get; }

    /// <summary>Numbers that are trained.</summary>
    public long Parameters => loop.Weights.Layout.Entries.Where(e => e.Trained).Sum(e => (long)e.Shape.Count);

    /// <summary>Numbers of the network that are kept, those that are never trained among them.</summary>
    public long KeptParameters => loop.Weights.Layout.Count;

    /// <summary>Bytes of activations, gradients and scratch.</summary>
    public long ArenaBytes => loop.Program.ArenaBytes;

    /// <summary>Begins a run in an empty or new folder, or in memory alone.</summary>
    /// <param name="config">How it is trained.</param>
    /// <param name="source">The data.</param>
    /// <param name="path">The run's folder; null: nothing is written, neither metrics nor sheets nor checkpoints.</param>
    /// <param name="executor">The machine; the precision is the configuration's.</param>
    /// <param name="from">The model whose weights it begins with, of the same network; null: they are drawn.</param>
    /// <exception cref="DataException">The folder holds something, or the data does not fit.</exception>
    /// <exception cref="ArgumentException">
    /// The configuration is out of range or does not fit the data, or the network of <paramref name="from"/> is another.
    /// </exception>
    public static Trainer Start(RunConfig config, DataSource source, string? path, Executor executor, TrainedModel? from = null)
    {
        var folder = path is null ? null : new RunFolder(path);
        var settled = DataLevels.Settle(config.Validated(), source, executor.Parallelism);
        if (from is null && settled.From is { } origin)
            throw new ArgumentException(
                $"from: the configuration says that the first weights come from '{origin}', and no model is given; give it, or leave the key out.");
        if (from is not null) settled = settled with { From = settled.From ?? $"{from.Config.Preset}, step {from.Step}" };
        var trainer = new Trainer(settled, source, folder, executor, null);
        if (from is not null) StartWeights.Take(from, trainer.loop);
        folder?.Create(settled, from is null ? null : trainer.loop.Weights);
        return trainer;
    }

    /// <summary>Goes on with a run from its newest checkpoint, or from its beginning where it has none.</summary>
    /// <param name="config">
    /// What is asked for now; it must be the run's own, but for the storage of the checkpoints to come, and for a larger number of steps and,
    /// together with it, another curve of the learning rate. The curve is planned anew over the new length: where it is constant, and was, the
    /// weights are those of a run planned for that length; where it falls, the rate jumps at the old end (<see cref="Lengthening.Describe"/>).
    /// Metrics keep a line, and samples a sheet, at the old end.
    /// </param>
    /// <param name="source">The run's data.</param>
    /// <param name="path">The run's folder.</param>
    /// <param name="executor">The machine; it may be another, and have more threads.</param>
    /// <exception cref="DataException">There is no run, its configuration is another, or its checkpoint is damaged.</exception>
    public static Trainer Resume(RunConfig config, DataSource source, string path, Executor executor)
    {
        var folder = new RunFolder(path);
        var old = folder.ReadConfig();
        config = DataLevels.Settle(config.Validated(), source, executor.Parallelism);
        if (config.From is null) config = config with { From = old.From };
        var steps = folder.CheckpointSteps();
        var lengthened = config.Steps > old.Steps;
        var taken = (lengthened ? old with { Steps = config.Steps, RateCurve = config.RateCurve } : old) with { Storage = config.Storage };
        var differences = ConfigJson.Differences(taken, config);
        if (differences.Count > 0)
            throw new DataException(
                $"{path}: the run here has another configuration ({string.Join("; ", differences)}, the run's first); "
                + "leave these options out, or choose another folder.");
        var trainer = new Trainer(config, source, folder, executor, steps.Count == 0 ? null : folder.CheckpointFolder(steps[^1]));
        if (steps.Count == 0 && config.From is not null) StartWeights.Read(folder, trainer.loop);
        if (taken != old) folder.WriteConfig(config);
        return trainer;
    }

    /// <summary>The model that the average of the weights makes now; it shares them with the run and changes with its next step.</summary>
    public TrainedModel Model() => new(Config, loop.Average, Step);

    private IReadOnlyList<TrainingWarning> Known()
    {
        var judged = FirstStep >= EarlyWarnings.JudgementStep(Config) && File.Exists(folder?.MetricsFile)
            ? EarlyWarnings.OfLosses(Config, MetricsLog.Read(folder.MetricsFile))
            : null;
        return judged is null ? EarlyWarnings.Of(Config) : [.. EarlyWarnings.Of(Config), judged];
    }
}

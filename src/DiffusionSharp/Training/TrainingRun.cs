using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp;

/// <summary>A training run that is about to begin or to go on: what it follows, what it needs, and its steps to enumerate.</summary>
/// <remarks>
/// What <see cref="DiffusionModel.Train(DataSource, string?, int?, TrainOptions?, IProgress{TrainingProgress}?, CancellationToken)"/> stands on, for
/// those who want each step.
/// </remarks>
public sealed class TrainingRun
{
    // Weights, average, two moments; further averages beside them.
    private const int Buffers = 4;

    private readonly Trainer trainer;
    private readonly Executor machine;
    private readonly TimeProvider clock;

    private TrainingRun(
        TrainingSetup setup, Trainer trainer, DataSource data, string? folder, Executor machine, TimeProvider clock, params IEnumerable<string?> notes)
    {
        (this.trainer, this.machine, this.clock) = (trainer, machine, clock);
        (Data, Folder, Recipe, Changes) = (data, folder, setup.Recipe, setup.Changes);
        Notes = [.. notes.OfType<string>(), .. Forgotten(data, folder)];
    }

    /// <summary>How it is trained, with everything settled.</summary>
    public RunConfig Config => trainer.Config;

    /// <summary>What it is trained on.</summary>
    public DataSource Data { get; }

    /// <summary>The run's folder; null in memory.</summary>
    public string? Folder { get; }

    /// <summary>What it follows, in one line.</summary>
    public string Recipe { get; }

    /// <summary>Where it departs from the recipe: "key: the recipe's, this run's".</summary>
    public IReadOnlyList<string> Changes { get; }

    /// <summary>What was decided and should be known before the first step, one line each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Steps done before.</summary>
    public int FirstStep => trainer.FirstStep;

    /// <summary>Whether no step is left to do.</summary>
    public bool IsComplete => FirstStep >= Config.Steps;

    /// <summary>Numbers that are trained.</summary>
    public long Parameters => trainer.Parameters;

    /// <summary>Bytes of activations, gradients and scratch.</summary>
    public long ProgramBytes => trainer.ArenaBytes;

    /// <summary>Bytes of weights, averages and moments.</summary>
    public long StateBytes => (Buffers + (Config.MoreEma?.Count ?? 0)) * sizeof(float) * trainer.KeptParameters;

    /// <summary>What is known against the run before its next step.</summary>
    public IReadOnlyList<TrainingWarning> Warnings => trainer.Warnings;

    /// <summary>The folder of the newest checkpoint; null where there is none yet, and in memory.</summary>
    public string? Checkpoint =>
        Folder is not null && new RunFolder(Folder) is var kept && kept.CheckpointSteps() is { Count: > 0 } steps ? kept.CheckpointFolder(steps[^1]) : null;

    /// <summary>Makes a run ready.</summary>
    /// <param name="data">What to train on.</param>
    /// <param name="folder">The run's folder, made where it is missing; null trains in memory and writes nothing.</param>
    /// <param name="steps">Optimizer steps in all; null: the recipe's.</param>
    /// <param name="options">The rest; null: all by the data.</param>
    /// <exception cref="DataException">The data does not fit, or the folder holds something else.</exception>
    /// <exception cref="OptionException">Options do not fit each other or the data.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static TrainingRun Prepare(DataSource data, string? folder = null, int? steps = null, TrainOptions? options = null)
    {
        options ??= new TrainOptions();
        return Prepare(data, folder, steps, options, Earlier(folder, options), Executors.Cpu(Pools.Of(options.Threads)), null);
    }

    /// <summary>Makes a run ready on data that is named, by the caller or by the run that goes on.</summary>
    /// <param name="data">As for <see cref="DataSource.Open(string, DataSourceOptions, Parallelism?)"/>; null: what the configuration or the run names.</param>
    /// <param name="asked">Size, channels and labels; null in it: what the configuration or the run says.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="steps">Optimizer steps in all; null: the recipe's.</param>
    /// <param name="options">The rest.</param>
    /// <param name="watch">Told when the data is opened and when the network is built.</param>
    /// <inheritdoc cref="Prepare(DataSource, string?, int?, TrainOptions?)"/>
    public static TrainingRun Prepare(
        string? data, DataSourceOptions asked, string? folder, int? steps, TrainOptions options, Action<TrainingActivity>? watch = null)
    {
        var (earlier, machine) = (Earlier(folder, options), Executors.Cpu(Pools.Of(options.Threads)));
        var written = options.Config ?? (options.Preset is null ? earlier : null);
        var text = SourceText.Kept(data ?? (written ?? earlier)?.Data, earlier?.Data)
            ?? throw new OptionException("{Data} is needed: the name of a built-in source (see 'diffusion list sources'), a folder, or a .npy file.");

        if (data is not null && earlier is not null && SourceText.Settled(earlier.Data) != SourceText.Settled(data))
            throw new OptionException($"{{Data}}: the run here was trained on {earlier.Data}, and goes on with it; leave this out, or choose another folder.");

        // The labels of a configuration belong to its data alone.
        var known = written ?? earlier;
        var labels = asked.Labels ?? (known is not null && SourceText.Settled(known.Data) == SourceText.Settled(text) ? known.Conditioning?.Labels : null);
        watch?.Invoke(new TrainingActivity(TrainingActivityKind.Data, 0, 1));
        var source = DataSource.Open(text, asked with
        {
            Size = asked.Size ?? written?.Size,
            Channels = asked.Channels ?? written?.Channels,
            Labels = SourceText.Kept(labels, earlier?.Conditioning?.Labels),
        }, machine.Parallelism);
        return Prepare(source, folder, steps, options, earlier, machine, watch);
    }

    /// <summary>The steps still to do; each is done as it is enumerated. A stop, or the end, leaves a checkpoint.</summary>
    /// <param name="watch">Told while a checkpoint is written or a sheet is drawn.</param>
    /// <param name="stop">
    /// Ends the run after the step in hand; one that takes longer than half a second more is given up and done again when the run goes on. Who leaves
    /// the enumeration without it has the checkpoints that were written by then.
    /// </param>
    /// <exception cref="DivergedException">A loss or gradient is not finite.</exception>
    /// <exception cref="IOException">A file could not be written; the checkpoints before are whole.</exception>
    public IEnumerable<TrainingProgress> Steps(Action<TrainingActivity>? watch = null, CancellationToken stop = default) => trainer.Run(clock, stop, watch);

    /// <summary>Draws the sheet of the step that the run stands at, where one is due and a stop kept it from being drawn.</summary>
    /// <param name="stop">Leaves it undrawn.</param>
    /// <returns>The file; null where none was missing.</returns>
    public string? DrawMissingSheet(CancellationToken stop = default) => trainer.DrawMissingSheet(stop);

    /// <summary>Steps done.</summary>
    public int Step => trainer.Step;

    /// <summary>The model that the average of the weights makes now; it shares them with the run and changes with its next step.</summary>
    public DiffusionModel Model() => new(trainer.Model(), machine);

    // What a configuration has no word for.
    private static IEnumerable<string> Forgotten(DataSource data, string? folder)
    {
        if (folder is null || data.Origin?.Options is not { } asked || asked is { Count: null, Seed: 0, Split: DataSplit.Train }) yield break;
        yield return "the data was opened with a count, a seed or a part of its own, which the run does not keep; whoever resumes it gives the same data again";
    }

    private static RunConfig? Earlier(string? folder, TrainOptions options)
    {
        if (options.Resume != true) return null;
        return folder is null ? throw new OptionException("{Resume}: a run goes on in its folder; name it.") : new RunFolder(folder).ReadConfig();
    }

    private static TrainingRun Prepare(
        DataSource data, string? folder, int? steps, TrainOptions options, RunConfig? earlier, Executor machine, Action<TrainingActivity>? watch)
    {
        var before = folder is not null && new RunFolder(folder).Exists ? new RunFolder(folder).ReadConfig() : null;
        if (before is not null && options.Resume == false)
            throw new OptionException($"{new RunFolder(folder!).Path}: a run is here already; go on with {{Resume}}, or choose another folder.");
        if (before is { From: null } && options.From is not null)
            throw new OptionException("{From}: the run here began with weights of its own; leave this out, or choose another folder.");
        if (options.RateCurve is not null && before is not null && !(steps > before.Steps) && options.RateCurve != before.RateCurve)
            throw new OptionException(
                $"{{RateCurve}}: the curve of a run that has begun changes only where the run is lengthened; add {{Steps=N}} with N above {before.Steps}.");
        var setup = TrainingSetup.Of(data, steps, options, earlier, before, machine.Parallelism);
        watch?.Invoke(new TrainingActivity(TrainingActivityKind.Network, 0, 1));
        if (before is null && options.From is { Trained: null })
            throw new OptionException("{From}: a trained model has weights to begin with, a denoiser of your own has none.");
        var trainer = before is null
            ? Trainer.Start(setup.Config, data, folder, machine, options.From?.Trained)
            : Trainer.Resume(setup.Config, data, folder!, machine);
        var lengthened = before is null ? null : Lengthening.Describe(before, setup.Config, trainer.FirstStep);
        var begun = before is { From: { } model } && options.From is not null
            ? $"the run has begun with the weights of {model}; they are not read again"
            : null;
        return new TrainingRun(setup, trainer, data, folder, machine, options.Clock ?? TimeProvider.System, lengthened, begun);
    }
}

using System.Globalization;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Runs;

/// <summary>Trains a run: steps to enumerate, with metrics, sheets of samples and checkpoints as it goes.</summary>
/// <remarks>
/// Same configuration, data and seed give the same bytes of weights, averages, moments, sheets and losses, at any number of threads,
/// and whether or not the run was stopped at any instant and resumed.
/// </remarks>
public sealed class Trainer
{
    private readonly RunFolder folder;
    private readonly DataSource source;
    private readonly Parallelism parallelism;
    private readonly TrainingLoop loop;
    private readonly CheckpointState start;
    private readonly int sourceCount;

    private Trainer(RunConfig config, DataSource source, RunFolder folder, Parallelism parallelism, string? checkpoint)
    {
        (Config, this.folder, this.source, this.parallelism, sourceCount) = (config, folder, source, parallelism, source.Count);
        ConditioningRules.Check(config, source);
        loop = new TrainingLoop(config, source, parallelism);
        if (checkpoint is null)
        {
            start = new CheckpointState(0, config.Seed, 0, source.Count, 0, 0);
        }
        else
        {
            start = Checkpoint.ReadState(checkpoint);
            if (start.Step < 1 || start.Step > config.Steps || folder.CheckpointFolder(start.Step) != checkpoint || start.Seed != config.Seed || start.Position != (long)start.Step * config.Batch || start.WindowSteps < 0 || !double.IsFinite(start.WindowLoss))
                throw new DataException($"{checkpoint}: the checkpoint is damaged: its state.json does not fit its folder or the run's configuration.");
            if (start.SourceCount != source.Count) throw new DataException($"{config.Data}: the data has changed, {start.SourceCount} samples when the run was stopped and {source.Count} now; a run is resumed on the data it began with.");
            Checkpoint.ReadTraining(checkpoint, config, loop.Weights, loop.State);
            if (loop.History is { } history) Checkpoint.ReadHistory(checkpoint, history);
        }
    }

    /// <summary>How it is trained.</summary>
    public RunConfig Config { get; }

    /// <summary>Steps done when this trainer was made.</summary>
    public int FirstStep => start.Step;

    /// <summary>What is known against the run before its next step: of its configuration, and of its losses where they have been judged.</summary>
    public IReadOnlyList<TrainingWarning> Warnings
    {
        get
        {
            var judged = FirstStep >= EarlyWarnings.JudgementStep(Config) && File.Exists(folder.MetricsFile) ? EarlyWarnings.OfLosses(Config, MetricsLog.Read(folder.MetricsFile)) : null;
            return judged is null ? EarlyWarnings.Of(Config) : [.. EarlyWarnings.Of(Config), judged];
        }
    }

    /// <summary>Numbers that are trained.</summary>
    public long Parameters => loop.Weights.Layout.Entries.Where(e => e.Trained).Sum(e => (long)e.Shape.Count);

    /// <summary>Numbers of the network that are kept, those that are never trained among them.</summary>
    public long KeptParameters => loop.Weights.Layout.Count;

    /// <summary>Bytes of activations, gradients and scratch.</summary>
    public long ArenaBytes => loop.Program.ArenaBytes;

    /// <summary>Begins a run in an empty or new folder.</summary>
    /// <exception cref="DataException">The folder holds something, or the data does not fit.</exception>
    /// <exception cref="ArgumentException">The configuration is out of range or does not fit the data.</exception>
    public static Trainer Start(RunConfig config, DataSource source, string path, Parallelism parallelism)
    {
        var folder = new RunFolder(path);
        var settled = DataLevels.Settle(config.Validated(), source, parallelism);
        var trainer = new Trainer(settled, source, folder, parallelism, null);
        folder.Create(settled);
        return trainer;
    }

    /// <summary>Goes on with a run from its newest checkpoint, or from its beginning where it has none.</summary>
    /// <param name="config">
    /// What is asked for now; it must be the run's own, but for the storage of the checkpoints to come, and for a larger number of steps where
    /// the rate does not depend on it. The weights of a run so lengthened are those of a run planned for that length; its metrics keep a line,
    /// and its samples a sheet, at the old end.
    /// </param>
    /// <param name="source">The run's data.</param>
    /// <param name="path">The run's folder.</param>
    /// <param name="parallelism">The threads; as many as now are wanted.</param>
    /// <exception cref="DataException">There is no run, its configuration is another, or its checkpoint is damaged.</exception>
    public static Trainer Resume(RunConfig config, DataSource source, string path, Parallelism parallelism)
    {
        var folder = new RunFolder(path);
        var old = folder.ReadConfig();
        config = DataLevels.Settle(config.Validated(), source, parallelism);
        var steps = folder.CheckpointSteps();
        var extends = config.Steps > old.Steps && old.RateCurve == RateCurve.Constant;
        var taken = old with { Steps = extends ? config.Steps : old.Steps, Storage = config.Storage };
        var differences = ConfigJson.Differences(taken, config);
        if (differences.Count > 0) throw new DataException($"{path}: the run here has another configuration ({string.Join("; ", differences)}, the run's first); leave these options out, or choose another folder.");
        var trainer = new Trainer(config, source, folder, parallelism, steps.Count == 0 ? null : folder.CheckpointFolder(steps[^1]));
        if (taken != old) folder.WriteConfig(config);
        return trainer;
    }

    /// <summary>The steps still to do; each is done as it is enumerated.</summary>
    /// <param name="clock">For the rates in the metrics.</param>
    /// <param name="stop">Ends the run after the step in hand, with a checkpoint; a sheet in hand is left, and drawn when the run goes on.</param>
    /// <exception cref="DivergedException">A loss or gradient is not finite.</exception>
    /// <exception cref="IOException">A file could not be written; the checkpoints before are whole.</exception>
    public IEnumerable<TrainingProgress> Run(TimeProvider clock, CancellationToken stop = default)
    {
        var metrics = new MetricsLog(folder, start.Step);
        var (learningRate, ema) = (Config.LearningRate(), Config.EmaOrDefault());
        DrawMissingSheet(stop);
        var begun = clock.GetTimestamp();
        var (windowLoss, windowSteps, windowBegun, windowFirst) = (start.WindowLoss, start.WindowSteps, begun, start.Step);
        for (var step = start.Step; step < Config.Steps; step++)
        {
            var (rate, decay) = (Config.OptimizerOrDefault().Rate * learningRate.Multiplier(step), ema.Decay(step + 1));
            var (loss, norm) = loop.Step(step);
            var done = step + 1;
            if (!double.IsFinite(loss) || !double.IsFinite(norm)) throw Diverged(step, metrics, rate, decay);
            windowLoss += loss;
            windowSteps++;
            if (done % Config.LogEvery == 0 || done == Config.Steps)
            {
                var seconds = clock.GetElapsedTime(windowBegun).TotalSeconds;
                metrics.Append(new MetricsLine(done, windowLoss / windowSteps, norm, rate, decay, (done - windowFirst) * Config.Batch / Math.Max(seconds, 1e-9), clock.GetElapsedTime(begun).TotalSeconds));
                (windowLoss, windowSteps, windowBegun, windowFirst) = (0, 0, clock.GetTimestamp(), done);
            }

            // What was learned is safe before a sheet takes its time; a sheet that a stop cut short is drawn when the run goes on.
            var (last, sheetDue) = (done == Config.Steps, IsSheetDue(done));
            var checkpoint = last || sheetDue || stop.IsCancellationRequested || done % Config.CheckpointEvery == 0;
            if (checkpoint && (loop.Weights.FirstNonFinite() ?? loop.State.FirstNonFinite()) is { } bad) throw new DivergedException($"step {done}: the update made '{bad}' not finite; {LastCheckpoint()}. Begin a new run with a lower learning rate.");
            if (checkpoint) Checkpoint.Write(folder, Config, loop.Weights, loop.State, new CheckpointState(done, Config.Seed, (long)done * Config.Batch, sourceCount, windowLoss, windowSteps), loop.History);
            if (checkpoint) LossCurve.Write(folder);
            var sheet = sheetDue ? SampleSheet.Write(folder, Model(done), source, parallelism, stop) : null;
            var warning = done == EarlyWarnings.JudgementStep(Config) ? EarlyWarnings.OfLosses(Config, MetricsLog.Read(folder.MetricsFile)) : null;
            yield return new TrainingProgress(done, Config.Steps, loss, norm, rate, sheet, checkpoint ? folder.CheckpointFolder(done) : null, warning);
            if (!last && checkpoint && stop.IsCancellationRequested) yield break;
        }
    }

    /// <summary>Draws the sheet of the step that the run stands at, where one is due and a stop kept it from being drawn.</summary>
    /// <param name="stop">Leaves it undrawn.</param>
    /// <returns>The file; null where none was missing.</returns>
    public string? DrawMissingSheet(CancellationToken stop = default) =>
        start.Step > 0 && IsSheetDue(start.Step) && !File.Exists(folder.SampleFile(start.Step, SampleSheet.Extension(source.SampleShape)))
            ? SampleSheet.Write(folder, Model(start.Step), source, parallelism, stop)
            : null;

    private bool IsSheetDue(int done) => done == Config.Steps || (Config.SampleEvery > 0 && done % Config.SampleEvery == 0);

    /// <summary>The model that the average of the weights makes now.</summary>
    /// <param name="step">Steps done.</param>
    public TrainedModel Model(int step) => new(Config, loop.Average, step);

    private string LastCheckpoint()
    {
        var kept = folder.CheckpointSteps();
        return kept.Count == 0 ? "there is no checkpoint before it" : $"the checkpoint of step {kept[^1]} is whole and can be sampled";
    }

    private DivergedException Diverged(int step, MetricsLog metrics, double rate, double decay)
    {
        metrics.Append(new MetricsLine(step + 1, null, null, rate, decay, 0, 0));
        var times = new List<string>();
        for (var k = 0; k < loop.Program.Losses.Length; k++)
            if (!float.IsFinite(loop.Program.Losses[k])) times.Add(loop.Program.T[k].ToString("G6", CultureInfo.InvariantCulture));
        var layer = loop.FindNonFinite() ?? "the optimizer";
        var at = times.Count == 0 ? "" : $" at time {string.Join(", ", times.Take(3))}{(times.Count > 3 ? ", …" : "")}";
        return new DivergedException($"step {step + 1}: the {(times.Count > 0 ? "loss" : "gradient")} is not finite; the first such value arose in {layer}{at}; {LastCheckpoint()}. Begin a new run with a lower learning rate or a smaller clipping norm.");
    }
}

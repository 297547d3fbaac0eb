using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DiffusionSharp.Training.Runs;

/// <content>The steps, and what is written between them.</content>
[SuppressMessage(
    "Design",
    "CA1068:CancellationToken parameters must come last",
    Justification = "Who watches comes after who stops: most callers stop and do not watch.")]
public sealed partial class Trainer
{
    /// <summary>The steps still to do; each is done as it is enumerated. They can be enumerated once.</summary>
    /// <param name="clock">For the rates in the metrics and the time left, and for how long a stop waits.</param>
    /// <param name="stop">
    /// Ends the run with a checkpoint: after the step in hand if that ends within half a second, else after the step before it, which is as if
    /// the one in hand had not begun. A sheet in hand is left, and drawn when the run goes on.
    /// </param>
    /// <param name="watch">Told what is done between the steps, before and while it is done; null where nobody watches.</param>
    /// <exception cref="DivergedException">A loss or gradient is not finite.</exception>
    /// <exception cref="IOException">A file could not be written; the checkpoints before are whole.</exception>
    /// <exception cref="InvalidOperationException">The steps were enumerated before.</exception>
    public IEnumerable<TrainingProgress> Run(TimeProvider clock, CancellationToken stop = default, Action<TrainingActivity>? watch = null)
    {
        const string Again = "its steps were enumerated before, and its weights have moved on; make another trainer, with Resume where the run has a folder";
        if (begun) throw new InvalidOperationException($"Trainer: {Again}.");
        begun = true;
        using var grace = new StepGrace(clock, stop);
        var (metrics, pace) = (new MetricsLog(folder, start.Step), new RunPace(Config, folder is not null));
        var (learningRate, ema) = (Config.LearningRate(), Config.EmaOrDefault());
        var secondsBefore = metrics.Lines.Count == 0 ? 0 : metrics.Lines[^1].Seconds;
        DrawMissingSheet(stop, watch);
        var begin = clock.GetTimestamp();
        var (windowLoss, windowSteps, windowBegun, windowFirst, saved) = (start.WindowLoss, start.WindowSteps, begin, start.Step, start.Step);
        for (var step = start.Step; step < Config.Steps; step++)
        {
            var (rate, decay) = (Config.OptimizerOrDefault().Rate * learningRate.Multiplier(step), ema.Decay(step + 1));
            var stepBegun = clock.GetTimestamp();
            if (StepUnlessLeft(step, grace.Token) is not { } result)
            {
                if (saved < step) Save(step, windowLoss, windowSteps, watch);
                yield break;
            }

            pace.Stepped(clock.GetElapsedTime(stepBegun));
            var ((loss, norm), done) = (result, step + 1);
            if (!double.IsFinite(loss) || !double.IsFinite(norm)) throw Diverged(step, metrics, rate, decay);
            Step = done;
            windowLoss += loss;
            windowSteps++;
            if (done % Config.LogEvery == 0 || done == Config.Steps)
            {
                var seconds = clock.GetElapsedTime(windowBegun).TotalSeconds;
                var (
                    perSecond,
                    total) = ((done - windowFirst) * Config.Batch / Math.Max(seconds, 1e-9), secondsBefore + clock.GetElapsedTime(begin).TotalSeconds);
                metrics.Append(new MetricsLine(done, windowLoss / windowSteps, norm, rate, decay, perSecond, total));
                (windowLoss, windowSteps, windowBegun, windowFirst) = (0, 0, clock.GetTimestamp(), done);
            }

            // What was learned is safe before a sheet takes its time; a sheet that a stop cut short is drawn when the run goes on.
            var (last, sheetDue) = (done == Config.Steps, IsSheetDue(done));
            var (checkpointDue, before) = (last || sheetDue || stop.IsCancellationRequested || done % Config.CheckpointEvery == 0, clock.GetTimestamp());
            var checkpoint = checkpointDue ? Save(done, windowLoss, windowSteps, watch) : null;
            if (checkpointDue)
            {
                saved = done;
                pace.Saved(clock.GetElapsedTime(before));
            }

            before = clock.GetTimestamp();
            var sheet = sheetDue ? Draw(watch, stop) : null;
            if (sheet is not null) pace.Drawn(clock.GetElapsedTime(before));
            var warning = done == EarlyWarnings.JudgementStep(Config) ? EarlyWarnings.OfLosses(Config, metrics.Lines) : null;
            yield return new TrainingProgress(done, Config.Steps, loss, norm, rate, pace.SamplesPerSecond, pace.SecondsLeft(done), sheet, checkpoint, warning);
            if (!last && checkpointDue && stop.IsCancellationRequested) yield break;
        }
    }

    /// <summary>Draws the sheet of the step that the run stands at, where one is due and a stop kept it from being drawn.</summary>
    /// <param name="stop">Leaves it undrawn.</param>
    /// <param name="watch">Told how far it is; null where nobody watches.</param>
    /// <returns>The file; null where none was missing.</returns>
    public string? DrawMissingSheet(CancellationToken stop = default, Action<TrainingActivity>? watch = null)
    {
        if (start.Step == 0 || !IsSheetDue(start.Step)) return null;
        return File.Exists(folder?.SampleFile(start.Step, SampleForm.Extension(source.SampleShape))) ? null : Draw(watch, stop);
    }

    private bool IsSheetDue(int done) => done == Config.Steps || (Config.SampleEvery > 0 && done % Config.SampleEvery == 0);

    // Null where the step was left: all is as before it.
    private (double Loss, double GradientNorm)? StepUnlessLeft(int step, CancellationToken abandon)
    {
        try
        {
            return loop.StepUnlessStopped(step, abandon);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            return null;
        }
    }

    private string? Save(int done, double windowLoss, int windowSteps, Action<TrainingActivity>? watch)
    {
        if ((loop.Weights.FirstNonFinite() ?? loop.State.FirstNonFinite()) is { } bad)
            throw new DivergedException($"step {done}: the update made '{bad}' not finite; {LastCheckpoint()}. Begin a new run with a lower learning rate.");
        if (folder is null) return null;
        var state = new CheckpointState(done, Config.Seed, (long)done * Config.Batch, sourceCount, windowLoss, windowSteps);
        Checkpoint.Write(folder, Config, loop.Weights, loop.State, state, loop.History, Watched(TrainingActivityKind.Checkpoint, watch));
        LossCurve.Write(folder);
        return folder.CheckpointFolder(done);
    }

    private string? Draw(Action<TrainingActivity>? watch, CancellationToken stop) =>
        folder is null ? null : SampleSheet.Write(folder, Model(), source, executor, stop, Watched(TrainingActivityKind.Sheet, watch));

    private static Action<int, int>? Watched(TrainingActivityKind kind, Action<TrainingActivity>? watch) =>
        watch is null ? null : (done, total) => watch(new TrainingActivity(kind, done, total));

    private string LastCheckpoint()
    {
        if (folder is null) return "the run is in memory alone and keeps no checkpoints";
        var kept = folder.CheckpointSteps();
        return kept.Count == 0 ? "there is no checkpoint before it" : $"the checkpoint of step {kept[^1]} is whole and can be sampled";
    }

    private DivergedException Diverged(int step, MetricsLog metrics, double rate, double decay)
    {
        metrics.Append(new MetricsLine(step + 1, null, null, rate, decay, 0, 0));
        var times = new List<string>();
        for (var k = 0; k < loop.Program.T.Length; k++)
            if (!float.IsFinite(loop.Program.Losses[k])) times.Add(loop.Program.T[k].ToString("G6", CultureInfo.InvariantCulture));
        var of = loop.Program.Losses.ToArray().All(float.IsFinite) ? "gradient" : "loss";
        var layer = loop.FindNonFinite() ?? "the optimizer";
        var at = times.Count == 0 ? "" : $" at time {string.Join(", ", times.Take(3))}{(times.Count > 3 ? ", …" : "")}";
        return new DivergedException(
            $"step {step + 1}: the {of} is not finite; the first such value arose in {layer}{at}; {LastCheckpoint()}. "
            + "Begin a new run with a lower learning rate or a smaller clipping norm.");
    }
}

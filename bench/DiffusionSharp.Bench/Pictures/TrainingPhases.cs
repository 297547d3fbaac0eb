using DiffusionSharp.Training.Evaluation;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>The pace of a model's training.</summary>
/// <param name="Rate">Samples a second, the median over windows.</param>
/// <param name="Least">In the slowest window.</param>
/// <param name="Most">In the fastest.</param>
/// <param name="Windows">How many there were.</param>
/// <param name="Batch">Samples a step.</param>
/// <param name="Minutes">The wall time that is planned at the median pace of all models.</param>
/// <param name="Steps">The steps that fill it at this pace.</param>
internal sealed record PaceResult(double Rate, double Least, double Most, int Windows, int Batch, double Minutes, int Steps);

/// <summary>What a training took.</summary>
/// <param name="Steps">Done.</param>
/// <param name="Planned">To be done.</param>
/// <param name="Seconds">Wall time of the steps, checkpoints included, over all processes that did them.</param>
/// <param name="Parameters">Numbers that were trained.</param>
/// <param name="Samples">Samples seen.</param>
/// <param name="Loss">Mean of the last window; null where it diverged.</param>
/// <param name="Failure">Why it ended early; null where it did not.</param>
internal sealed record TrainResult(int Steps, int Planned, double Seconds, long Parameters, long Samples, double? Loss, string? Failure);

/// <summary>The classifier that pictures are judged by.</summary>
/// <param name="Accuracy">On the test part.</param>
/// <param name="TestCount">Pictures of it.</param>
/// <param name="TrainCount">Pictures of the training part.</param>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="Batch">Pictures a step.</param>
/// <param name="Parameters">Numbers that were trained.</param>
/// <param name="Features">Numbers that stand for a picture.</param>
/// <param name="Seconds">Wall time of its training.</param>
internal sealed record ClassifierResult(double Accuracy, int TestCount, int TrainCount, int Steps, int Batch, long Parameters, int Features, double Seconds);

/// <summary>Measures paces, trains the models for the steps that fill the time, and trains the classifier.</summary>
internal static class TrainingPhases
{
    private const int WarmupSteps = 20, Endless = 1_000_000;

    /// <summary>Seconds a step of each model takes now, undisturbed.</summary>
    public static void Pace(Study study)
    {
        foreach (var model in study.Models) study.Folder.Once(() => MeasurePace(study, model), "pace", $"{model.Name}.json");
    }

    /// <summary>Trains each model for the steps of the common pace.</summary>
    public static void Train(Study study)
    {
        if (CommonSteps(study) is not { } steps)
        {
            StudyLog.Line($"train: the pace of {string.Join(", ", Unpaced(study).Select(m => m.Name))} is not measured, and the steps of all follow from all; run the phase 'pace' without --only first");
            return;
        }

        // The one with classes is no row of the comparison: a quarter of the time is enough to see what guidance does.
        foreach (var model in study.Models) study.Folder.Once(() => Train(study, model, model.Conditional ? steps / 4 : steps), "train", $"{model.Name}.json");
    }

    /// <summary>The steps that fill the time at the median pace of all models: their networks cost nearly the same, and machines drift by more than that.</summary>
    /// <returns>Null until the pace of every model is measured, whichever are asked for now.</returns>
    public static int? CommonSteps(Study study)
    {
        if (Unpaced(study).Any()) return null;
        PaceResult[] paces = [.. Trainable.Select(m => Pace(study, m)!)];
        return PaceMeter.StepsFor(PaceMeter.Median([.. paces.Select(p => p.Rate)]), paces[0].Minutes, paces[0].Batch);
    }

    /// <summary>Trains the classifier on the training part and asks it for the test part.</summary>
    public static void Classifier(Study study) => study.Folder.Once(
        () =>
        {
            var source = study.Open(DataSplit.Train);
            var training = new ClassifierTraining(Seed: StudyOptions.Seed);
            var begun = StudyLog.Seconds;
            var classifier = training.Train(source, CpuMachine.On(study.Parallelism), (step, loss) =>
            {
                if (step % 500 == 0) StudyLog.Line(StudyLog.Text($"classifier: step {step} of {training.Steps}, loss {loss:0.0000}"));
            });
            var seconds = StudyLog.Seconds - begun;
            var test = study.Open(DataSplit.Test);
            var accuracy = classifier.Accuracy(test, CpuMachine.On(study.Parallelism));
            classifier.Save(study.ClassifierFile);
            StudyLog.Line(StudyLog.Text($"classifier: {accuracy:0.00%} of {test.Count} test pictures right, trained in {seconds:0} s"));
            return new ClassifierResult(accuracy, test.Count, source.Count, training.Steps, training.Batch, classifier.Weights.Layout.Count, classifier.Options.Features, seconds);
        },
        "classifier.json");

    private static IEnumerable<StudyModel> Trainable => StudyModel.All.Where(m => m.Exists);

    private static IEnumerable<StudyModel> Unpaced(Study study) => Trainable.Where(m => Pace(study, m) is null);

    private static PaceResult? Pace(Study study, StudyModel model) => study.Folder.Read<PaceResult>("pace", $"{model.Name}.json");

    private static PaceResult MeasurePace(Study study, StudyModel model)
    {
        var source = study.Open(DataSplit.Train);
        var config = study.Config(model, source).WithSteps(Endless) with { CheckpointEvery = Endless };
        var scratch = study.Folder.In("pace", $"{model.Name}-scratch");
        if (Directory.Exists(scratch)) Directory.Delete(scratch, recursive: true);
        var meter = new PaceMeter(config.Batch, WarmupSteps, Math.Min(2, study.Options.PaceSeconds / 8));
        var begun = StudyLog.Seconds;
        var trainer = Trainer.Start(config, source, scratch, CpuMachine.On(study.Parallelism));
        foreach (var _ in trainer.Run(TimeProvider.System))
        {
            var seconds = StudyLog.Seconds - begun;
            meter.Step(seconds);
            if (seconds >= study.Options.PaceSeconds && meter.Windows >= 3) break;
        }

        Directory.Delete(scratch, recursive: true);
        var steps = PaceMeter.StepsFor(meter.Rate, study.Options.Minutes, config.Batch);
        StudyLog.Line(StudyLog.Text($"pace {model.Name}: {meter.Rate:0.0} samples/s in the median of {meter.Windows} windows ({meter.Range.Least:0.0} to {meter.Range.Most:0.0}): {steps} steps of {config.Batch} in {study.Options.Minutes} min"));
        return new PaceResult(meter.Rate, meter.Range.Least, meter.Range.Most, meter.Windows, config.Batch, study.Options.Minutes, steps);
    }

    private static TrainResult Train(Study study, StudyModel model, int steps)
    {
        var path = study.Folder.Run(model.Name);
        var source = study.Open(DataSplit.Train);
        var folder = new RunFolder(path);
        var config = folder.Exists ? folder.ReadConfig() : study.Config(model, source).WithSteps(steps);

        // Time up to the checkpoint that a run resumes from; what was done after it is done again, and counted then.
        var checkpoints = folder.CheckpointSteps();
        var earlier = checkpoints.Count > 0 ? study.Folder.Read<TrainClock>("train", $"{model.Name}.clock.json")?.At(checkpoints[^1]) ?? 0 : 0;
        StudyLog.Line(StudyLog.Text($"train {model.Name}: {config.Steps} steps of {config.Batch}{(checkpoints.Count > 0 ? $", going on from step {checkpoints[^1]} after {earlier:0} s" : "")}"));
        var trainer = folder.Exists ? Trainer.Resume(config, source, path, CpuMachine.On(study.Parallelism)) : Trainer.Start(config, source, path, CpuMachine.On(study.Parallelism));
        var (begun, said, at, failure) = (StudyLog.Seconds, StudyLog.Seconds, trainer.FirstStep, (string?)null);
        var ends = new SortedDictionary<int, double>();
        try
        {
            foreach (var progress in trainer.Run(TimeProvider.System))
            {
                at = progress.Step;
                if (progress.Checkpoint is not null)
                {
                    // At the end without the sheet, which is sampling: the log's last line comes before it.
                    ends[at] = earlier + (at == config.Steps ? MetricsLog.Read(folder.MetricsFile)[^1].Seconds : StudyLog.Seconds - begun);
                    study.Folder.Write(new TrainClock(ends), "train", $"{model.Name}.clock.json");
                }

                if (StudyLog.Seconds - said < 60) continue;
                said = StudyLog.Seconds;
                StudyLog.Line(StudyLog.Text($"train {model.Name}: step {at} of {config.Steps}, loss {progress.Loss:0.0000}"));
            }
        }
        catch (DivergedException error)
        {
            failure = error.Message;
        }

        var seconds = failure is null ? ends.GetValueOrDefault(at, earlier) : earlier + (StudyLog.Seconds - begun);
        var lines = File.Exists(folder.MetricsFile) ? MetricsLog.Read(folder.MetricsFile) : [];
        StudyLog.Line(StudyLog.Text($"train {model.Name}: {at} steps in {seconds:0} s{(failure is null ? "" : $", ended early: {failure}")}"));
        return new TrainResult(at, config.Steps, seconds, trainer.Parameters, (long)at * config.Batch, failure is null ? lines.LastOrDefault(l => l.Loss is not null)?.Loss : null, failure);
    }

    /// <summary>Seconds of training up to each checkpoint.</summary>
    internal sealed record TrainClock(SortedDictionary<int, double> Seconds)
    {
        public double At(int step) => Seconds.TryGetValue(step, out var seconds) ? seconds : 0;
    }
}

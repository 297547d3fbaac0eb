using DiffusionSharp.Data.Formats;
using DiffusionSharp.Figures;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>How often the classifier finds the class that was asked for.</summary>
/// <param name="Guidance">w.</param>
/// <param name="Right">Samples that it gives this class.</param>
/// <param name="Count">Samples.</param>
/// <param name="Calls">Network calls a sample.</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record AgreementResult(double Guidance, int Right, int Count, double Calls, double Seconds)
{
    /// <summary>The share of right ones.</summary>
    public double Share => Statistics.Measurement.OfShare(Right, Count).Value;

    /// <summary>Its standard error.</summary>
    public double Error => Statistics.Measurement.OfShare(Right, Count).StandardError;
}

/// <summary>Samples of given classes, with and without guidance: a sheet with a row for each class, and the classifier's opinion.</summary>
internal static class ConditionalPhase
{
    /// <summary>The guidance of the sheet.</summary>
    public const double SheetGuidance = 2;

    /// <summary>Pictures in a row of the sheet.</summary>
    public const int Columns = 10;

    // 0 draws without a class: what chance agrees on.
    private static readonly double[] Weights = [0, 1, 2, 4];

    private const int Calls = 50;

    public static void Run(Study study)
    {
        foreach (var model in study.Models.Where(m => m.Conditional))
        {
            if (study.Folder.Read<TrainResult>("train", $"{model.Name}.json") is not { Failure: null })
            {
                StudyLog.Line($"conditional {model.Name}: it is not trained");
                continue;
            }

            var trained = SavedModel.Load(study.Folder.Run(model.Name));
            study.Folder.Once(() => Weights.Select(w => Agreement(study, model, trained, w)).ToArray(), "conditional.json");
            if (File.Exists(study.Folder.In("conditional.png"))) continue;
            var classes = study.Open(DataSplit.Train).Classes;
            var (rows, _) = Draw(study, model, trained, SheetGuidance, [.. Enumerable.Range(0, classes * Columns).Select(k => k / Columns)]);
            Png.Write(study.Folder.In("conditional.png"), PictureSheet.Grid(rows, Columns));
        }
    }

    private static AgreementResult Agreement(Study study, StudyModel model, TrainedModel trained, double weight)
    {
        var begun = StudyLog.Seconds;
        var classes = study.Open(DataSplit.Train).Classes;
        int[] asked = [.. Enumerable.Range(0, study.Options.Count).Select(k => k % classes)];
        var (samples, calls) = Draw(study, model, trained, weight, asked);
        var found = study.Judge().Classify(samples, CpuMachine.On(study.Parallelism));
        var result = new AgreementResult(weight, asked.Index().Count(k => found[k.Index] == k.Item), asked.Length, calls, StudyLog.Seconds - begun);
        StudyLog.Line(StudyLog.Text($"conditional w = {weight}: {result.Share:0.0%} ± {result.Error:0.0%} of {result.Count} are of the class asked for, {calls} calls each, {result.Seconds:0} s"));
        return result;
    }

    private static (Tensor Samples, double Calls) Draw(Study study, StudyModel model, TrainedModel trained, double weight, int[] labels)
    {
        var job = new SamplingJob(trained, model.Plan(trained, Calls).Sampler, labels.Length, StudyOptions.Seed, StudyOptions.Batch, labels, new GuidanceOptions(weight));
        var (samples, calls) = job.Run(CpuMachine.On(study.Parallelism));
        return (samples, calls / Math.Ceiling((double)labels.Length / StudyOptions.Batch));
    }
}

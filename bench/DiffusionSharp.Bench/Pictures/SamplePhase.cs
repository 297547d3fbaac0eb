using DiffusionSharp.Data.Formats;
using DiffusionSharp.Figures;
using DiffusionSharp.Langevin;
using DiffusionSharp.Samplers;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>What sampling took.</summary>
/// <param name="Budget">Network calls a sample might cost.</param>
/// <param name="Calls">Calls it cost, counted at the network.</param>
/// <param name="Steps">Of the sampler's grid.</param>
/// <param name="Sampler">In words.</param>
/// <param name="Count">Samples.</param>
/// <param name="Seconds">Of all, compilation of the network included.</param>
/// <param name="Finite">Whether every value is a number.</param>
internal sealed record SampleResult(int Budget, double Calls, int Steps, string Sampler, int Count, double Seconds, bool Finite);

/// <summary>Draws the samples of every model at every budget, and a sheet of each.</summary>
internal static class SamplePhase
{
    /// <summary>Pictures on a sheet.</summary>
    public const int SheetCount = 64;

    public static void Run(Study study)
    {
        foreach (var model in study.Compared)
        {
            if (study.Folder.Read<TrainResult>("train", $"{model.Name}.json") is not { Failure: null })
            {
                StudyLog.Line($"sample {model.Name}: it is not trained");
                continue;
            }

            var trained = SavedModel.Load(study.Folder.Run(model.Name));
            foreach (var budget in StudyOptions.Budgets) study.Folder.Once(() => Sample(study, model, trained, budget), "samples", $"{model.Name}-{budget}.json");
        }
    }

    private static SampleResult Sample(Study study, StudyModel model, TrainedModel trained, int budget)
    {
        var (sampler, steps, planned) = model.Plan(trained, budget);
        var job = new SamplingJob(trained, sampler, study.Options.Count, StudyOptions.Seed, StudyOptions.Batch);
        var (begun, batches) = (StudyLog.Seconds, (study.Options.Count + StudyOptions.Batch - 1) / StudyOptions.Batch);
        var (samples, networkCalls) = job.Run(CpuMachine.On(study.Parallelism));
        var seconds = StudyLog.Seconds - begun;
        var calls = (double)networkCalls / batches;
        if (calls > budget) throw new InvalidOperationException($"{model.Name}: {calls} calls of the network were made, {planned} planned and {budget} allowed.");

        var finite = samples.IsFinite();
        NpyFile.Write(study.Folder.Samples(model.Name, budget, ".npy"), samples.ToFloat());
        Png.Write(study.Folder.Samples(model.Name, budget, ".png"), PictureSheet.Grid(samples.Slice(0, Math.Min(SheetCount, samples.Samples))));
        StudyLog.Line(StudyLog.Text($"sample {model.Name} {budget}: {steps} steps, {calls} calls, {seconds:0} s{(finite ? "" : "; NOT ALL VALUES ARE NUMBERS")}"));
        return new SampleResult(budget, calls, steps, Words(model, sampler), study.Options.Count, seconds, finite);
    }

    private static string Words(StudyModel model, Sampler sampler) =>
        sampler is AnnealedLangevinSampler { LangevinSteps: var each } ? $"{model.Sampler}, {each} at each of" : $"{model.Sampler},";
}

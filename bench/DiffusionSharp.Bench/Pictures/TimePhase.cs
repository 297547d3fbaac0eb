using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>What a sample costs in time.</summary>
/// <param name="SecondsPerSample">The median over batches, the first left out.</param>
/// <param name="Batches">How many were drawn.</param>
internal sealed record TimeResult(double SecondsPerSample, int Batches);

/// <summary>Times the sampling of every model at every budget. Needs a quiet machine, which drawing the samples does not.</summary>
internal static class TimePhase
{
    /// <summary>Batches that are drawn; the first also compiles the network and is not counted.</summary>
    public const int Batches = 3;

    public static void Run(Study study)
    {
        foreach (var model in study.Compared)
        {
            if (study.Folder.Read<TrainResult>("train", $"{model.Name}.json") is not { Failure: null }) continue;
            var trained = SavedModel.Load(study.Folder.Run(model.Name));
            foreach (var budget in StudyOptions.Budgets) study.Folder.Once(() => Time(study, model, trained, budget), "times", $"{model.Name}-{budget}.json");
        }
    }

    private static TimeResult Time(Study study, StudyModel model, TrainedModel trained, int budget)
    {
        var (sampler, _, _) = model.Plan(trained, budget);
        var ends = new List<double>();
        new SamplingJob(trained, sampler, Batches * StudyOptions.Batch, StudyOptions.Seed, StudyOptions.Batch).Run(CpuMachine.On(study.Parallelism), (_, step) =>
        {
            if (step.IsLast) ends.Add(StudyLog.Seconds);
        });
        var median = PaceMeter.Median([.. Enumerable.Range(1, ends.Count - 1).Select(i => (ends[i] - ends[i - 1]) / StudyOptions.Batch)]);
        StudyLog.Line(StudyLog.Text($"time {model.Name} {budget}: {median:0.0000} s a sample"));
        return new TimeResult(median, Batches);
    }
}

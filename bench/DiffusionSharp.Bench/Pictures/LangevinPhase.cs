using DiffusionSharp.Data.Sources;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Bench.Pictures;

/// <summary>The shares of the first mode, and what they cost.</summary>
/// <param name="True">Of the law.</param>
/// <param name="Data">In as many points of the data.</param>
/// <param name="Plain">In those of plain Langevin dynamics.</param>
/// <param name="Annealed">In those of annealed Langevin dynamics.</param>
/// <param name="Count">Points of each.</param>
/// <param name="Calls">Network calls of each point.</param>
/// <param name="Steps">Steps that the network was trained for.</param>
/// <param name="Seconds">Wall time of its training.</param>
internal sealed record LangevinResult(double True, double Data, double Plain, double Annealed, int Count, int Calls, int Steps, double Seconds)
{
    /// <summary>The standard error of a share of so many points.</summary>
    public double Error(double share) => Statistics.Measurement.OfShare((int)Math.Round(share * Count), Count).StandardError;
}

/// <summary>Plain and annealed Langevin dynamics on two modes of unlike weight, by one trained network.</summary>
internal static class LangevinPhase
{
    /// <summary>What is trained.</summary>
    public const string Preset = "points-ncsn";

    /// <summary>On what.</summary>
    public const string Data = "two-modes";

    public static void Run(Study study)
    {
        try
        {
            study.Folder.Once(() => Measure(study), "langevin.json");
        }
        catch (InvalidOperationException error)
        {
            StudyLog.Line($"langevin: {error.Message}");
        }
    }

    private static LangevinResult Measure(Study study)
    {
        var source = DataSource.Open(Data, new DataSourceOptions(), study.Parallelism);
        var path = study.Folder.Run(Preset);
        var begun = StudyLog.Seconds;
        var folder = new RunFolder(path);
        var trainer = folder.Exists
            ? Trainer.Resume(folder.ReadConfig(), source, path, CpuMachine.On(study.Parallelism))
            : Trainer.Start(Config(study, source), source, path, CpuMachine.On(study.Parallelism));
        foreach (var progress in trainer.Run(TimeProvider.System))
            if (progress.Step % 1000 == 0) StudyLog.Line(StudyLog.Text($"langevin: step {progress.Step} of {progress.Steps}, loss {progress.Loss:0.0000}"));
        var seconds = StudyLog.Seconds - begun;
        var model = SavedModel.Load(path);
        var shares = LangevinFigure.Write(model, study.Folder.In("langevin.svg"), study.Parallelism);
        var result = new LangevinResult(TwoModes.Weight, shares.Data, shares.Plain, shares.Annealed, shares.Samples, shares.Calls, model.Step, seconds);
        StudyLog.Line(StudyLog.Text($"langevin: share of the first mode {result.True} in the law, {result.Data:0.000} in the data, {result.Plain:0.000} by plain, {result.Annealed:0.000} by annealed dynamics, ± {result.Error(result.Annealed):0.000}"));
        return result;
    }

    // The preset's own steps; a study of less than a minute takes their share of it.
    private static RunConfig Config(Study study, DataSource source)
    {
        var preset = Presets.Find(Preset).Build(Data, source.SampleShape) with { SampleEvery = 0 };
        return preset.WithSteps(Math.Max(20, (int)(preset.Steps * Math.Min(study.Options.Minutes, 1))));
    }
}

using DiffusionSharp.Bench.Pictures;
using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Bench.Tests;

public sealed class PictureStudyTests : IDisposable
{
    private static readonly DataSource Digits = DataSource.Open("digits", new DataSourceOptions(Count: 40));

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("picture-study");

    /// <summary>Every model that can be trained, at both budgets and at small ones.</summary>
    public static TheoryData<string, int> Plans
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var model in StudyModel.All.Where(m => m.Exists))
                foreach (var budget in new[] { 6, 7, 50, 250 }) data.Add(model.Name, budget);
            return data;
        }
    }

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void The_pace_is_the_median_over_windows_after_the_warm_up()
    {
        var meter = new PaceMeter(batch: 10, warmupSteps: 2, windowSeconds: 1);
        double at = 0;

        // Two slow steps that do not count, then windows at 20, 40 and 10 samples a second.
        foreach (var step in new[] { 7, 5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 1 }) meter.Step(at += step);
        Assert.Equal(3, meter.Windows);
        Assert.Equal(20, meter.Rate, 1e-12);
        Assert.Equal((10, 40), meter.Range);
    }

    [Fact]
    public void No_pace_is_known_before_a_window_is_whole()
    {
        var meter = new PaceMeter(batch: 10, warmupSteps: 0, windowSeconds: 1);
        meter.Step(0.9);
        Assert.Contains("measure longer", Assert.Throws<InvalidOperationException>(() => meter.Rate).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, 8, 32, 3000)]
    [InlineData(100.1, 1, 64, 94)]
    [InlineData(0.001, 0.1, 32, 1)]
    public void Steps_fill_the_time_at_the_pace_and_are_one_at_least(double rate, double minutes, int batch, int steps) =>
        Assert.Equal(steps, PaceMeter.StepsFor(rate, minutes, batch));

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_plan_keeps_its_budget_of_calls_and_one_step_more_would_not(string name, int budget)
    {
        var model = StudyModel.All.Single(m => m.Name == name);
        var config = model.Config("digits", Digits);

        // Levels that a run finds from its data.
        if (config.Schedule is GeometricScheduleConfig open) config = config with { Schedule = open with { SigmaMax = 20, Levels = 200 } };
        var trained = new TrainedModel(config, new ParameterBuffer(new NetworkBlueprint(config, config.SampleShape()).Layout()), 0);
        var (sampler, steps, calls) = model.Plan(trained, budget);
        Assert.InRange(calls, 1, budget);
        Assert.Equal(calls, CallBudget.Count(sampler));
        Assert.Equal(steps, sampler.Grid.Count);
        Assert.InRange(calls, budget - 3, budget);
        if (steps < StudyModel.MostSteps(trained)) Assert.True(CallBudget.Count(model.Make(trained, steps + 1, budget)) > budget);
    }

    [Fact]
    public void A_result_that_is_there_is_not_made_again()
    {
        var study = new StudyFolder(folder.FullName);
        var made = 0;
        PaceResult Make() => new(++made, 1, 2, 3, 32, 8, 5);
        Assert.Equal(1, study.Once(Make, "pace", "x.json").Rate);
        Assert.Equal(1, study.Once(Make, "pace", "x.json").Rate);
        Assert.Equal(1, made);
        File.Delete(study.In("pace", "x.json"));
        Assert.Equal(2, study.Once(Make, "pace", "x.json").Rate);
    }

    [Fact]
    public void The_steps_of_all_follow_from_the_pace_of_all_and_are_unknown_until_it_is_measured()
    {
        var study = new Study(new StudyOptions("digits", folder.FullName, 1, null, ["train"], ["ddpm"], 1, 2), Parallelism.Single);
        var rate = 0;
        foreach (var model in StudyModel.All.Where(m => m.Exists))
        {
            Assert.Null(TrainingPhases.CommonSteps(study));
            study.Folder.Write(new PaceResult(32 * ++rate, 1, 1, 3, 32, 1, 4), "pace", $"{model.Name}.json");
        }

        Assert.Equal(30 * (1 + rate), TrainingPhases.CommonSteps(study));
    }

    [Theory]
    [InlineData("moons", 2, "pictures [H, W, C] with labels are compared")]
    [InlineData("digits", 1_000_000, "so at most")]
    public void Data_that_a_later_phase_cannot_use_are_refused_at_the_start(string data, int count, string message)
    {
        var study = new Study(new StudyOptions(data, folder.FullName, 1, null, ["pace"], null, 1, count), Parallelism.Single);
        Assert.Contains(message, Assert.Throws<DataException>(study.Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_that_was_cut_off_goes_on_and_counts_the_time_of_what_was_kept()
    {
        var study = new Study(new StudyOptions("digits", folder.FullName, 1, null, ["train"], ["ddpm"], 1, 2), Parallelism.Single);
        foreach (var model in StudyModel.All) study.Folder.Write(new PaceResult(1, 1, 1, 3, 32, 1, 4), "pace", $"{model.Name}.json");

        // Another process stopped after two steps and a checkpoint, 100 s in.
        var config = StudyModel.All[0].Config("digits", Digits).WithSteps(4) with { CheckpointEvery = 2 };
        using var stop = new CancellationTokenSource();
        foreach (var progress in Trainer.Start(config, study.Open(DataSplit.Train), study.Folder.Run("ddpm"), new CpuExecutor(Parallelism.Single)).Run(TimeProvider.System, stop.Token))
            if (progress.Step == 2) break;
        study.Folder.Write(new TrainingPhases.TrainClock(new() { [2] = 100 }), "train", "ddpm.clock.json");

        TrainingPhases.Train(study);
        var result = study.Folder.Read<TrainResult>("train", "ddpm.json")!;
        Assert.Equal((4, 4, 128), (result.Steps, result.Planned, (int)result.Samples));
        Assert.InRange(result.Seconds, 100, 400);
        Assert.Null(result.Failure);

        // What is done is passed over, and a result that was lost is made of what is there.
        TrainingPhases.Train(study);
        File.Delete(study.Folder.In("train", "ddpm.json"));
        TrainingPhases.Train(study);
        Assert.InRange(study.Folder.Read<TrainResult>("train", "ddpm.json")!.Seconds, 100, 400);
    }

    [Theory]
    [InlineData("--data", "digits")]
    [InlineData("--data", "digits", "--out", "x", "--phases", "nap")]
    [InlineData("--data", "digits", "--out", "x", "--only", "nobody")]
    [InlineData("--data", "digits", "--out", "x", "--minutes", "NaN")]
    [InlineData("--data", "digits", "--out", "x", "--count", "1")]
    [InlineData("--data", "digits", "--out", "x", "--speed", "1")]
    public void What_is_not_understood_is_answered_with_the_usage(params string[] args) => Assert.Equal(2, PictureStudy.Run(args));
}

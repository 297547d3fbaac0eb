using DiffusionSharp.Denoisers;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Tests;

public sealed class TrainTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private static readonly TrainOptions Small = new() { Config = SmallModels.Points, Threads = 1 };

    [Fact]
    public void The_same_program_run_twice_trains_once()
    {
        var first = SmallModels.TrainPoints(folder["twice"]);
        var written = Directory.GetLastWriteTimeUtc(folder["twice/checkpoints"]);
        var (second, steps) = (new Steps(), Small);
        var again = DiffusionModel.Train(SmallModels.Moons, folder["twice"], options: steps, progress: second);
        Assert.Equal(0, second.Count);
        Assert.Equal(written, Directory.GetLastWriteTimeUtc(folder["twice/checkpoints"]));
        Assert.Equal(Draw(first), Draw(again));
    }

    [Fact]
    public void A_folder_changes_nothing_of_what_is_trained() => Assert.Equal(Draw(SmallModels.TrainPoints()), Draw(SmallModels.TrainPoints(folder["written"])));

    [Fact]
    public void A_run_of_another_configuration_is_refused()
    {
        SmallModels.TrainPoints(folder["other"]);
        var error = Assert.Throws<DataException>(() => DiffusionModel.Train(SmallModels.Moons, folder["other"], options: Small with { Batch = 8 }));
        Assert.Contains("batch: 16, 8", error.Message, StringComparison.Ordinal);
        Assert.Throws<OptionException>(() => DiffusionModel.Train(SmallModels.Moons, folder["other"], options: Small with { Resume = false }));
    }

    [Fact]
    public void A_source_of_ones_own_may_be_called_as_its_run()
    {
        // No folder is there at first; a relative path is one of the second time.
        var name = Path.GetRelativePath(".", folder["heart"]);
        var heart = DataSource.From(new float[,] { { 1, 0 }, { 0, 1 } }, name);
        DiffusionModel.Train(heart, folder["heart"], options: Small);
        Assert.Equal(name, DiffusionModel.Train(heart, folder["heart"], options: Small).Config!.Data);
    }

    [Fact]
    public void A_finished_run_is_lengthened_and_says_what_the_rate_does()
    {
        var options = Small with { Config = SmallModels.Points with { RateCurve = RateCurve.Cosine } };
        DiffusionModel.Train(SmallModels.Moons, folder["longer"], options: options);
        var run = TrainingRun.Prepare(SmallModels.Moons, folder["longer"], 20, new TrainOptions { Resume = true, Threads = 1 });
        Assert.Equal((12, 20), (run.FirstStep, run.Config.Steps));
        Assert.Contains(run.Notes, note => note.Contains("the rate follows a cosine over all 20 steps", StringComparison.Ordinal));
        Assert.Contains(run.Notes, note => note.StartsWith("the data was opened with a count", StringComparison.Ordinal));
        Assert.Equal(20, run.Steps().Last().Step);
        Assert.Equal(20, DiffusionModel.Open(folder["longer"]).TrainedSteps);
    }

    [Fact]
    public void A_run_that_is_stopped_goes_on_to_the_same_bytes()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Steps(step =>
        {
            if (step == 5) stop.Cancel();
        });
        var stopped = Assert.Throws<TrainingStoppedException>(() => DiffusionModel.Train(SmallModels.Moons, folder["stopped"], options: Small, progress: progress, stop: stop.Token));
        Assert.InRange(stopped.Step, 5, 11);
        Assert.NotNull(stopped.Checkpoint);
        Assert.Equal(Draw(SmallModels.TrainPoints()), Draw(SmallModels.TrainPoints(folder["stopped"])));
    }

    [Fact]
    public void Training_in_memory_that_is_stopped_hands_over_what_was_learned()
    {
        using var stop = new CancellationTokenSource();
        var stopped = Assert.Throws<TrainingStoppedException>(() => DiffusionModel.Train(SmallModels.Moons, options: Small, progress: new Steps(_ => stop.Cancel()), stop: stop.Token));
        Assert.Null(stopped.Checkpoint);
        Assert.Equal(stopped.Step, stopped.Model!.TrainedSteps);
    }

    [Fact]
    public void A_model_is_one_file_that_opens_anywhere()
    {
        var model = SmallModels.TrainDigits(folder["source"]);
        model.Save(folder["digits.safetensors"]);
        Assert.DoesNotContain(folder["source"], File.ReadAllText(folder["digits.safetensors"]), StringComparison.Ordinal);
        var opened = DiffusionModel.Open(folder["digits.safetensors"]);
        Assert.Equal(model.ClassNames, opened.ClassNames);
        Assert.Equal(model.Sample(3, steps: 3).Values.Values, opened.Sample(3, steps: 3).Values.Values);
        Assert.Throws<InvalidOperationException>(() => DiffusionModel.Exact(SmallModels.Moons).Save(folder["none.safetensors"]));
    }

    [Fact]
    public void A_run_begins_with_the_weights_of_another_model()
    {
        var first = SmallModels.TrainPoints();
        var longer = DiffusionModel.Train(SmallModels.Moons, folder["from"], steps: 1, new TrainOptions { Config = SmallModels.Points, From = first, Rate = 1e-12, Threads = 1 });
        var (a, b) = (first.Sample(5, steps: 5).Values, longer.Sample(5, steps: 5).Values);
        Assert.InRange((a - b).MaxAbs(), 0, 1e-4);
    }

    [Fact]
    public void A_schedule_of_ones_own_is_trained_on_and_kept_in_the_run()
    {
        double[] betas = [.. Enumerable.Range(1, 50).Select(t => 0.002 * t)];
        var model = DiffusionModel.Train(SmallModels.Moons, folder["betas"], options: Small with { Schedule = DiscreteSchedule.FromBetas(betas) });
        var read = DiffusionModel.Open(folder["betas"]);
        Assert.Equal(50, read.Schedule.TrainedLevels);
        Assert.Equal(model.Schedule.Alpha(30), read.Schedule.Alpha(30));
        Assert.Equal(Draw(model), Draw(read));
    }

    [Fact]
    public void A_kind_of_schedule_that_the_recipe_has_keeps_what_the_recipe_says_of_it()
    {
        var config = SmallModels.Points with { Schedule = new LinearScheduleConfig(Levels: 100) };
        Assert.Equal(config.Schedule, TrainingRun.Prepare(SmallModels.Moons, options: Small with { Config = config, Schedule = ScheduleConfig.Linear }).Config.Schedule);
        Assert.Equal(ScheduleConfig.Cosine, TrainingRun.Prepare(SmallModels.Moons, options: Small with { Config = config, Schedule = ScheduleConfig.Cosine, Prediction = Prediction.Data }).Config.Schedule);
    }

    [Fact]
    public void A_schedule_of_ones_own_is_trained_on_whatever_its_kind()
    {
        Schedule On(ScheduleConfig schedule) => DiffusionModel.Train(SmallModels.Moons, steps: 2, options: Small with { Schedule = schedule, Prediction = Prediction.Data }).Schedule;
        Assert.Equal(40, Assert.IsType<EdmSchedule>(On(new EdmSchedule(sigmaMax: 40))).SigmaMax);
        Assert.Equal(3, Assert.IsType<FlowSchedule>(On(new FlowSchedule(3))).Shift);
        Assert.Equal(0.02, Assert.IsType<VpCosineSchedule>(On(new VpCosineSchedule(0.02))).Offset);
        Assert.Equal((0.2, 15), Assert.IsType<VpLinearSchedule>(On(new VpLinearSchedule(0.2, 15))) is var vp ? (vp.BetaMin, vp.BetaMax) : default);
        Assert.Equal((0.2, 15), Assert.IsType<SubVpSchedule>(On(new SubVpSchedule(0.2, 15))) is var sub ? (sub.BetaMin, sub.BetaMax) : default);
        Assert.Equal((0.05, 9), Assert.IsType<VeGeometricSchedule>(On(new VeGeometricSchedule(0.05, 9))) is var ve ? (ve.SigmaMin, ve.SigmaMax) : default);
        var levels = GeometricSchedule.FromSigmas([.. Enumerable.Range(0, 120).Select(i => 4 - (0.03 * i))]);
        Assert.Equal(levels.Sigmas, Assert.IsType<GeometricSchedule>(On(levels)).Sigmas);
        Assert.Equal(120, Assert.IsType<DiscreteSchedule>(On(DiscreteSchedule.Laplace(120))).Levels);
    }

    [Fact]
    public void The_size_and_channels_that_data_was_opened_with_are_kept_by_the_run()
    {
        var run = TrainingRun.Prepare(SmallModels.Digits, folder["sized"], options: new TrainOptions { Config = SmallModels.Pictures, Threads = 1 });
        Assert.Equal(8, run.Config.Size);
        Assert.Equal(8, TrainingRun.Prepare(null, new DataSourceOptions(Count: 40), folder["sized"], null, new TrainOptions { Resume = true }).Data.SampleShape[0]);
    }

    [Fact]
    public void A_run_that_began_with_a_models_weights_goes_on_by_the_same_call_and_is_lengthened_by_it()
    {
        var first = SmallModels.TrainPoints();
        var options = Small with { From = first };
        var once = DiffusionModel.Train(SmallModels.Moons, folder["again"], options: options);
        Assert.Equal(Draw(once), Draw(DiffusionModel.Train(SmallModels.Moons, folder["again"], options: options)));
        Assert.Equal(16, DiffusionModel.Train(SmallModels.Moons, folder["again"], steps: 16, options: options).TrainedSteps);
    }

    [Fact]
    public void A_run_that_is_lengthened_by_the_same_call_keeps_the_warm_up_of_its_first_length()
    {
        var options = new TrainOptions { Config = SmallModels.Points with { Steps = 800, WarmupSteps = 50 }, Threads = 1 };
        DiffusionModel.Train(SmallModels.Moons, folder["warm"], steps: 20, options: options);
        Assert.Equal(24, DiffusionModel.Train(SmallModels.Moons, folder["warm"], steps: 24, options: options).TrainedSteps);
    }

    private static double[] Draw(DiffusionModel model) => model.Sample(6, seed: 9, steps: 4).Values.Values.ToArray();

    private sealed class Steps(Action<int>? then = null) : IProgress<TrainingProgress>
    {
        public int Count { get; private set; }

        public void Report(TrainingProgress value)
        {
            Count++;
            then?.Invoke(value.Step);
        }
    }
}

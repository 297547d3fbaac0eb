using DiffusionSharp.Data.Sources;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Langevin;
using DiffusionSharp.Networks;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Objectives;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

/// <summary>Levels of noise of a run: found from the data, kept in its configuration, given to its network.</summary>
public sealed class DataLevelsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static RunConfig Points { get; } = new("moons", "test") { Mlp = new MlpOptions(2, Width: 16, Layers: 2, TimeFeatures: 16), Steps = 6, Batch = 16, Seed = 7, SampleSteps = 5, CheckpointEvery = 2 };

    private static RunConfig Open => Points with { Data = "two-modes", Schedule = new GeometricScheduleConfig(SigmaMin: 0.05) };

    [Fact]
    public void The_most_noise_is_the_largest_distance_rounded_up_and_the_levels_are_those_of_technique_2()
    {
        using var two = new Parallelism(2);
        var digits = DataSource.Open("digits", new DataSourceOptions(Size: 8, Count: 300));
        var open = SmallRuns.Pictures with { Schedule = new GeometricScheduleConfig(SigmaMin: 0.02) };
        var settled = Geometric(DataLevels.Settle(open, digits, Parallelism.Single));
        var all = Tensor.Create([300, 64], values =>
        {
            var sample = new float[64];
            for (var k = 0; k < 300; k++)
            {
                digits.Read(k, sample);
                for (var i = 0; i < 64; i++) values[(k * 64) + i] = sample[i];
            }
        });
        var distance = NcsnDesign.LargestDistance(all);
        Assert.InRange(settled.SigmaMax!.Value, distance, distance * 1.011);
        Assert.Equal(NcsnDesign.Levels(0.02, settled.SigmaMax.Value, NcsnDesign.Ratio(64)), settled.Levels);
        Assert.Equal(settled, DataLevels.Settle(open, digits, two).Schedule);
        Assert.Equal(7, Geometric(DataLevels.Settle(open with { Schedule = new GeometricScheduleConfig(Levels: 7) }, digits, two)).Levels);
        Assert.Equal(9, Geometric(DataLevels.Settle(open with { Schedule = new GeometricScheduleConfig(SigmaMax: 9) }, digits, two)).SigmaMax);
        Assert.Same(SmallRuns.Pictures, DataLevels.Settle(SmallRuns.Pictures, digits, two));
    }

    [Fact]
    public void In_the_plane_there_are_ten_levels_and_of_a_large_source_a_drawn_part_is_looked_at_by_the_seed()
    {
        var points = PointSource.Create("two-modes");
        var (one, other) = (Geometric(DataLevels.Settle(Open, points, Parallelism.Single)), Geometric(DataLevels.Settle(Open with { Seed = 8 }, points, Parallelism.Single)));
        Assert.Equal(10, one.Levels);
        Assert.InRange(one.SigmaMax!.Value, 4, 6);
        Assert.NotEqual(one.SigmaMax, other.SigmaMax);
    }

    [Fact]
    public void A_run_keeps_the_levels_that_it_found_and_goes_on_with_a_recipe_that_leaves_them_open()
    {
        var source = PointSource.Create("two-modes");
        var path = folder["run"];
        var config = Open with { Steps = 4, CheckpointEvery = 2, SampleSteps = 3 };
        using var one = new Parallelism(1);
        foreach (var step in Trainer.Start(config, source, path, Machine.On(one)).Run(TimeProvider.System, TestContext.Current.CancellationToken).Take(2)) Assert.True(step.Step <= 2);
        var kept = Geometric(new RunFolder(path).ReadConfig());
        Assert.Equal(DataLevels.Settle(config, source, one).Schedule, kept);
        Assert.Equal(4, Trainer.Resume(config, source, path, Machine.On(one)).Run(TimeProvider.System, TestContext.Current.CancellationToken).Last().Step);
        Assert.Contains("plain Langevin", File.ReadAllText(new RunFolder(path).SampleFile(4, ".svg")), StringComparison.Ordinal);
        var schedule = Assert.IsType<GeometricSchedule>(SavedModel.Load(path).Schedule);
        Assert.Equal((0.05, kept.SigmaMax!.Value, 10), (schedule.Sigmas[0], schedule.Sigmas[^1], schedule.Levels));
        Assert.Contains("schedule.sigmaMax", Assert.Throws<DataException>(() => Trainer.Resume(config with { Schedule = kept with { SigmaMax = 40 } }, source, path, Machine.On(one))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Levels_still_open_make_no_schedule_and_data_without_distance_gives_none()
    {
        Assert.Contains("still open", Assert.Throws<ArgumentException>(() => { Open.Schedule!.Create(); }).Message, StringComparison.Ordinal);
        var far = Open with { Schedule = new GeometricScheduleConfig(SigmaMin: 50) };
        Assert.Contains("schedule.sigmaMin: 50 is not below the largest distance between data", Assert.Throws<ArgumentException>(() => DataLevels.Settle(far, PointSource.Create("moons"), Parallelism.Single)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(30)]
    [InlineData(49)]
    public void Fewer_steps_than_levels_of_noise_still_visit_the_most_and_the_least(int steps)
    {
        var config = new GeometricScheduleConfig(Levels: 49, SigmaMin: 0.02, SigmaMax: 20);
        var schedule = config.Create();
        var grid = schedule.Grid(steps);
        Assert.Equal(steps, grid.Count);
        Assert.Equal((48, 0), (grid.Times[0], grid.Times[^1]));

        // The step is that of the widest gap, also where whole levels make gaps unequal.
        var gap = Enumerable.Range(1, steps - 1).Max(i => grid.Times[i - 1] - grid.Times[i]);
        Assert.Equal(NcsnDesign.StepSize(Math.Pow(1000, gap / 48), 5), NcsnDesign.StepSize(schedule, grid, 5), 1e-9);
        Assert.Equal(Timesteps.Trailing(1000, 7).Times, ScheduleConfig.Linear.Create().Grid(7).Times);
    }

    [Fact]
    public void A_default_that_is_written_is_the_default_that_is_left_out()
    {
        var run = Points;
        Assert.Empty(ConfigJson.Differences(run with { Schedule = new LinearScheduleConfig(Levels: 1000) }, run with { Schedule = ScheduleConfig.Linear }));
        Assert.Empty(ConfigJson.Differences(run with { Schedule = new EdmScheduleConfig(0.002, 80) }, run with { Schedule = ScheduleConfig.Edm }));
        Assert.Single(ConfigJson.Differences(run with { Schedule = new LinearScheduleConfig(Levels: 999) }, run with { Schedule = ScheduleConfig.Linear }));
        var listed = ConfigJson.Read(ConfigJson.Write(run with { Schedule = new GeometricScheduleConfig(Sigmas: [4, 2, 1]) }), "listed");
        Assert.Equal([1, 2, 4], ((GeometricSchedule)listed.Schedule!.Create()).Sigmas.ToArray());
        Assert.Equal(3, listed.Schedule.Create().TrainedLevels);
    }

    [Fact]
    public void Levels_are_drawn_alike_and_the_network_sees_the_logarithm_of_the_noise_or_the_noise_itself()
    {
        var config = Open with { Schedule = new GeometricScheduleConfig(Sigmas: [4, 2, 1]) };
        var schedule = config.Schedule!.Create();
        var levels = LevelSampler.Create(config.LevelsOrDefault(), schedule);
        var counts = new int[3];
        for (var k = 0; k < 3000; k++) counts[(int)levels.Draw(new Rng(5).Split(k)).Level.Time]++;
        Assert.All(counts, count => Assert.InRange(count, 900, 1100));
        Assert.Equal(250 * Math.Log(4), config.TimeInput(schedule, schedule.At(2)), 1e-9);
        var blind = SmallRuns.Pictures with { Schedule = config.Schedule, UNet = SmallRuns.Pictures.UNet! with { TimeEmbedding = TimeEmbeddingKind.None } };
        Assert.Equal(4, blind.TimeInput(schedule, schedule.At(2)));
        Assert.Equal(16, new Objective(blind with { Prediction = Prediction.Score }, schedule).Weight(schedule.At(2)), 1e-12);
    }

    public void Dispose() => folder.Dispose();

    private static GeometricScheduleConfig Geometric(RunConfig config) => Assert.IsType<GeometricScheduleConfig>(config.Schedule);
}

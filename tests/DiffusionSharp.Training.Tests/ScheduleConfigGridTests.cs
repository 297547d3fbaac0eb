using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Tests;

public sealed class ScheduleConfigGridTests
{
    public static TheoryData<string> Names => [.. ScheduleCatalog.All.Select(e => e.Name).Where(n => n != "betas")];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_configuration_is_sampled_on_the_grid_of_its_schedule_which_is_the_one_that_runs_have_always_had(string kind)
    {
        var config = kind == "geometric" ? new GeometricScheduleConfig(Levels: 60, SigmaMin: 0.02, SigmaMax: 20) : Kinds.Of(kind);
        var schedule = config.Create();
        foreach (var steps in (int[])[1, 2, 7, 50])
        {
            var expected = Written(kind, schedule, steps);
            var grid = schedule.Grid(steps);
            Assert.Equal(expected.Times, grid.Times);
            Assert.Equal(expected.Targets, grid.Targets);
        }

        Assert.Equal(kind == "vp-cosine" ? 1 - 1e-3 : schedule.NoiseTime, schedule.StartTime);
    }

    [Fact]
    public void A_schedule_of_betas_one_by_one_is_the_one_it_was_written_from()
    {
        var own = DiscreteSchedule.FromBetas([0.01, 0.05, 0.1, 0.3]);
        ScheduleConfig config = own;
        var read = config.Create();
        Assert.Equal(4, read.TrainedLevels);
        for (var t = 0; t < 4; t++) Assert.Equal(own.Alpha(t), read.Alpha(t));
        Assert.Equal(own.Grid(3).Times, read.Grid(3).Times);
        Assert.Throws<ArgumentException>(() => new BetasScheduleConfig().Create());
    }

    // The rule kind by kind, written out a second time.
    private static TimeGrid Written(string kind, Schedule schedule, int steps) => kind switch
    {
        "ve-geometric" or "edm" => Grids.Karras(schedule, steps),
        "vp-linear" or "sub-vp" or "flow" => TimeGrid.Uniform(1, 0, steps),
        "vp-cosine" => TimeGrid.Uniform(1 - 1e-3, 0, steps),
        "geometric" => Timesteps.Linspace(60, steps),
        _ => Timesteps.Trailing(1000, steps),
    };
}

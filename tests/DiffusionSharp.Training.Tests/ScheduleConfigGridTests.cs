using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Configuration;

namespace DiffusionSharp.Training.Tests;

public sealed class ScheduleConfigGridTests
{
    public static TheoryData<ScheduleKind> Kinds => [.. Enum.GetValues<ScheduleKind>().Where(k => k != ScheduleKind.Betas)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_configuration_is_sampled_on_the_grid_of_its_schedule_which_is_the_one_that_runs_have_always_had(ScheduleKind kind)
    {
        var config = kind == ScheduleKind.Geometric ? new ScheduleConfig(kind, Levels: 60, SigmaMin: 0.02, SigmaMax: 20) : new ScheduleConfig(kind);
        var schedule = config.Create();
        foreach (var steps in (int[])[1, 2, 7, 50])
        {
            var expected = Written(kind, schedule, steps);
            foreach (var grid in (TimeGrid[])[schedule.Grid(steps), config.Grid(schedule, null, steps)])
            {
                Assert.Equal(expected.Times, grid.Times);
                Assert.Equal(expected.Targets, grid.Targets);
            }
        }

        Assert.Equal(kind == ScheduleKind.VpCosine ? 1 - 1e-3 : schedule.NoiseTime, schedule.StartTime);
    }

    [Fact]
    public void A_schedule_of_betas_one_by_one_is_the_one_it_was_written_from()
    {
        var own = DiscreteSchedule.FromBetas([0.01, 0.05, 0.1, 0.3]);
        ScheduleConfig config = own;
        var read = config.Create();
        Assert.Equal(4, config.LevelsOrDefault());
        for (var t = 0; t < 4; t++) Assert.Equal(own.Alpha(t), read.Alpha(t));
        Assert.Equal(own.Grid(3).Times, config.Grid(read, null, 3).Times);
        Assert.Throws<ArgumentException>(() => new ScheduleConfig(ScheduleKind.Betas).Create());
        Assert.Throws<ArgumentException>(() => new ScheduleConfig(ScheduleKind.Linear, BetaValues: [0.1]).Create());
    }

    // The rule kind by kind, written out a second time.
    private static TimeGrid Written(ScheduleKind kind, Schedule schedule, int steps) => kind switch
    {
        ScheduleKind.VeGeometric or ScheduleKind.Edm => Grids.Karras(schedule, steps),
        ScheduleKind.VpLinear or ScheduleKind.SubVp or ScheduleKind.Flow => TimeGrid.Uniform(1, 0, steps),
        ScheduleKind.VpCosine => TimeGrid.Uniform(1 - 1e-3, 0, steps),
        ScheduleKind.Geometric => Timesteps.Linspace(60, steps),
        _ => Timesteps.Trailing(1000, steps),
    };
}

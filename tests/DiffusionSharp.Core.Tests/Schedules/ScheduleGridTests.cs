using DiffusionSharp.Schedules;

namespace DiffusionSharp.Core.Tests.Schedules;

public sealed class ScheduleGridTests
{
    public static TheoryData<string, Schedule> All => ScheduleTests.All;

    [Theory]
    [MemberData(nameof(All))]
    public void The_grid_of_a_schedule_runs_from_where_sampling_starts_to_clean_data_in_as_many_steps_as_were_asked(string name, Schedule schedule)
    {
        foreach (var steps in (int[])[1, 2, 7, 50])
        {
            if (steps > schedule.TrainedLevels) continue;
            var grid = schedule.Grid(steps);
            Assert.True((grid.Count, grid.Start, grid.End, grid.IsChain) == (steps, schedule.StartTime, schedule.CleanTime, true), $"{name}, {steps} steps: {grid.Start} to {grid.End}");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_schedule_of_T_trained_levels_names_them_and_its_time_runs_from_minus_one_to_T_minus_one(string name, Schedule schedule)
    {
        var discrete = schedule is DiscreteSchedule or GeometricSchedule;
        Assert.True(schedule.TrainedLevels is null != discrete, name);
        if (schedule.TrainedLevels is int levels) Assert.Equal((-1, levels - 1), (schedule.CleanTime, schedule.NoiseTime));
    }

    [Fact]
    public void Each_schedule_answers_with_the_spacing_of_its_users()
    {
        Assert.Equal(Timesteps.Trailing(1000, 7).Times, DiscreteSchedule.Linear().Grid(7).Times);
        var levels = new GeometricSchedule(0.02, 20, 49);
        Assert.Equal(Timesteps.Linspace(49, 7).Times, levels.Grid(7).Times);
        var edm = new EdmSchedule();
        Assert.Equal(Grids.Karras(edm, 7).Times, edm.Grid(7).Times);
        Assert.Equal([1, 0.75, 0.5, 0.25], new FlowSchedule(3).Grid(4).Times);
        Assert.Equal(TimeGrid.Uniform(0.999, 0, 4).Times, new VpCosineSchedule().Grid(4).Times);
    }

    [Fact]
    public void More_steps_than_trained_levels_or_none_are_refused_with_the_number_that_is_possible()
    {
        Assert.StartsWith("Schedule.Grid: 1 to 1000 steps were expected, the number of trained levels.", Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteSchedule.Linear().Grid(1001)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Schedule.Grid: 1 to 3 steps were expected", Assert.Throws<ArgumentOutOfRangeException>(() => GeometricSchedule.FromSigmas([3, 2, 1]).Grid(4)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Schedule.Grid: at least 1 step was expected.", Assert.Throws<ArgumentOutOfRangeException>(() => new EdmSchedule().Grid(0)).Message, StringComparison.Ordinal);
    }
}

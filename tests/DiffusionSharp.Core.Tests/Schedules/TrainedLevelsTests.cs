using DiffusionSharp.Schedules;

namespace DiffusionSharp.Core.Tests.Schedules;

public sealed class TrainedLevelsTests
{
    public static TheoryData<string, Schedule> All => ScheduleTests.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Even_draws_train_from_the_least_noise_to_where_sampling_starts_and_on_timesteps_where_there_are_some(string name, Schedule schedule)
    {
        Assert.Equal(schedule.LeastNoiseTime, schedule.Draw(0).Time);
        Assert.Equal(schedule.StartTime, schedule.Draw(Math.BitDecrement(1.0)).Time, 1e-9);
        var level = schedule.Draw(0.4321);
        Assert.True(schedule.TrainedLevels is null || level.Time == Math.Floor(0.4321 * schedule.TrainedLevels.Value), name);
        var near = schedule.TrainedAtRatio(level.Ratio);
        Assert.Equal(level.Time, near.Time, 1e-9 * Math.Max(1, level.Time));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_schedule_is_variance_exploding_where_the_data_keeps_its_factor(string name, Schedule schedule) =>
        Assert.True(schedule.IsVarianceExploding == (schedule.Alpha(schedule.NoiseTime) == 1), name);

    [Fact]
    public void A_network_is_told_the_timestep_the_logarithm_of_the_noise_the_noise_or_the_stretched_time()
    {
        Assert.Equal(300, DiscreteSchedule.Linear().TimeInput(DiscreteSchedule.Linear().At(300)));
        Assert.Equal(999 * 0.3, new VpLinearSchedule().TimeInput(new VpLinearSchedule().At(0.3)));
        var shifted = new FlowSchedule(3);
        Assert.Equal(1000 * shifted.Sigma(0.3), shifted.TimeInput(shifted.At(0.3)));
        Assert.Equal(250 * Math.Log(2), new EdmSchedule().TimeInput(new EdmSchedule().At(2)), 1e-12);
        Assert.Equal(250 * Math.Log(2), GeometricSchedule.FromSigmas([2, 1]).TimeInput(GeometricSchedule.FromSigmas([2, 1]).At(1)), 1e-12);
    }

    [Fact]
    public void A_spacing_of_timesteps_is_refused_where_time_is_continuous()
    {
        Assert.Equal(Timesteps.Leading(1000, 7).Times, DiscreteSchedule.Linear().Grid(7, TimestepSpacing.Leading).Times);
        Assert.Contains("is continuous", Assert.Throws<NotSupportedException>(() => new EdmSchedule().Grid(7, TimestepSpacing.Leading)).Message, StringComparison.Ordinal);
    }
}

using DiffusionSharp.Schedules;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Tests.Schedules;

public sealed class ScheduleTests
{
    public static TheoryData<string, Schedule> All => new()
    {
        { "linear", DiscreteSchedule.Linear() },
        { "scaled linear", DiscreteSchedule.ScaledLinear() },
        { "cosine", DiscreteSchedule.Cosine() },
        { "sigmoid", DiscreteSchedule.Sigmoid() },
        { "zero terminal SNR", DiscreteSchedule.Linear(100, 1e-3, 0.2).RescaleToZeroTerminalSnr() },
        { "one level", DiscreteSchedule.FromBetas([0.5]) },
        { "VP linear", new VpLinearSchedule() },
        { "VP constant", new VpLinearSchedule(3, 3) },
        { "VP cosine", new VpCosineSchedule() },
        { "VP cosine without offset", new VpCosineSchedule(0) },
    };

    [Theory]
    [MemberData(nameof(All))]
    public void Data_and_noise_share_a_variance_of_one_and_the_signal_to_noise_ratio_falls_strictly(string name, Schedule schedule)
    {
        var before = double.PositiveInfinity;
        for (var i = 0; i <= 3000; i++)
        {
            var level = schedule.At(Between(schedule, i / 3000.0));
            Near.Number(1, (level.Alpha * level.Alpha) + (level.Sigma * level.Sigma), 1e-14, $"{name} at {level.Time}");
            Assert.True(i == 0 || level.LogSnr < before, $"{name}: λ({level.Time}) = {level.LogSnr} is not below {before}.");
            before = level.LogSnr;
        }

        Assert.Equal((1, 0), (schedule.Alpha(schedule.CleanTime), schedule.Sigma(schedule.CleanTime)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_time_of_a_signal_to_noise_ratio_inverts_it(string name, Schedule schedule)
    {
        for (var i = 0; i <= 997; i++)
        {
            var t = Between(schedule, i / 997.0);
            Near.Number(t, schedule.TimeAtLogSnr(schedule.LogSnr(t)), 1e-9 * Math.Max(1, schedule.NoiseTime), $"{name} at {t}");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_time_or_ratio_outside_the_schedule_is_refused(string name, Schedule schedule)
    {
        foreach (var t in (double[])[schedule.CleanTime - 1e-9, schedule.NoiseTime + 1e-9, double.NaN])
            Assert.Contains("was expected", Assert.Throws<ArgumentOutOfRangeException>(() => schedule.At(t)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.TimeAtLogSnr(double.NaN));
        if (double.IsFinite(schedule.LogSnr(schedule.NoiseTime))) Assert.Throws<ArgumentOutOfRangeException>(() => schedule.TimeAtLogSnr(schedule.LogSnr(schedule.NoiseTime) - 1e-6));
        Assert.False(string.IsNullOrEmpty(name));
    }

    [Fact]
    public void The_linear_schedule_of_T_levels_tends_to_the_variance_preserving_sde_as_one_over_T()
    {
        var limit = new VpLinearSchedule();
        var errors = new List<double>();
        foreach (var levels in (int[])[1000, 2000, 4000])
        {
            var schedule = DiscreteSchedule.Linear(levels, 0.1 / levels, 20.0 / levels);
            var worst = 0.0;
            for (var i = 0; i < levels; i++) worst = Math.Max(worst, Math.Abs(schedule.AlphaBar[i] - Math.Pow(limit.Alpha((i + 1.0) / levels), 2)));
            errors.Add(worst);
        }

        Assert.True(errors[0] < 0.01);
        for (var i = 1; i < errors.Count; i++) Assert.InRange(errors[i - 1] / errors[i], 1.9, 2.1);
    }

    [Fact]
    public void The_cosine_without_offset_is_a_quarter_turn()
    {
        var schedule = new VpCosineSchedule(0);
        for (var t = 0.0; t <= 1; t += 1.0 / 64)
        {
            Near.Number(Math.Cos(Math.PI / 2 * t), schedule.Alpha(t), 1e-15, $"α({t})");
            Near.Number(Math.Sin(Math.PI / 2 * t), schedule.Sigma(t), 1e-15, $"σ({t})");
        }

        Assert.Equal(0, new VpCosineSchedule().Alpha(1));
    }

    [Fact]
    public void The_first_levels_keep_their_digits()
    {
        // 1 − ᾱ_0 is β_0 itself; taken from ᾱ it would carry a relative error of 1e-16/β.
        var schedule = DiscreteSchedule.Linear(10, 1e-12, 1e-11);
        Near.RelativeToEach([1e-6], [schedule.Sigma(0)], 1e-15, "σ(0)");
    }

    [Fact]
    public void Betas_out_of_range_are_refused_with_their_index()
    {
        foreach (var bad in (double[])[0, -0.1, 1, 1.5, double.NaN])
            Assert.Contains("β at index 1 of 3", Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteSchedule.FromBetas([0.1, bad, 0.1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => DiscreteSchedule.FromBetas([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteSchedule.Linear(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteSchedule.Linear(10, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VpLinearSchedule(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VpLinearSchedule(1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VpCosineSchedule(double.NaN));
    }

    private static double Between(Schedule schedule, double share) => share == 1 ? schedule.NoiseTime : schedule.CleanTime + ((schedule.NoiseTime - schedule.CleanTime) * share);
}

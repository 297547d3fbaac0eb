using DiffusionSharp.Schedules;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Schedules;

public sealed class ScheduleTests
{
    internal static readonly (string Name, Schedule Schedule)[] Schedules =
    [
        ("linear", DiscreteSchedule.Linear()),
        ("scaled linear", DiscreteSchedule.ScaledLinear()),
        ("cosine", DiscreteSchedule.Cosine()),
        ("sigmoid", DiscreteSchedule.Sigmoid()),
        ("zero terminal SNR", DiscreteSchedule.Linear(100, 1e-3, 0.2).RescaleToZeroTerminalSnr()),
        ("one level", DiscreteSchedule.FromBetas([0.5])),
        ("VP linear", new VpLinearSchedule()),
        ("VP constant", new VpLinearSchedule(3, 3)),
        ("VP cosine", new VpCosineSchedule()),
        ("VP cosine without offset", new VpCosineSchedule(0)),
        ("Laplace", DiscreteSchedule.Laplace()),
        ("Laplace, wide", DiscreteSchedule.Laplace(100, -1, 2)),
        ("sub-VP", new SubVpSchedule()),
        ("sub-VP constant", new SubVpSchedule(3, 3)),
        ("VE geometric", new VeGeometricSchedule()),
        ("EDM", new EdmSchedule()),
        ("geometric levels", new GeometricSchedule(0.01, 50, 232)),
        ("two levels of noise", new GeometricSchedule(0.5, 2, 2)),
        ("one level of noise", GeometricSchedule.FromSigmas([3])),
        ("listed levels", GeometricSchedule.FromSigmas([30, 4, 1, 0.9, 0.02])),
        ("flow", new FlowSchedule()),
        ("flow, shifted", new FlowSchedule(3)),
    ];

    public static TheoryData<string, Schedule> All => [.. Schedules.Select(s => new TheoryDataRow<string, Schedule>(s.Name, s.Schedule))];

    [Theory]
    [MemberData(nameof(All))]
    public void The_signal_to_noise_ratio_falls_strictly_from_clean_data_and_variance_preserving_schedules_keep_their_name(string name, Schedule schedule)
    {
        var variancePreserving = schedule is DiscreteSchedule or VpLinearSchedule or VpCosineSchedule;
        var before = double.PositiveInfinity;
        for (var i = 0; i <= 3000; i++)
        {
            var level = schedule.At(Between(schedule, i / 3000.0));
            if (variancePreserving) Near.Number(1, (level.Alpha * level.Alpha) + (level.Sigma * level.Sigma), 3e-14, $"{name} at {level.Time}");
            Assert.InRange(level.Alpha, 0, 1);
            if (schedule is not (VeGeometricSchedule or EdmSchedule or GeometricSchedule)) Near.Number(double.Hypot(level.Alpha, level.Sigma), schedule.PriorSigma(level.Time), 1e-14, $"{name}: prior at {level.Time}");
            else Assert.Equal(level.Sigma, schedule.PriorSigma(level.Time));
            Assert.True(i == 0 || level.LogSnr < before, $"{name}: λ({level.Time}) = {level.LogSnr} is not below {before}.");
            before = level.LogSnr;
        }

        Assert.Equal((1, 0), (schedule.Alpha(schedule.CleanTime), schedule.Sigma(schedule.CleanTime)));
        Assert.InRange(schedule.LeastNoiseTime, Math.BitIncrement(schedule.CleanTime), schedule.NoiseTime);
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
    public void No_schedule_escapes_these_tests()
    {
        var tested = Schedules.Select(s => s.Schedule.GetType()).ToHashSet();
        foreach (var type in typeof(Schedule).Assembly.GetTypes()) Assert.True(type.IsAbstract || !type.IsAssignableTo(typeof(Schedule)) || tested.Contains(type), $"{type.Name} is not tested.");
    }

    [Fact]
    public void Laplace_levels_have_the_quantiles_of_that_law_as_their_log_signal_to_noise_ratio()
    {
        var (mu, b) = (0.7, 0.5);
        var schedule = DiscreteSchedule.Laplace(500, mu, b);
        var mean = 0.0;
        for (var i = 0; i < 500; i++)
        {
            var logSnr = schedule.LogSnr(i);
            Near.Number(1 - ((i + 0.5) / 500), MathNet.Numerics.Distributions.Laplace.CDF(mu, b, logSnr), 1e-12, $"share of levels noisier than level {i}");
            mean += Math.Abs(logSnr - mu) / 500;
        }

        Near.Number(b, mean, 1e-3, "mean distance from μ");
    }

    [Fact]
    public void Variance_exploding_noise_is_geometric_above_time_zero_and_linear_below()
    {
        var schedule = new VeGeometricSchedule(0.01, 100);
        Near.RelativeToEach([0.005, 0.01, 1, 100], [schedule.Sigma(-0.5), schedule.Sigma(0), schedule.Sigma(0.5), schedule.Sigma(1)], 1e-13, "σ");
        Assert.Equal(0, schedule.Sigma(-1));
    }

    [Fact]
    public void Geometric_levels_have_one_ratio_and_reach_both_ends_and_between_them_the_noise_is_geometric()
    {
        var schedule = new GeometricSchedule(0.01, 1, 10);
        Assert.Equal((0.01, 1), (schedule.Sigmas[0], schedule.Sigmas[^1]));
        for (var i = 1; i < 10; i++) Near.Number(Math.Pow(100, 1.0 / 9), schedule.Sigmas[i] / schedule.Sigmas[i - 1], 1e-12, $"σ({i})/σ({i - 1})");
        Near.RelativeToEach([0.005, 0.1, Math.Sqrt(schedule.Sigmas[3] * schedule.Sigmas[4])], [schedule.Sigma(-0.5), schedule.Sigma(4.5), schedule.Sigma(3.5)], 1e-13, "σ");
        Assert.Equal([0.5, 2, 3], GeometricSchedule.FromSigmas([3, 2, 0.5]).Sigmas.ToArray());
    }

    [Fact]
    public void Levels_of_noise_that_rise_or_repeat_or_are_no_noise_are_refused_with_their_place()
    {
        foreach (var (bad, message) in ((double[], string)[])[([3, 2, 2.5], "number 3 of 3, 2.5, does not lie below 2 before it"), ([3, 3], "number 2 of 2, 3, does not lie below 3"), ([3, 0], "number 2 of 2 is 0"), ([3, -1], "number 2 of 2 is -1"), ([double.NaN], "number 1 of 1 is NaN"), ([double.PositiveInfinity, 1], "number 1 of 2 is "), ([], "at least one σ")])
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => GeometricSchedule.FromSigmas(bad)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new GeometricSchedule(0, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GeometricSchedule(1, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GeometricSchedule(0.1, double.NaN, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GeometricSchedule(0.1, 1, 1));
    }

    [Fact]
    public void A_shift_moves_time_and_keeps_the_levels()
    {
        FlowSchedule plain = new(), shifted = new(3);
        for (var t = 0.0; t <= 1; t += 1.0 / 64)
        {
            Near.Number(3 * t / (1 + (2 * t)), shifted.Sigma(t), 1e-15, $"σ({t})");
            Near.Number(1, plain.Alpha(t) + plain.Sigma(t), 1e-15, $"α + σ at {t}");
            Near.Number(shifted.Alpha(t), plain.Alpha(shifted.Sigma(t)), 1e-15, $"α at {t}");
        }

        Assert.Equal((0, 1), (shifted.Alpha(1), shifted.Sigma(1)));
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
        Assert.Throws<ArgumentOutOfRangeException>(() => new SubVpSchedule(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VeGeometricSchedule(1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VeGeometricSchedule(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EdmSchedule(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowSchedule(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteSchedule.Laplace(10, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteSchedule.Laplace(10, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteSchedule.Linear().RescaleToZeroTerminalSnr(1e-3));
    }

    internal static double Between(Schedule schedule, double share) => share == 1 ? schedule.NoiseTime : schedule.CleanTime + ((schedule.NoiseTime - schedule.CleanTime) * share);
}

using DiffusionSharp.Schedules;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Schedules;

/// <summary>What the schedules have to do with each other, and α, σ with the process dx = f x dt + g dw.</summary>
public sealed class ProcessTests
{
    [Fact]
    public void The_linear_schedule_of_T_levels_tends_to_the_variance_preserving_sde_as_one_over_T()
    {
        var limit = new VpLinearSchedule();
        var errors = new List<(double Alpha, double Sigma)>();
        foreach (var levels in (int[])[1000, 2000, 4000])
        {
            var schedule = DiscreteSchedule.Linear(levels, 0.1 / levels, 20.0 / levels);
            double alpha = 0, sigma = 0;

            // From a tenth of the way: σ = √(βt) has its corner at 0.
            for (var i = levels / 10; i < levels; i++)
            {
                var there = limit.At((i + 1.0) / levels);
                alpha = Math.Max(alpha, Math.Abs(schedule.Alpha(i) - there.Alpha));
                sigma = Math.Max(sigma, Math.Abs(schedule.Sigma(i) - there.Sigma));
            }

            errors.Add((alpha, sigma));
        }

        Assert.InRange(errors[0].Alpha, 1e-5, 0.01);
        for (var i = 1; i < errors.Count; i++)
        {
            Assert.InRange(Math.Log2(errors[i - 1].Alpha / errors[i].Alpha), 0.97, 1.03);
            Assert.InRange(Math.Log2(errors[i - 1].Sigma / errors[i].Sigma), 0.97, 1.03);
        }
    }

    [Fact]
    public void Variance_preserving_and_exploding_processes_differ_by_a_factor_of_time()
    {
        // x/α of one process at a level is x of the other where σ/α agrees; their noise rates agree too: d(σ/α)² = g²/α² dt.
        VpLinearSchedule vp = new();
        EdmSchedule ve = new(200);
        foreach (var t in (double[])[0.01, 0.1, 0.3, 0.5, 0.9, 1])
        {
            var here = vp.At(t);
            var there = ve.AtRatio(here.Ratio);
            Near.RelativeToEach([here.Ratio], [there.Sigma], 1e-13, $"σ/α at {t}");
            var growth = Math.Pow(vp.Diffusion(t) / here.Alpha, 2);
            const double h = 1e-6;
            var slope = t == 1 ? (vp.At(1).Ratio - vp.At(1 - h).Ratio) / h : (vp.At(t + (h / 2)).Ratio - vp.At(t - (h / 2)).Ratio) / h;
            Near.RelativeToEach([growth], [2 * there.Sigma * slope], t == 1 ? 1e-4 : 1e-6, $"growth of (σ/α)² at {t}");
            Near.RelativeToEach([growth], [Math.Pow(ve.Diffusion(there.Time), 2) * slope], t == 1 ? 1e-4 : 1e-6, $"g² of the exploding process at {t}");
        }
    }

    [Theory]
    [MemberData(nameof(ScheduleTests.All), MemberType = typeof(ScheduleTests))]
    public void Gaussian_steps_merge_into_one(string name, Schedule schedule)
    {
        // x_t | x_s is α_t/α_s x_s plus noise of variance σ_t² − (α_t/α_s)² σ_s²; many steps in a row are the jump from clean data.
        double alpha = 1, variance = 0;
        var before = schedule.At(schedule.CleanTime);
        for (var i = 1; i <= 200; i++)
        {
            var level = schedule.At(ScheduleTests.Between(schedule, i / 200.0));
            var factor = level.Alpha / before.Alpha;
            var added = (level.Sigma * level.Sigma) - (factor * factor * before.Sigma * before.Sigma);
            Assert.True(added > 0, $"{name}: the step to {level.Time} adds a variance of {added}.");
            alpha *= factor;
            variance = (factor * factor * variance) + added;
            Near.Number(level.Alpha, alpha, 1e-12, $"{name}: α at {level.Time}");
            Near.RelativeToEach([level.Sigma], [Math.Sqrt(variance)], 1e-10, $"{name}: σ at {level.Time}");
            before = level;
        }

        if (schedule is not DiscreteSchedule discrete) return;
        (alpha, variance) = (1, 0);
        for (var i = 0; i < discrete.Levels; i++)
        {
            alpha *= Math.Sqrt(1 - discrete.Betas[i]);
            variance = ((1 - discrete.Betas[i]) * variance) + discrete.Betas[i];
            Near.Number(alpha, discrete.Alpha(i), 1e-13, $"{name}: α of level {i}");
            Near.RelativeToEach([discrete.Sigma(i)], [Math.Sqrt(variance)], 1e-12, $"{name}: σ of level {i}");
        }
    }

    [Theory]
    [MemberData(nameof(ScheduleTests.All), MemberType = typeof(ScheduleTests))]
    public void Drift_and_diffusion_are_the_slopes_of_alpha_and_sigma(string name, Schedule schedule)
    {
        var length = schedule.NoiseTime - schedule.CleanTime;
        for (var i = 0; i < 50; i++)
        {
            // Off the corners that trained levels and the foot of a geometric schedule are; short of infinite rates at pure noise.
            var t = Inside(schedule, (i + 0.37) / 50.5);
            var h = 2e-5 * (schedule is DiscreteSchedule ? 5 : Math.Min(t - schedule.CleanTime, schedule.NoiseTime - t));
            NoiseLevel low = schedule.At(t - h), high = schedule.At(t + h), level = schedule.At(t);
            var drift = (Math.Log(high.Alpha) - Math.Log(low.Alpha)) / (2 * h);
            var growth = (high.Sigma - low.Sigma) * (high.Sigma + low.Sigma) / (2 * h);
            var scale = Math.Abs(growth) + (2 * Math.Abs(drift) * level.Sigma * level.Sigma);
            Near.Number(drift, schedule.Drift(t), 1e-6 * Math.Max(Math.Abs(drift), 1 / length), $"{name}: f({t})");
            Near.Number(growth - (2 * drift * level.Sigma * level.Sigma), Math.Pow(schedule.Diffusion(t), 2), 1e-6 * scale, $"{name}: g²({t})");
        }
    }

    [Theory]
    [MemberData(nameof(ScheduleTests.All), MemberType = typeof(ScheduleTests))]
    public void Mean_and_variance_of_the_forward_process_are_alpha_and_sigma_squared(string name, Schedule schedule)
    {
        // dm = f m dt and dv = (2 f v + g²) dt by Runge–Kutta of fourth order, between corners, a few trained levels at a time.
        foreach (var (from, to) in Stretches(schedule))
        {
            double m = schedule.Alpha(from), v = Math.Pow(schedule.Sigma(from), 2);
            const int steps = 400;
            var h = (to - from) / steps;
            for (var i = 0; i < steps; i++)
            {
                // The end of a stretch may be a corner, whose rates belong to the next one.
                double t = from + (i * h), middle = t + (h / 2), end = Math.Min(t + h, to - ((to - from) * 1e-12));
                var k1 = Rates(t, m, v);
                var k2 = Rates(middle, m + (h / 2 * k1.M), v + (h / 2 * k1.V));
                var k3 = Rates(middle, m + (h / 2 * k2.M), v + (h / 2 * k2.V));
                var k4 = Rates(end, m + (h * k3.M), v + (h * k3.V));
                m += h / 6 * (k1.M + (2 * k2.M) + (2 * k3.M) + k4.M);
                v += h / 6 * (k1.V + (2 * k2.V) + (2 * k3.V) + k4.V);
            }

            Near.Number(schedule.Alpha(to), m, 1e-8, $"{name}: mean from {from} to {to}");
            Near.RelativeToEach([Math.Pow(schedule.Sigma(to), 2)], [v], 1e-7, $"{name}: variance from {from} to {to}");
        }

        (double M, double V) Rates(double t, double m, double v)
        {
            double f = schedule.Drift(t), g = schedule.Diffusion(t);
            return (f * m, (2 * f * v) + (g * g));
        }
    }

    private static IEnumerable<(double From, double To)> Stretches(Schedule schedule) => schedule switch
    {
        DiscreteSchedule { Levels: 1 } => [(-0.9, -0.1)],
        DiscreteSchedule discrete => new[] { 0, discrete.Levels / 3, discrete.Levels - 3 }.Select(i => ((double)i, i + 1.0)).Append((-0.8, 0)),
        VeGeometricSchedule => [(-0.9, 0), (0, 1)],
        GeometricSchedule geometric => [(-0.9, 0), .. Enumerable.Range(0, geometric.Levels - 1).Select(i => ((double)i, i + 1.0))],
        EdmSchedule => [(0.002, 80)],
        _ => [(0.02, 0.3), (0.3, 0.9)],
    };

    private static double Inside(Schedule schedule, double share)
    {
        var t = ScheduleTests.Between(schedule, share);
        return schedule is DiscreteSchedule or GeometricSchedule ? Math.Min(Math.Floor(t), schedule.NoiseTime - 1) + 0.2 + (0.6 * share) : t;
    }
}

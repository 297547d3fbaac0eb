using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.FokkerPlanck;

namespace DiffusionSharp.Stochastics.Tests.FokkerPlanck;

public sealed class ForwardNoisingTests
{
    private static readonly (double Weight, double Mean, double Deviation)[] Mixture = [(0.4, -1, 0.35), (0.6, 1.2, 0.3)];

    public static TheoryData<string> Schedules => ["vp", "sub-vp", "ve"];

    [Theory]
    [MemberData(nameof(Schedules))]
    public void The_equation_of_a_schedule_gives_its_noised_law(string name)
    {
        var (schedule, grid) = Of(name);
        var p = ForwardNoising.Equation(grid, schedule, TimeScheme.Sdirk2, allowsNegative: true).Advance(Law(grid, schedule, 0), 0, 1, 200);
        Assert.Equal(1, p.Mass, 1e-10);
        Assert.True(p.DistanceTo(Law(grid, schedule, 1)) < 2e-3, $"{p.DistanceTo(Law(grid, schedule, 1))}");
    }

    [Theory]
    [MemberData(nameof(Schedules))]
    public void The_reverse_equation_brings_the_data_back(string name)
    {
        var (schedule, grid) = Of(name);
        foreach (var noise in new[] { 1.0, 0.5 })
        {
            var reverse = ForwardNoising.Reverse(grid, schedule, (x, t) => Score(schedule, x, t), start: 1, noise, TimeScheme.Sdirk2, allowsNegative: true);
            var p = reverse.Advance(Law(grid, schedule, 1), 0, 0.95, 800);
            var distance = p.DistanceTo(Law(grid, schedule, 0.05));
            Assert.True(distance < 1.5e-2, $"λ = {noise}: {distance}");
        }
    }

    private static (Schedule Schedule, CellGrid Grid) Of(string name) => name switch
    {
        "vp" => (new VpLinearSchedule(0.1, 8), new CellGrid(-6, 6, 600)),
        "sub-vp" => (new SubVpSchedule(0.1, 8), new CellGrid(-6, 6, 600)),
        _ => (new VeGeometricSchedule(0.05, 2), new CellGrid(-13, 13, 1300)),
    };

    private static GridDensity Law(CellGrid grid, Schedule schedule, double t)
    {
        var level = schedule.At(t);
        return GridDensity.OfCumulative(grid, x => Mixture.Sum(c => c.Weight * NormalLaw.Cumulative((x - (level.Alpha * c.Mean)) / double.Hypot(level.Alpha * c.Deviation, level.Sigma))));
    }

    private static double Score(Schedule schedule, double x, double t)
    {
        var level = schedule.At(Math.Clamp(t, 0, 1));
        var (sum, slope, top) = (0.0, 0.0, double.NegativeInfinity);
        foreach (var part in Mixture) top = Math.Max(top, Log(part, level, x));
        foreach (var part in Mixture)
        {
            var w = Math.Exp(Log(part, level, x) - top);
            var v = (level.Alpha * level.Alpha * part.Deviation * part.Deviation) + (level.Sigma * level.Sigma);
            (sum, slope) = (sum + w, slope - (w * (x - (level.Alpha * part.Mean)) / v));
        }

        return slope / sum;
    }

    private static double Log((double Weight, double Mean, double Deviation) part, NoiseLevel level, double x)
    {
        var z = x - (level.Alpha * part.Mean);
        return Math.Log(part.Weight) + NormalLaw.LogDensity(z * z, (level.Alpha * level.Alpha * part.Deviation * part.Deviation) + (level.Sigma * level.Sigma), 1);
    }
}

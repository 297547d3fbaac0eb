using DiffusionSharp.Schedules;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Schedules;

public sealed class GridsTests
{
    private delegate TimeGrid Maker(Schedule schedule, int steps, GridRange? range);

    private static readonly (string Name, Maker Make)[] All =
    [
        ("even", Grids.Even),
        ("uniform log SNR", Grids.UniformLogSnr),
        ("exponential", Grids.Exponential),
        ("polyexponential", (schedule, steps, range) => Grids.Polyexponential(schedule, steps, range, 2)),
        ("Karras", (schedule, steps, range) => Grids.Karras(schedule, steps, range)),
        ("beta", (schedule, steps, range) => Grids.Beta(schedule, steps, range)),
    ];

    [Fact]
    public void Every_grid_has_any_number_of_steps_on_every_schedule_and_ends_at_clean_data()
    {
        foreach (var (name, schedule) in ScheduleTests.Schedules)
        {
            if (schedule.NoiseTime == schedule.LeastNoiseTime) continue;
            foreach (var (grid, make) in All)
            {
                foreach (var steps in (int[])[1, 2, 3, 10, 37, 100])
                {
                    var made = make(schedule, steps, null);
                    Assert.Equal((steps, schedule.CleanTime, true), (made.Count, made.End, made.IsChain));
                    if (double.IsFinite(schedule.LogSnr(schedule.NoiseTime))) Assert.Equal(schedule.NoiseTime, made.Start);
                    if (steps > 1) Assert.Equal(schedule.LeastNoiseTime, made.Times[^1]);

                    var cut = make(schedule, steps, new GridRange(End: GridEnd.Smallest));
                    Assert.Equal((steps, schedule.LeastNoiseTime), (cut.Count, cut.End));
                    Near.RelativeToEach([Math.Min(schedule.At(schedule.NoiseTime).Ratio, double.IsFinite(schedule.LogSnr(schedule.NoiseTime)) ? double.MaxValue : 80)], [schedule.At(cut.Start).Ratio], 1e-12, $"{grid} on {name}");
                }
            }
        }
    }

    [Fact]
    public void Grids_in_sigma_over_alpha_visit_the_same_levels_on_every_schedule()
    {
        var range = new GridRange(0.05, 30);
        var edm = new EdmSchedule();
        foreach (var (name, schedule) in ScheduleTests.Schedules)
        {
            // Those that are noisy enough and no coarser than the range.
            if (!(schedule.At(schedule.NoiseTime).Ratio > 30)) continue;
            foreach (var (grid, make) in All)
            {
                TimeGrid here = make(schedule, 12, range), there = make(edm, 12, range);
                for (var i = 0; i < 12; i++) Near.RelativeToEach([there.Times[i]], [schedule.At(here.Times[i]).Ratio], 1e-9, $"{grid} on {name}, level {i}");
            }
        }
    }

    [Fact]
    public void Levels_follow_their_formulas()
    {
        var edm = new EdmSchedule();
        var karras = Grids.Karras(edm, 18);
        TimeGrid exponential = Grids.Exponential(edm, 18), squared = Grids.Polyexponential(edm, 18, rho: 2), even = Grids.Even(edm, 18);
        for (var i = 0; i < 18; i++)
        {
            var u = i / 17.0;
            var root = Math.Pow(80, 1 / 7.0) + (u * (Math.Pow(0.002, 1 / 7.0) - Math.Pow(80, 1 / 7.0)));
            Near.RelativeToEach([Math.Pow(root, 7), 80 * Math.Pow(0.002 / 80, u), 0.002 * Math.Pow(80 / 0.002, (1 - u) * (1 - u)), 80 - (u * 79.998)], [karras.Times[i], exponential.Times[i], squared.Times[i], even.Times[i]], 1e-11, $"level {i}");
        }

        Assert.Equal(exponential.Times, Grids.UniformLogSnr(edm, 18).Times);
    }

    [Theory]
    [InlineData(0.6, 0.6)]
    [InlineData(0.5, 0.5)]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    [InlineData(0.1, 8)]
    [InlineData(30, 12)]
    [InlineData(50, 50)]
    public void The_beta_grid_holds_the_quantiles_of_the_beta_distribution(double alpha, double beta)
    {
        // σ from 1e-300 to 1 is the quantile itself; the oracle is another library's cumulative distribution.
        var grid = Grids.Beta(new EdmSchedule(2), 65, new GridRange(1e-300, 1, GridScale.Time), alpha, beta);
        for (var i = 1; i < 64; i++)
            Near.Number(1 - (i / 64.0), MathNet.Numerics.Distributions.Beta.CDF(alpha, beta, grid.Times[i]), 1e-10, $"F(F⁻¹) of Beta({alpha}, {beta}), level {i}");

        // The arcsine law has a closed form.
        if ((alpha, beta) == (0.5, 0.5))
        {
            for (var i = 1; i < 64; i++) Near.RelativeToEach([Math.Pow(Math.Sin(Math.PI / 2 * (1 - (i / 64.0))), 2)], [grid.Times[i]], 1e-12, $"arcsine, level {i}");
        }
    }

    [Fact]
    public void Aligned_steps_are_the_published_levels_at_ten_steps_and_log_linear_between_them()
    {
        // The timesteps that the authors publish beside their levels.
        var latent = DiscreteSchedule.ScaledLinear();
        double[] published = [999, 850, 736, 645, 545, 455, 343, 233, 124, 24];
        var ten = Grids.AlignYourSteps(latent, 10, AlignedModel.StableDiffusion);
        for (var i = 0; i < 10; i++) Near.Number(published[i], ten.Times[i], 0.6, $"timestep {i}");
        Assert.Equal((999, -1), (ten.Start, ten.End));

        double[] larger = [999, 845, 730, 587, 443, 310, 193, 116, 53, 13];
        var tenLarger = Grids.AlignYourSteps(latent, 10, AlignedModel.StableDiffusionXL);
        for (var i = 0; i < 10; i++) Near.Number(larger[i], tenLarger.Times[i], 0.6, $"timestep {i}");

        var edm = new EdmSchedule(700);
        TimeGrid video = Grids.AlignYourSteps(edm, 10, AlignedModel.StableVideoDiffusion), twice = Grids.AlignYourSteps(edm, 20, AlignedModel.StableVideoDiffusion, GridEnd.Smallest);
        Near.RelativeToEach([700, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034], video.Times, 1e-12, "video");
        for (var i = 0; i < 10; i++)
        {
            var next = i == 9 ? 0.002 : video.Times[i + 1];
            Near.RelativeToEach([video.Times[i], Math.Sqrt(video.Times[i] * next)], twice.Times.Slice(2 * i, 2), 1e-12, $"between {i} and the next");
        }

        Near.RelativeToEach([0.002], [twice.End], 1e-12, "end");
        Assert.Equal(1, Grids.AlignYourSteps(edm, 1, AlignedModel.DeepFloyd).Count);
        Assert.Contains("[0, 80] was expected", Assert.Throws<ArgumentOutOfRangeException>(() => Grids.AlignYourSteps(new EdmSchedule(), 10, AlignedModel.DeepFloyd)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_levels_become_times_and_end_where_the_last_one_is()
    {
        var vp = new VpCosineSchedule();
        var grid = Grids.FromRatios(vp, [double.PositiveInfinity, 10, 1, 0]);
        Assert.Equal((3, 1, 0), (grid.Count, grid.Start, grid.End));
        Near.RelativeToEach([10, 1], [vp.At(grid.Times[1]).Ratio, vp.At(grid.Times[2]).Ratio], 1e-12, "σ/α");
        Near.Number(2, new EdmSchedule().At(Grids.FromRatios(new EdmSchedule(), [3, 2]).End).Sigma, 1e-14, "end");
    }

    [Fact]
    public void A_range_outside_the_schedule_or_upside_down_is_refused_in_one_clear_line()
    {
        var edm = new EdmSchedule();
        Refused("at least two σ/α", () => Grids.FromRatios(edm, [1]));
        Refused("[0, 80] was expected", () => Grids.FromRatios(edm, [100, 1]));
        Refused("[0, 80] was expected", () => Grids.FromRatios(edm, [10, double.NaN]));
        Refused("must fall strictly", () => Grids.FromRatios(edm, [1, 10]));
        Refused("smallest Ratio was expected below the largest, 5 and 2 came", () => Grids.Karras(edm, 3, new GridRange(5, 2)));
        Refused("finite Ratio inside the schedule", () => Grids.Karras(edm, 3, new GridRange(0)));
        Refused("finite Ratio inside the schedule", () => Grids.Karras(edm, 3, new GridRange(double.NaN)));
        Refused("finite Time inside the schedule", () => Grids.Karras(edm, 3, new GridRange(1, 81, GridScale.Time)));
        Refused("[0, 80] was expected", () => Grids.Exponential(edm, 3, new GridRange(1, 81)));
        Refused("its logarithm is spaced", () => Grids.Exponential(DiscreteSchedule.Linear(), 3, new GridRange(Scale: GridScale.Time)));
        Refused("its root is spaced", () => Grids.Karras(new VeGeometricSchedule(), 3, new GridRange(-0.5, Scale: GridScale.Time)));
        Refused("ρ must be finite and above 0", () => Grids.Karras(edm, 3, rho: 0));
        Refused("ρ must be finite and above 0", () => Grids.Polyexponential(edm, 3, rho: double.NaN));
        Refused("α must lie in", () => Grids.Beta(edm, 3, alpha: double.NaN));
        Refused("steps", () => Grids.Even(edm, 0));
        Refused("smallest Ratio was expected below", () => Grids.Karras(DiscreteSchedule.FromBetas([0.5]), 2));
        Assert.Equal(1, Grids.Karras(DiscreteSchedule.FromBetas([0.5]), 1).Count);
    }

    private static void Refused(string message, Action act) => Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(act).Message, StringComparison.Ordinal);
}

using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>What is particular to the methods that look back; what every sampler owes is tested with all of them.</summary>
public sealed class MultistepSamplerTests
{
    private static readonly VpLinearSchedule Schedule = new();
    private static readonly Tensor Start = new([6, 1], [-1.7, -0.9, -0.2, 0.3, 0.8, 1.6]);

    public static TheoryData<string> Family => ["lms-2", "lms-3", "lms", "pndm", "plms", "ipndm", "deis-2", "deis-3", "deis-time-3", "unip-2", "unip-3", "unipc-2", "unipc-3", "unipc-noise-2", "sa-solver", "sa-solver-ode"];

    public static TheoryData<string> Deterministic => [.. Family.Select(row => row.Data).Where(name => SamplerCatalog.Find(name).Create(Schedule, TimeGrid.Uniform(Schedule, 2)).IsDeterministic)];

    [Fact]
    public void With_one_estimate_all_of_them_are_Ddim()
    {
        var grid = TimeGrid.Uniform(Schedule, 12);
        var expected = Run(new DdimSampler(Schedule, grid));
        Sampler[] same =
        [
            new LmsSampler(Schedule, grid, 1),
            new DeisSampler(Schedule, grid, 1),
            new DeisSampler(Schedule, grid, 1, DeisVariable.Time),
            new UniPcSampler(Schedule, grid, 1, corrects: _ => false),
            new UniPcSampler(Schedule, grid, 1, DpmSolverForm.Noise, corrects: _ => false),
            new SaSolverSampler(Schedule, grid, 1, 0, _ => 0),
        ];
        foreach (var sampler in same) Near.RelativeToLargest(expected, Run(sampler), 1e-12, sampler.GetType().Name);
    }

    [Fact]
    public void Lms_on_equal_steps_of_sigma_over_alpha_is_Adams_Bashforth_with_its_classical_coefficients()
    {
        const int Steps = 20;
        double s = 3, h = -0.14;
        var grid = new TimeGrid([.. Enumerable.Range(0, Steps).Select(i => Schedule.AtRatio(s + (i * h)).Time)], Schedule.AtRatio(s + (Steps * h)).Time);

        // dy/ds = (y − D)/s by hand, from a first step of Euler and a second with two slopes.
        double[] y = [.. Start.Values.ToArray().Select(x => x / Schedule.Alpha(grid.Start))];
        var slopes = new double[y.Length, 3];
        for (var i = 0; i < Steps; i++, s += h)
        {
            for (var k = 0; k < y.Length; k++)
            {
                (slopes[k, 2], slopes[k, 1], slopes[k, 0]) = (slopes[k, 1], slopes[k, 0], (y[k] - MixtureFlow.Denoise(y[k], 1, s)) / s);
                y[k] += h * (i switch
                {
                    0 => slopes[k, 0],
                    1 => ((3 * slopes[k, 0]) - slopes[k, 1]) / 2,
                    _ => ((23 * slopes[k, 0]) - (16 * slopes[k, 1]) + (5 * slopes[k, 2])) / 12,
                });
            }
        }

        var actual = Run(new LmsSampler(Schedule, grid, 3, MultistepStart.LowOrder)) / Schedule.Alpha(grid.End);
        Near.Absolute(y, actual.Values, 1e-10, "LMS");
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 4)]
    public void Without_noise_SaSolver_is_UniPC_with_the_corrector_of_one_point_more(int predictor, int corrector)
    {
        var grid = TimeGrid.Uniform(Schedule, 15);
        var unipc = new UniPcSampler(Schedule, grid, predictor, twoPoint: TwoPointWeights.Exact);
        var sa = new SaSolverSampler(Schedule, grid, predictor, corrector, _ => 0, TwoPointWeights.Exact);
        Assert.True(sa.IsDeterministic);
        Assert.Equal(unipc.Order, sa.Order);
        Near.RelativeToLargest(Run(unipc), Run(sa), 1e-12, "SA-Solver");
    }

    [Fact]
    public void Every_variant_converges_at_the_order_it_declares()
    {
        Func<TimeGrid, Sampler>[] variants =
        [
            g => new DeisSampler(Schedule, g, 4, DeisVariable.Time),
            g => new DeisSampler(Schedule, g, 3) { End = MultistepEnd.Lowered },
            g => new PndmSampler(Schedule, g) { Mean = PndmMean.Velocity },
            g => new UniPcSampler(Schedule, g, 1),
            g => new UniPcSampler(Schedule, g, 2, twoPoint: TwoPointWeights.Bh1),
            g => new UniPcSampler(Schedule, g, 3, DpmSolverForm.Noise),
            g => new UniPcSampler(Schedule, g, 3) { End = MultistepEnd.Lowered },
            g => new SaSolverSampler(Schedule, g, 2, 0, _ => 0),
            g => new SaSolverSampler(Schedule, g, 3, 0, _ => 0),
            g => new SaSolverSampler(Schedule, g, 3, 4, _ => 0),
        ];
        AssertOrders(variants, Schedule.At(0.9));
    }

    [Fact]
    public void A_start_by_low_orders_limits_the_order_as_declared()
    {
        // From where the flow already bends; nearer to pure noise the first step is so good that its order does not show.
        Func<TimeGrid, Sampler>[] variants =
        [
            g => new LmsSampler(Schedule, g, 3, MultistepStart.LowOrder),
            g => new LmsSampler(Schedule, g, 4, MultistepStart.LowOrder),
            g => new DeisSampler(Schedule, g, 4, start: MultistepStart.LowOrder),
            g => new UniPcSampler(Schedule, g, 3, corrects: _ => false, start: MultistepStart.LowOrder),
            g => new LmsSampler(Schedule, g, 3),
            g => new LmsSampler(Schedule, g, 4),
            g => new DeisSampler(Schedule, g, 4),
            g => new UniPcSampler(Schedule, g, 3),
        ];
        AssertOrders(variants, Schedule.At(0.4));
    }

    private static void AssertOrders(Func<TimeGrid, Sampler>[] variants, NoiseLevel from)
    {
        var to = Schedule.At(0.1);
        var exact = Start.Map(v => MixtureFlow.Flow(v, from, to));
        var failures = new List<string>();
        for (var v = 0; v < variants.Length; v++)
        {
            double Error(int steps)
            {
                var difference = variants[v](TimeGrid.Uniform(from.Time, to.Time, steps)).Sample(MixtureFlow.Denoiser, Start, new SeededNoise(new Rng(1))) - exact;
                return Math.Sqrt((difference * difference).Mean());
            }

            var order = variants[v](TimeGrid.Uniform(from.Time, to.Time, 2)).Order!.Value;
            var slope = Math.Log2(Error(128) / Error(512)) / 2;
            if (!(slope >= order - 0.2 && slope <= order + 0.2)) failures.Add(FormattableString.Invariant($"variant {v}: order {order}, slope {slope:F2}"));
        }

        Assert.Empty(failures);
    }

    [Fact]
    public void On_unequal_steps_Pndm_needs_the_coefficients_of_its_grid()
    {
        var (from, to) = (Schedule.At(0.9), Schedule.At(0.1));
        var exact = Start.Map(v => MixtureFlow.Flow(v, from, to));
        double Error(int steps, PndmCoefficients coefficients)
        {
            // Steps twice as long and half as long in turn.
            double Time(int i) => from.Time + ((to.Time - from.Time) * (i + (i % 2 / 3.0)) / steps);
            var grid = new TimeGrid([.. Enumerable.Range(0, steps).Select(Time)], to.Time);
            return (new PndmSampler(Schedule, grid, PndmStart.Heun) { Coefficients = coefficients }.Sample(MixtureFlow.Denoiser, Start, new SeededNoise(new Rng(1))) - exact).MaxAbs();
        }

        Assert.InRange(Math.Log2(Error(128, PndmCoefficients.OfTheGrid) / Error(512, PndmCoefficients.OfTheGrid)) / 2, 1.8, 2.2);
        Assert.InRange(Math.Log2(Error(128, PndmCoefficients.Classical) / Error(512, PndmCoefficients.Classical)) / 2, 0.8, 1.2);
    }

    [Fact]
    public void With_noise_more_estimates_in_SaSolver_give_a_smaller_weak_error_of_the_same_order()
    {
        double Error(int points, int steps) => GaussianFlow.Error(new SaSolverSampler(Schedule, TimeGrid.Uniform(0.8, 0.1, steps), points, points));
        Assert.Equal(2, new SaSolverSampler(Schedule, TimeGrid.Uniform(0.8, 0.1, 4), 3, 3).Order);
        Assert.InRange(Math.Log2(Error(3, 256) / Error(3, 512)), 1.8, 2.4);
        Assert.InRange(Error(3, 128), 0, Error(2, 128) / 3);
    }

    [Fact]
    public void A_noise_of_zero_at_some_levels_leaves_SaSolver_right_in_law()
    {
        // The paper's window: τ = 1 in the middle.
        double Error(int steps) => GaussianFlow.Error(new SaSolverSampler(Schedule, TimeGrid.Uniform(0.8, 0.1, steps), 2, 2, level => level.Time is > 0.3 and < 0.6 ? 1 : 0));
        Assert.InRange(Error(128), 0, 1e-3);
        Assert.InRange(Error(256), 0, Error(128) / 3);
    }

    [Theory]
    [MemberData(nameof(Family))]
    public void From_exactly_pure_noise_to_clean_data_the_law_of_the_data_comes_out(string name)
    {
        var schedule = DiscreteSchedule.Linear().RescaleToZeroTerminalSnr();
        var sampler = SamplerCatalog.Find(name).Create(schedule, Timesteps.Trailing(1000, 100));
        var x = sampler.Sample(MixtureFlow.Denoiser, [4000, 1], new SeededNoise(new Rng(2)));
        var mean = x.Mean();
        Near.Number(MixtureFlow.Mean, mean, 0.06, "mean");
        Near.Number(MixtureFlow.Variance, (x * x).Mean() - (mean * mean), 0.06, "variance");
    }

    [Theory]
    [MemberData(nameof(Deterministic))]
    public void Ten_steps_over_the_whole_schedule_come_nearer_to_the_flow_than_Ddim_with_as_many_calls(string name)
    {
        var sampler = SamplerCatalog.Find(name).Create(Schedule, TimeGrid.Uniform(Schedule, 10));
        // From so near to clean data that the mean of the data is the data.
        var (from, to) = (Schedule.At(1), Schedule.At(1e-6));
        var exact = Start.Map(v => MixtureFlow.Denoise(MixtureFlow.Flow(v, from, to), to.Alpha, to.Sigma));
        var calls = (10 * sampler.CallsPerStep!.Value) + sampler.StartCalls;
        double Error(Sampler s) => Math.Sqrt(((Run(s) - exact) * (Run(s) - exact)).Mean());
        var (error, ddim) = (Error(sampler), Error(new DdimSampler(Schedule, TimeGrid.Uniform(Schedule, calls))));

        // Measured: 0.34 (ipndm) to 0.73 (unipc-3, whose 13 calls have DDIM take 13 steps).
        Assert.True(error < 0.8 * ddim, FormattableString.Invariant($"{name} {error:F4}, DDIM {ddim:F4} in {calls} calls, ratio {error / ddim:F3}"));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(4, 3)]
    public void An_accurate_start_asks_as_often_more_as_it_says(int order, int extra)
    {
        var sampler = new LmsSampler(Schedule, TimeGrid.Uniform(0.9, 0.1, 7), order);
        var counter = new CountingDenoiser(MixtureFlow.Denoiser);
        sampler.Sample(counter, Start, new SeededNoise(new Rng(1)));
        Assert.Equal((extra, 7 + extra), (sampler.StartCalls, counter.Calls));
    }

    [Fact]
    public void Options_out_of_range_and_steps_that_do_not_join_are_refused_in_one_line()
    {
        var grid = TimeGrid.Uniform(Schedule, 4);
        Assert.StartsWith("LmsSampler: an order from 1 to 4 was expected.", Assert.Throws<ArgumentOutOfRangeException>(() => new LmsSampler(Schedule, grid, 5)).Message, StringComparison.Ordinal);
        Assert.StartsWith("DeisSampler: an order from 1 to 4", Assert.Throws<ArgumentOutOfRangeException>(() => new DeisSampler(Schedule, grid, 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith("UniPcSampler: a predictor of order 1 to 3", Assert.Throws<ArgumentOutOfRangeException>(() => new UniPcSampler(Schedule, grid, 4)).Message, StringComparison.Ordinal);
        Assert.StartsWith("SaSolverSampler: tau must lie in [0, 100].", Assert.Throws<ArgumentOutOfRangeException>(() => new SaSolverSampler(Schedule, grid, tau: _ => double.NaN)).Message, StringComparison.Ordinal);
        Assert.StartsWith("SaSolverSampler: a corrector of order 1 to 4", Assert.Throws<ArgumentOutOfRangeException>(() => new SaSolverSampler(Schedule, grid, 2, 5)).Message, StringComparison.Ordinal);
        Assert.StartsWith("PndmSampler: unknown start.", Assert.Throws<ArgumentOutOfRangeException>(() => new PndmSampler(Schedule, grid, (PndmStart)7)).Message, StringComparison.Ordinal);

        var discrete = DiscreteSchedule.Linear();
        var broken = Timesteps.Linspace(1000, 7).WithStrideTargets(1000);
        foreach (var name in Family)
            Assert.Contains("it looks back on earlier steps", Assert.Throws<ArgumentException>(() => SamplerCatalog.Find(name).Create(discrete, broken)).Message, StringComparison.Ordinal);
    }

    private static Tensor Run(Sampler sampler) => sampler.Sample(MixtureFlow.Denoiser, Start, new SeededNoise(new Rng(1)));
}

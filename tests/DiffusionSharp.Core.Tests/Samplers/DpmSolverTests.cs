using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>What the DPM-Solver papers say of their methods beside their order, which <see cref="EverySamplerTests"/> holds.</summary>
public sealed class DpmSolverTests
{
    private static readonly VpLinearSchedule Schedule = new();
    private static readonly Tensor Start = new([6, 1], [-1.7, -0.9, -0.2, 0.3, 0.8, 1.6]);
    private static readonly TimeGrid Whole = TimeGrid.Uniform(Schedule, 12);
    private static readonly TimeGrid Inner = TimeGrid.Uniform(0.9, 0.1, 9);

    [Theory]
    [InlineData(DpmSolverForm.Data)]
    [InlineData(DpmSolverForm.Noise)]
    public void Order_1_of_either_form_is_ddim(DpmSolverForm form)
    {
        var ddim = End(new DdimSampler(Schedule, Whole));
        Near.RelativeToLargest(ddim, End(new DpmSolverMultistep(Schedule, Whole, 1, form)), 1e-13, "multistep");
        Near.RelativeToLargest(ddim, End(new DpmSolverSingleStep(Schedule, Whole, 1, form)), 1e-13, "single-step");
    }

    [Fact]
    public void Order_1_of_the_stochastic_data_form_is_ancestral_sampling()
    {
        var ddpm = End(new DdpmSampler(Schedule, Whole));
        Near.RelativeToLargest(ddpm, End(new DpmSolverMultistep(Schedule, Whole, 1, eta: 1)), 1e-13, "multistep");
        foreach (var where in Enum.GetValues<DpmSolverNoise>())
            Near.RelativeToLargest(ddpm, End(new DpmSolverSingleStep(Schedule, Whole, 1, eta: 1, noise: where)), 1e-13, where.ToString());
        foreach (var eta in (double[])[0.3, 0.8])
            Near.RelativeToLargest(End(new DdimSampler(Schedule, Whole, eta)), End(new DpmSolverSingleStep(Schedule, Whole, 1, eta: eta, noise: DpmSolverNoise.AlongPath)), 1e-12, FormattableString.Invariant($"η = {eta}"));
    }

    [Fact]
    public void A_stochastic_form_tends_to_its_deterministic_one_as_eta_vanishes()
    {
        foreach (var form in Enum.GetValues<DpmSolverForm>())
        {
            foreach (var order in (int[])[1, 2, 3])
            {
                // The deterministic order 3 starts on stages, as the published stochastic one does not.
                var compatibility = order == 3 ? DpmSolverCompatibility.FirstOrderStart : DpmSolverCompatibility.None;
                Vanishes(eta => new DpmSolverMultistep(Schedule, Inner, order, form, eta: eta) { Compatibility = compatibility }, 1e-10);
                Vanishes(eta => new DpmSolverSingleStep(Schedule, Inner, order, form, eta: eta), 1e-5);
                if (order < 3) Vanishes(eta => new DpmSolverSingleStep(Schedule, Inner, order, form, eta: eta, noise: DpmSolverNoise.AlongPath), 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(DpmSolverForm.Data)]
    [InlineData(DpmSolverForm.Noise)]
    public void A_constant_estimate_is_integrated_exactly_at_every_order_in_one_step(DpmSolverForm form)
    {
        var (from, to) = (Schedule.At(0.9), Schedule.At(0.1));
        var constant = new ConstantDenoiser(form);
        var exact = form == DpmSolverForm.Data
            ? (to.Sigma * (Start + (-from.Alpha * 0.7)) / from.Sigma) + (to.Alpha * 0.7)
            : (to.Alpha * (Start + (-from.Sigma * 0.7)) / from.Alpha) + (to.Sigma * 0.7);
        foreach (var order in (int[])[1, 2, 3])
        {
            Near.RelativeToLargest(exact, new DpmSolverSingleStep(Schedule, TimeGrid.Uniform(0.9, 0.1, 1), order, form).Sample(constant, Start, Noise()), 1e-12, "one step");
            Near.RelativeToLargest(exact, new DpmSolverMultistep(Schedule, Inner, order, form).Sample(constant, Start, Noise()), 1e-12, "several");
        }
    }

    [Fact]
    public void Published_order_3_over_steps_is_of_order_2()
    {
        // A first step of order 1 shows where the estimate already moves: far up in the noise it does not.
        foreach (var published in (DpmSolverCompatibility[])[DpmSolverCompatibility.FirstOrderStart, DpmSolverCompatibility.HalvedCurvature])
            Assert.InRange(Slope(n => new DpmSolverMultistep(Schedule, TimeGrid.Uniform(0.3, 0.1, n), 3) { Compatibility = published }, 512, 0.3), 1.8, 2.3);
        Assert.InRange(Slope(n => new DpmSolverMultistep(Schedule, TimeGrid.Uniform(0.3, 0.1, n), 3), 128, 0.3), 2.8, 3.2);
    }

    [Fact]
    public void Stages_on_the_grids_times_keep_order_2_at_one_call_and_order_3_with_the_curvature()
    {
        foreach (var (order, variant) in ((int, DpmSolverVariant)[])[(2, DpmSolverVariant.Midpoint), (2, DpmSolverVariant.Heun), (3, DpmSolverVariant.Heun)])
        {
            DpmSolverSingleStep Make(int n) => new(Schedule, TimeGrid.Uniform(0.9, 0.1, n), order, variant: variant, stages: DpmSolverStages.OnGrid);
            Assert.Equal((order, 1), (Make(64).Order, Make(64).CallsPerStep));
            Assert.InRange(Slope(Make, 384), order - 0.25, order + 0.25);
        }
    }

    [Fact]
    public void Orders_fit_the_calls_they_are_made_for()
    {
        Assert.Equal([3, 3, 2, 1], DpmSolverOrders.Fast(4));
        Assert.Equal([3, 3, 2], DpmSolverOrders.FastForCalls(8));
        Assert.Equal([3, 2, 2], DpmSolverOrders.Grouped(3, 7));
        Assert.Equal([1], DpmSolverOrders.Grouped(3, 1));
        Assert.Equal([3, 2, 1], DpmSolverOrders.LoweredEnd(3, 6));
        Assert.Equal([3, 3, 1], DpmSolverOrders.LoweredEnd(3, 7));
        Assert.Equal([3, 3, 1, 1], DpmSolverOrders.LoweredEnd(3, 8));
        Assert.Equal([2, 2, 1, 1], DpmSolverOrders.LoweredEnd(2, 6));
        for (var n = 1; n < 40; n++)
        {
            Assert.Equal(n, DpmSolverOrders.FastForCalls(n).Sum());
            for (var order = 1; order <= 3; order++)
            {
                Assert.Equal(n, DpmSolverOrders.Grouped(order, n).Sum());
                Assert.Equal(n, DpmSolverOrders.LoweredEnd(order, n).Sum());
            }
        }
    }

    [Fact]
    public void A_lowered_end_is_of_order_one_so_that_any_number_of_intervals_reaches_clean_data()
    {
        for (var n = 1; n < 20; n++)
        {
            for (var order = 1; order <= 3; order++)
            {
                var orders = DpmSolverOrders.LoweredEnd(order, n);
                Assert.Equal(1, orders[^1]);
                var sampler = new DpmSolverSingleStep(Schedule, TimeGrid.Uniform(0.9, 0, n), order, stages: DpmSolverStages.OnGrid, orders: orders);
                Assert.True(sampler.Sample(MixtureFlow.Denoiser, new Rng(1).Normal([2, 1]), new SeededNoise(new Rng(2))).IsFinite());
            }
        }
    }

    [Fact]
    public void Adaptive_steps_keep_the_tolerance_and_fewer_calls_answer_a_looser_one()
    {
        double[] errors = [0, 0, 0], tolerances = [1e-2, 1e-4, 1e-6];
        int[] calls = [0, 0, 0];
        var exact = Exact();
        for (var k = 0; k < 3; k++)
        {
            var counter = new CountingDenoiser(MixtureFlow.Denoiser);
            var sampler = new DpmSolverAdaptive(Schedule, TimeGrid.Uniform(0.9, 0.1, 1), relative: tolerances[k], absolute: tolerances[k]);
            errors[k] = (sampler.Sample(counter, Start, Noise()) - exact).MaxAbs();
            calls[k] = counter.Calls;
            Assert.InRange(errors[k], 0, 10 * tolerances[k]);
        }

        Assert.True(errors[0] > errors[1] && errors[1] > errors[2] && calls[0] < calls[1] && calls[1] < calls[2], $"{string.Join(", ", errors)}; {string.Join(", ", calls)}");
    }

    [Fact]
    public void Adaptive_sampling_of_clean_data_in_one_interval_is_as_accurate_as_in_many()
    {
        Tensor Make(int n) => new DpmSolverAdaptive(Schedule, TimeGrid.Uniform(1, 0, n), relative: 1e-4, absolute: 1e-4).Sample(MixtureFlow.Denoiser, Start, Noise());
        Near.RelativeToLargest(Make(40), Make(1), 2e-3, "one interval");
    }

    [Fact]
    public void Adaptive_with_one_step_size_for_the_batch_lets_samples_disturb_each_other_and_the_default_does_not()
    {
        foreach (var control in Enum.GetValues<DpmStepControl>())
        {
            var sampler = new DpmSolverAdaptive(Schedule, Inner) { Control = control };
            var alone = sampler.Sample(MixtureFlow.Denoiser, Start.Slice(0, 1), Noise());
            var together = sampler.Sample(MixtureFlow.Denoiser, Start, Noise()).Slice(0, 1);
            Assert.Equal(control == DpmStepControl.PerSample, alone.Values.SequenceEqual(together.Values));
        }
    }

    [Fact]
    public void Estimates_that_are_not_finite_end_an_adaptive_run_with_one_line()
    {
        var sampler = new DpmSolverAdaptive(Schedule, Inner);
        var error = Assert.Throws<InvalidOperationException>(() => sampler.Sample(new ConstantDenoiser(DpmSolverForm.Data, double.NaN), Start, Noise()));
        Assert.Equal("DpmSolverAdaptive: the estimates at time 0.9 are not finite.", error.Message);
    }

    [Fact]
    public void Inversion_and_sampling_on_one_grid_return_the_data_with_an_error_of_their_order()
    {
        var data = new Tensor([4, 1], [-1.2, -0.8, 0.6, 1.1]);
        foreach (var order in (int[])[1, 2])
        {
            double Error(int n)
            {
                var grid = TimeGrid.Uniform(0.9, 0.02, n);
                var x = new DpmSolverInversion(Schedule, grid, order).Invert(MixtureFlow.Denoiser, data);
                return (new DpmSolverMultistep(Schedule, grid, order).Sample(MixtureFlow.Denoiser, x, Noise()) - data).MaxAbs();
            }

            Assert.InRange(Math.Log2(Error(256) / Error(512)), order - 0.3, order + 0.5);
        }
    }

    [Fact]
    public void Inversion_takes_clean_data_up_and_reaches_pure_noise()
    {
        var schedule = DiscreteSchedule.Linear().RescaleToZeroTerminalSnr();
        var steps = new DpmSolverInversion(schedule, Timesteps.Trailing(1000, 10)).Steps(MixtureFlow.Denoiser, Start).ToList();
        Assert.Equal((10, 999.0), (steps.Count, steps[^1].Time));
        Assert.Equal((schedule.Alpha(99) * Start).Values, steps[0].X.Values);
        Assert.All(steps, s => Assert.True(s.X.IsFinite()));
    }

    [Fact]
    public void Zero_terminal_snr_is_sampled_by_every_form()
    {
        var schedule = DiscreteSchedule.Linear().RescaleToZeroTerminalSnr();
        var grid = Timesteps.Trailing(1000, 10);
        Sampler[] samplers =
        [
            new DpmSolverMultistep(schedule, grid, 3), new DpmSolverMultistep(schedule, grid, 2, DpmSolverForm.Noise, eta: 1),
            new DpmSolverSingleStep(schedule, grid, 3), new DpmSolverSingleStep(schedule, grid, 3, stages: DpmSolverStages.OnGrid),
            new DpmSolverSingleStep(schedule, grid, eta: 1, noise: DpmSolverNoise.AlongPath), new DpmSolverAdaptive(schedule, grid),
        ];
        Assert.All(samplers, s => Assert.True(End(s).IsFinite()));
    }

    [Fact]
    public void Bad_options_get_one_clear_line()
    {
        Assert.StartsWith("DpmSolverMultistep: an order of 1, 2 or 3 was expected.", Message(() => new DpmSolverMultistep(Schedule, Whole, 4)), StringComparison.Ordinal);
        Assert.StartsWith("DpmSolverMultistep: eta must lie in [0, 1].", Message(() => new DpmSolverMultistep(Schedule, Whole, eta: double.NaN)), StringComparison.Ordinal);
        Assert.StartsWith("DpmSolverSingleStep: noise along the path is defined for orders 1 and 2", Message(() => new DpmSolverSingleStep(Schedule, Whole, 3, eta: 1, noise: DpmSolverNoise.AlongPath)), StringComparison.Ordinal);
        Assert.StartsWith("DpmSolverSingleStep: orders from 1 to 2 for 12 intervals were expected, 2, 1 were given.", Message(() => new DpmSolverSingleStep(Schedule, Whole, 2, orders: [2, 1])), StringComparison.Ordinal);
        Assert.StartsWith("DpmSolverSingleStep: a step on the grid's times that starts at pure noise or ends at clean data must have order 1.", Message(() => new DpmSolverSingleStep(Schedule, Whole, 2, stages: DpmSolverStages.OnGrid, orders: [2, 2, 2, 2, 2, 2])), StringComparison.Ordinal);
        Assert.StartsWith("DpmSolverAdaptive: an order of 2 or 3 was expected.", Message(() => new DpmSolverAdaptive(Schedule, Whole, 1)), StringComparison.Ordinal);
        Assert.StartsWith("DpmSolverAdaptive: the relative tolerance must be finite and above 0.", Message(() => new DpmSolverAdaptive(Schedule, Whole, relative: 0)), StringComparison.Ordinal);
        Assert.StartsWith("DpmSolverInversion: an order of 1 or 2 was expected.", Message(() => new DpmSolverInversion(Schedule, Whole, 3)), StringComparison.Ordinal);
        Assert.StartsWith("DpmSolverMultistep: unknown form.", Message(() => new DpmSolverMultistep(Schedule, Whole, form: (DpmSolverForm)7)), StringComparison.Ordinal);
    }

    private static string Message(Func<object> make) => Assert.ThrowsAny<ArgumentException>(make).Message;

    private static SeededNoise Noise() => new(new Rng(21));

    private static Tensor End(Sampler sampler) => sampler.Sample(MixtureFlow.Denoiser, Start, Noise());

    private static Tensor Exact(double from = 0.9) => Start.Map(v => MixtureFlow.Flow(v, Schedule.At(from), Schedule.At(0.1)));

    private static void Vanishes(Func<double, Sampler> make, double small)
    {
        Near.RelativeToLargest(End(make(0)), End(make(small)), 1e-4, "η → 0");
        Assert.True((End(make(0)) - End(make(0.5))).MaxAbs() > 1e-2);
    }

    private static double Slope(Func<int, Sampler> make, int steps, double from = 0.9)
    {
        var exact = Exact(from);
        double Error(int n) => (End(make(n)) - exact).MaxAbs();
        return Math.Log2(Error(steps) / Error(2 * steps));
    }

    // The estimate of a form is the same everywhere.
    private sealed class ConstantDenoiser(DpmSolverForm form, double value = 0.7) : Denoiser
    {
        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
        {
            var estimate = x.Map(_ => value);
            return form == DpmSolverForm.Data ? estimate : PredictionConversion.ToData(Prediction.Noise, estimate, x, levels[0]);
        }

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
    }
}

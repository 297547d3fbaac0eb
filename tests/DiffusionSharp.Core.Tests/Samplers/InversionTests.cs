using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>From data to noise and back.</summary>
public sealed class InversionTests
{
    private static readonly Denoiser Mixture = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1, 2], new Tensor([2, 2], [1, 2, -1, 0.5]), [0.2, 0.5]));

    private static readonly Schedule[] Schedules = [new VpLinearSchedule(), new VpCosineSchedule(), DiscreteSchedule.Linear(), DiscreteSchedule.Linear().RescaleToZeroTerminalSnr()];

    [Theory]
    [InlineData(nameof(DdimInversionQuery.Start))]
    [InlineData(nameof(DdimInversionQuery.End))]
    public void Plain_inversion_returns_to_the_data_with_an_error_of_first_order(string name)
    {
        var query = Enum.Parse<DdimInversionQuery>(name);
        var schedule = new VpLinearSchedule();
        var data = new Rng(5).Normal([16, 2]);
        double Error(int steps)
        {
            var grid = TimeGrid.Uniform(0.9, 0.05, steps);
            var noise = new DdimInversion(schedule, grid) { Query = query }.Invert(Mixture, data);
            return (new DdimSampler(schedule, grid).Sample(Mixture, noise, new SeededNoise(new Rng(1))) - data).MaxAbs();
        }

        var (coarse, middle, fine) = (Error(100), Error(200), Error(400));
        Assert.InRange(Math.Log2(coarse / middle), 0.8, 1.2);
        Assert.InRange(Math.Log2(middle / fine), 0.8, 1.2);
        Assert.InRange(fine, 1e-6, 0.1);
    }

    [Fact]
    public void Inversion_tends_to_the_exact_flow_from_data_to_noise_at_first_order()
    {
        var schedule = new VpLinearSchedule();
        var (from, to) = (schedule.At(0.1), schedule.At(0.9));
        var x = new Tensor([4, 1], [-1.2, -0.4, 0.5, 1.3]);
        var exact = x.Map(v => MixtureFlow.Flow(v, from, to));
        double Error(int steps) => (new DdimInversion(schedule, TimeGrid.Uniform(0.9, 0.1, steps)).Invert(MixtureFlow.Denoiser, x) - exact).MaxAbs();
        Assert.InRange(Math.Log2(Error(128) / Error(256)), 0.8, 1.2);
        Assert.InRange(Math.Log2(Error(256) / Error(512)), 0.8, 1.2);
    }

    [Fact]
    public void Its_trajectory_rises_through_the_grid()
    {
        var schedule = new VpCosineSchedule();
        var grid = TimeGrid.Uniform(schedule, 5);
        foreach (var query in Enum.GetValues<DdimInversionQuery>())
        {
            var steps = new DdimInversion(schedule, grid) { Query = query }.Steps(Mixture, new Rng(5).Normal([3, 2])).ToList();
            Assert.Equal(grid.Times.ToArray().Reverse(), steps.Select(s => s.Time));
            Assert.All(steps, s => Assert.True(s.X.IsFinite() && s.Denoised.IsFinite()));
            Assert.True(steps[^1].IsLast);
        }
    }

    [Theory]
    [InlineData(1, 50)]
    [InlineData(1, 1000)]
    [InlineData(0.98, 50)]
    public void The_exact_mode_returns_the_data_to_rounding(double gamma, int steps)
    {
        // Rounding grows by at most 1/γ a step and by what the flow itself stretches: 1e-9 leaves room for both.
        var data = new Rng(5).Normal([16, 2]);
        foreach (var schedule in Schedules)
        {
            var sampler = new BdiaSampler(schedule, TimeGrid.Uniform(schedule, steps), gamma);
            var state = sampler.Invert(Mixture, data);
            Assert.True(state.Noise.IsFinite());
            Near.RelativeToLargest(data, sampler.Restore(Mixture, state), 1e-9, $"{schedule.GetType().Name}, {steps} steps");
        }

        // The plain way does not.
        var grid = TimeGrid.Uniform(Schedules[0], steps);
        var plain = new DdimSampler(Schedules[0], grid).Sample(Mixture, new DdimInversion(Schedules[0], grid).Invert(Mixture, data), new SeededNoise(new Rng(1)));
        Assert.True((plain - data).MaxAbs() > 1e-4);
    }

    [Fact]
    public void The_noise_of_the_exact_mode_is_that_of_the_exact_flow_at_second_order()
    {
        var schedule = new VpLinearSchedule();
        var (from, to) = (schedule.At(0.1), schedule.At(0.9));
        var x = new Tensor([4, 1], [-1.2, -0.4, 0.5, 1.3]);
        var exact = x.Map(v => MixtureFlow.Flow(v, from, to));
        double Error(int steps) => (new BdiaSampler(schedule, TimeGrid.Uniform(0.9, 0.1, steps)).Invert(MixtureFlow.Denoiser, x).Noise - exact).MaxAbs();
        Assert.InRange(Math.Log2(Error(128) / Error(512)) / 2, 1.8, 2.2);
    }

    [Fact]
    public void Gamma_below_one_is_of_first_order_and_a_single_step_is_ddims()
    {
        var schedule = new VpLinearSchedule();
        var (from, to) = (schedule.At(0.9), schedule.At(0.1));
        var x = new Tensor([4, 1], [-1.2, -0.4, 0.5, 1.3]);
        var exact = x.Map(v => MixtureFlow.Flow(v, from, to));
        double Error(int steps) => (new BdiaSampler(schedule, TimeGrid.Uniform(0.9, 0.1, steps), 0.5).Sample(MixtureFlow.Denoiser, x, new SeededNoise(new Rng(1))) - exact).MaxAbs();
        Assert.Equal(1, new BdiaSampler(schedule, TimeGrid.Uniform(schedule, 4), 0.5).Order);
        Assert.InRange(Math.Log2(Error(128) / Error(512)) / 2, 0.8, 1.2);

        var one = TimeGrid.Uniform(schedule, 1);
        Assert.Equal(new DdimSampler(schedule, one).Sample(Mixture, [3, 2], new SeededNoise(new Rng(1))).Values, new BdiaSampler(schedule, one).Sample(Mixture, [3, 2], new SeededNoise(new Rng(1))).Values);
    }

    [Fact]
    public void What_cannot_be_inverted_is_refused_with_the_mend()
    {
        var schedule = new VpCosineSchedule();
        var grid = TimeGrid.Uniform(schedule, 1);
        Assert.Contains("at least two steps", Assert.Throws<ArgumentException>(() => new DdimInversion(schedule, grid)).Message, StringComparison.Ordinal);
        Assert.Contains("at least two steps", Assert.Throws<ArgumentException>(() => new BdiaSampler(schedule, grid).Invert(Mixture, Tensor.Zeros([1, 2]))).Message, StringComparison.Ordinal);
        foreach (var gamma in (double[])[0, -1, 1.1, double.NaN]) Assert.Throws<ArgumentOutOfRangeException>(() => new BdiaSampler(schedule, grid, gamma));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DdimInversion(schedule, TimeGrid.Uniform(schedule, 2)) { Query = (DdimInversionQuery)5 });
    }
}

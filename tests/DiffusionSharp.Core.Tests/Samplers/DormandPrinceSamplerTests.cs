using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

public sealed class DormandPrinceSamplerTests
{
    private static readonly double[] Starts = [-1.7, -0.9, -0.2, 0.3, 0.8, 1.6];
    private static readonly VpLinearSchedule Schedule = new();

    [Fact]
    public void The_error_on_the_exact_mixture_stays_near_the_tolerance_whatever_the_grid()
    {
        var (from, to) = (Schedule.At(0.9), Schedule.At(0.1));
        var x = new Tensor([Starts.Length, 1], Starts);
        var exact = x.Map(v => MixtureFlow.Flow(v, from, to));
        foreach (var tolerance in (double[])[1e-4, 1e-6, 1e-8])
        {
            foreach (var steps in (int[])[1, 10])
            {
                var end = new DormandPrinceSampler(Schedule, TimeGrid.Uniform(0.9, 0.1, steps), tolerance).Sample(MixtureFlow.Denoiser, x, new SeededNoise(new Rng(1)));
                Assert.InRange((end - exact).MaxAbs(), tolerance / 1000, tolerance * 20);
            }
        }
    }

    [Fact]
    public void Output_points_lie_on_the_exact_flow_and_show_its_estimates()
    {
        var from = Schedule.At(0.9);
        var x = new Tensor([Starts.Length, 1], Starts);
        var before = x;
        foreach (var step in new DormandPrinceSampler(Schedule, TimeGrid.Uniform(0.9, 0.1, 4), 1e-9).Steps(MixtureFlow.Denoiser, x, new SeededNoise(new Rng(1))))
        {
            Near.RelativeToLargest(x.Map(v => MixtureFlow.Flow(v, from, Schedule.At(step.Time))), step.X, 1e-7, $"step {step.Index}");
            Near.RelativeToLargest(MixtureFlow.Denoiser.Denoise(before, Schedule.At(0.9 - (0.2 * step.Index))), step.Denoised, 1e-6, $"estimate {step.Index}");
            before = step.X;
        }
    }

    [Fact]
    public void One_step_from_pure_noise_to_clean_data_is_the_exact_flow_but_for_the_ends_that_are_cut()
    {
        // Of a Gaussian the flow keeps (x − α m)/√(α² s² + σ²), from pure noise to clean data; what is cut off weighs (σ/α)² and (α/σ)².
        var denoiser = GaussianFlow.Scalar(0.5, 0.16);
        var x = new Tensor([Starts.Length, 1], Starts);
        foreach (var schedule in (Schedule[])[new VpCosineSchedule(), DiscreteSchedule.Linear().RescaleToZeroTerminalSnr()])
        {
            foreach (var steps in (int[])[1, 2, 50])
            {
                var grid = TimeGrid.Uniform(schedule, steps);
                var end = new DormandPrinceSampler(schedule, grid, 1e-7, finalRatio: 1e-3).Sample(denoiser, x, new SeededNoise(new Rng(1)));
                Near.RelativeToLargest(x.Map(v => 0.5 + (0.4 * v)), end, 1e-5, $"{steps} steps");
            }
        }
    }

    [Fact]
    public void A_looser_tolerance_asks_less_often()
    {
        int Calls(double tolerance)
        {
            var counter = new CountingDenoiser(MixtureFlow.Denoiser);
            new DormandPrinceSampler(Schedule, TimeGrid.Uniform(Schedule, 1), tolerance).Sample(counter, [8, 1], new SeededNoise(new Rng(1)));
            return counter.Calls;
        }

        Assert.InRange(Calls(1e-3), 20, 150);
        Assert.InRange((double)Calls(1e-8) / Calls(1e-3), 3, 12);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var grid = TimeGrid.Uniform(Schedule, 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DormandPrinceSampler(Schedule, grid, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DormandPrinceSampler(Schedule, grid, 1e-5, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DormandPrinceSampler(Schedule, grid, finalRatio: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DormandPrinceSampler(Schedule, grid, finalRatio: 1, firstRatio: 0.5));
    }
}

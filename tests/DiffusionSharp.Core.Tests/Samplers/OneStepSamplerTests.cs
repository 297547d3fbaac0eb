using DiffusionSharp.Core.Tests.Golden;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>Euler, Heun and DPM2, churned and ancestral: what equals what, and what is exact.</summary>
public sealed class OneStepSamplerTests
{
    private static readonly Schedule[] Schedules =
        [new VpLinearSchedule(), DiscreteSchedule.Linear(), DiscreteSchedule.Linear().RescaleToZeroTerminalSnr(), new VpCosineSchedule(), RecordedLevels.Straight];

    [Fact]
    public void Euler_is_ddim_without_noise_on_every_schedule()
    {
        foreach (var schedule in Schedules)
        {
            var grid = TimeGrid.Uniform(schedule, 7);
            var x = Start(4);
            Near.RelativeToLargest(Ends(new DdimSampler(schedule, grid), x), Ends(new EulerSampler(schedule, grid), x), 1e-14, schedule.GetType().Name);
        }
    }

    [Fact]
    public void Euler_on_the_straight_path_is_the_flow_matching_step_of_epsilon_minus_data()
    {
        var schedule = RecordedLevels.Straight;
        var (grid, x) = (TimeGrid.Uniform(schedule, 6), Start(4));
        var ends = Ends(new EulerSampler(schedule, grid), x);
        for (var i = 0; i < grid.Count; i++)
        {
            var u = PredictionConversion.FromData(Prediction.Flow, GaussianFlow.Denoiser.Denoise(x, schedule.At(grid.Times[i])), x, schedule.At(grid.Times[i]));
            x += (grid.Targets[i] - grid.Times[i]) * u;
        }

        Near.RelativeToLargest(x, ends, 1e-14, "x₀");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    [InlineData(1)]
    public void Euler_ancestral_is_ddim_with_the_same_eta_on_every_schedule_and_ddpm_at_eta_one(double eta)
    {
        foreach (var schedule in Schedules)
        {
            var grid = TimeGrid.Uniform(schedule, 7);
            var x = Start(4);
            var ancestral = Ends(new EulerAncestralSampler(schedule, grid, eta), x);
            Near.RelativeToLargest(Ends(new DdimSampler(schedule, grid, eta), x), ancestral, 1e-14, schedule.GetType().Name);
            if (eta == 1) Near.RelativeToLargest(Ends(new DdpmSampler(schedule, grid), x), ancestral, 1e-13, schedule.GetType().Name);
        }
    }

    [Fact]
    public void Without_churn_or_fresh_noise_the_stochastic_forms_are_the_deterministic_ones_byte_for_byte()
    {
        Schedule schedule = new VpLinearSchedule();
        var grid = TimeGrid.Uniform(schedule, 7);
        var x = Start(4);
        Assert.Equal(Ends(new HeunSampler(schedule, grid), x).Values, Ends(new HeunSampler(schedule, grid, new Churn(0, 0.1, 3, 1.007)), x).Values);
        Assert.Equal(Ends(new HeunSampler(schedule, grid), x).Values, Ends(new HeunSampler(schedule, grid, new Churn(40, 1e6)), x).Values);
        Near.RelativeToLargest(Ends(new Dpm2Sampler(schedule, grid), x), Ends(new Dpm2AncestralSampler(schedule, grid, 0), x), 1e-13, "DPM2");
        Assert.True(new Dpm2AncestralSampler(schedule, grid, 0).IsDeterministic && new HeunSampler(schedule, grid).IsDeterministic);
        Assert.False(new HeunSampler(schedule, grid, new Churn(1)).IsDeterministic);
    }

    [Fact]
    public void Every_method_is_exact_for_one_point_of_data_in_a_single_step()
    {
        // ε̂ is then constant along the flow, and all noise is removed with the last step.
        var point = GaussianFlow.Scalar(0.7, 0);
        foreach (var schedule in Schedules)
        {
            var grid = TimeGrid.Uniform(schedule, 2);
            Sampler[] samplers =
            [
                new EulerSampler(schedule, grid), new HeunSampler(schedule, grid), new HeunSampler(schedule, grid, coordinates: FlowCoordinates.Straight), new Dpm2Sampler(schedule, grid),
                new EulerAncestralSampler(schedule, grid), new Dpm2AncestralSampler(schedule, grid, 0.5), new HeunSampler(schedule, grid, new Churn(40, noiseScale: 1.1)),
            ];
            foreach (var sampler in samplers)
                Near.Absolute([0.7, 0.7, 0.7], sampler.Sample(point, new Tensor([3, 1], [-1, 0.2, 2]), new SeededNoise(new Rng(1))).Values, 1e-13, $"{sampler.GetType().Name} on {schedule.GetType().Name}");
        }
    }

    [Fact]
    public void One_step_of_each_method_on_a_Gaussian_is_its_polynomial()
    {
        // N(0, 1) with α = 1: ε̂ = y s/(1 + s²), so a step multiplies y by a number that can be written down.
        const double s = 2, t = 1.2;
        var (schedule, denoiser) = (RecordedLevels.Exploding, GaussianFlow.Scalar(0, 1));
        var grid = new TimeGrid([s], t);
        static double E(double at) => at / (1 + (at * at));
        double middle = Math.Sqrt(s * t), h = t - s, euler = 1 + (h * E(s));
        Check(euler, new EulerSampler(schedule, grid));
        Check(1 + (h / 2 * (E(s) + (euler * E(t)))), new HeunSampler(schedule, grid));
        Check(1 + (h * E(middle) * (1 + ((middle - s) * E(s)))), new Dpm2Sampler(schedule, grid));

        // Ancestral at η = 1: down to t²/s with the stage at t, then noise.
        var down = t * t / s;
        Check(1 + ((down - s) * E(s)), new EulerAncestralSampler(schedule, grid));
        Check(1 + ((down - s) * E(t) * (1 + (h * E(s)))), new Dpm2AncestralSampler(schedule, grid));

        void Check(double expected, Sampler sampler) =>
            Near.Number(expected, sampler.Sample(denoiser, new Tensor([1, 1], [1]), new Constant(0)).Values[0], 1e-14, sampler.GetType().Name);
    }

    [Fact]
    public void Churn_raises_the_level_by_gamma_within_its_range_and_stops_at_the_schedules_noisiest()
    {
        var schedule = new VpLinearSchedule();
        double Raised(double t, Churn churn, int steps)
        {
            var calls = new RecordedCalls(GaussianFlow.Scalar(0, 1));
            var times = Enumerable.Range(0, steps).Select(i => t * (steps - i) / steps).ToArray();
            new EulerSampler(schedule, new TimeGrid(times, 0), churn).Sample(calls, new Tensor([1, 1], [1]), new Constant(0));
            return calls.All[0].Level.Ratio / schedule.At(t).Ratio;
        }

        Near.Number(1.25, Raised(0.5, new Churn(1), 4), 1e-13, "S_churn/N");
        Near.Number(Math.Sqrt(2), Raised(0.5, new Churn(4), 4), 1e-13, "the largest γ");
        Near.Number(1, Raised(0.5, new Churn(4, ratioMax: 0.5), 4), 0, "above S_tmax");
        Near.Number(1, Raised(0.5, new Churn(4, ratioMin: 100), 4), 0, "below S_tmin");
        Near.Number(schedule.At(1).Ratio / schedule.At(0.99).Ratio, Raised(0.99, new Churn(4), 4), 1e-14, "the noisiest level");
        Near.Number(1, Raised(1, new Churn(4), 4), 0, "nothing is noisier");
    }

    [Fact]
    public void Churn_adds_exactly_the_noise_that_the_raised_level_lacks()
    {
        // What the denoiser is asked at has the law of the raised level: α̂ y in the mean, and σ̂² − (α̂ s)² of fresh noise.
        var schedule = new VpLinearSchedule();
        Tensor Asked(double z)
        {
            var calls = new RecordedCalls(GaussianFlow.Scalar(0, 1));
            new HeunSampler(schedule, new TimeGrid([0.5], 0.2), new Churn(0.3, noiseScale: 1.5)).Sample(calls, new Tensor([1, 1], [0.8]), new Constant(z));
            return calls.All[0].X;
        }

        var (level, raised) = (schedule.At(0.5), schedule.AtRatio(1.3 * schedule.At(0.5).Ratio));
        Near.Number(0.8 / level.Alpha * raised.Alpha, Asked(0).Values[0], 1e-14, "mean");
        Near.Number(1.5 * Math.Sqrt((raised.Sigma * raised.Sigma) - Math.Pow(raised.Alpha * level.Ratio, 2)), (Asked(1) - Asked(0)).Values[0], 1e-13, "noise");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Schedule schedule = new VpLinearSchedule();
        var grid = TimeGrid.Uniform(schedule, 3);
        foreach (var bad in (double[])[-0.1, 1.1, double.NaN])
        {
            Assert.StartsWith("AncestralSampler: eta must lie in [0, 1].", Assert.Throws<ArgumentOutOfRangeException>(() => new EulerAncestralSampler(schedule, grid, bad)).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentOutOfRangeException>(() => new Dpm2AncestralSampler(schedule, grid, bad));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new EulerAncestralSampler(schedule, grid, noiseScale: 0));
        Assert.StartsWith("Churn: S_churn", Assert.Throws<ArgumentOutOfRangeException>(() => new Churn(-1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Churn(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Churn(1, ratioMin: -1));
        Assert.StartsWith("Churn: S_tmax must lie in [2, ", Assert.Throws<ArgumentOutOfRangeException>(() => new Churn(1, 2, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Churn(1, noiseScale: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeunSampler(schedule, grid, coordinates: (FlowCoordinates)7));
    }

    private static Tensor Start(int samples) => new Rng(3).Normal([samples, 2]);

    private static Tensor Ends(Sampler sampler, Tensor x) => sampler.Sample(GaussianFlow.Denoiser, x, new SeededNoise(new Rng(4)));

    private sealed class Constant(double value) : NoiseSource
    {
        public override Tensor Initial(Shape shape) => throw new NotSupportedException("The start is given.");

        public override Tensor Draw(Shape shape, int index) => Tensor.Zeros(shape) + value;
    }
}

using DiffusionSharp.Core.Tests.Samplers;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Distances;
using DiffusionSharp.Langevin;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Langevin;

public sealed class LangevinTests
{
    private static readonly VpLinearSchedule Schedule = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Annealed_dynamics_are_the_papers_on_levels_without_scaling(bool finalDenoising)
    {
        // α_i = ε σ_i²/σ_L²; x ← x + α_i s + √(2α_i) z; x + σ_L² s at the end.
        double[] sigmas = [5, 2, 0.7, 0.3];
        const double kappa = 0.1;
        var epsilon = kappa * 0.3 * 0.3;
        var noise = new SeededNoise(new Rng(2));
        var x = 5 * noise.Initial([3, 2]);
        var draw = 0;
        foreach (var sigma in sigmas)
        {
            var alpha = epsilon * sigma * sigma / (0.3 * 0.3);
            for (var t = 0; t < 6; t++) x = x + (alpha * Score(x, sigma)) + (Math.Sqrt(2 * alpha) * noise.Draw([3, 2], draw++));
        }

        if (finalDenoising) x += 0.3 * 0.3 * Score(x, 0.3);
        var schedule = new Levels(sigmas, [1, 1, 1, 1]);
        Near.RelativeToLargest(x, new AnnealedLangevinSampler(schedule, TimeGrid.Uniform(schedule, 4), kappa, 6, finalDenoising).Sample(GaussianFlow.Denoiser, [3, 2], noise), 1e-12, "x");

        static Tensor Score(Tensor x, double sigma) => (1 / (sigma * sigma)) * (GaussianFlow.Denoiser.Denoise(x, new NoiseLevel(0, 1, sigma)) - x);
    }

    [Fact]
    public void Annealed_dynamics_give_the_same_samples_on_schedules_that_differ_by_a_scale()
    {
        double[] ratios = [5, 2, 0.7, 0.3];
        var plain = new Levels(ratios, [1, 1, 1, 1]);
        var scaled = new Levels(ratios, [0.2, 0.4, 0.8, 0.9]);
        Tensor Sample(Schedule schedule) => new AnnealedLangevinSampler(schedule, TimeGrid.Uniform(schedule, 4), 0.1, 6).Sample(GaussianFlow.Denoiser, [5, 2], new SeededNoise(new Rng(2)));
        Near.RelativeToLargest(Sample(plain), Sample(scaled), 1e-12, "x");
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Unadjusted_dynamics_have_their_exact_stationary_law_on_a_Gaussian(double step)
    {
        // N(0, I) at every time: v/(1 − h/(2v)) with v = 1, then the flow's last step, a factor for this data.
        var (level, end) = (Schedule.At(0.5), Schedule.At(0.4));
        var factor = (end.Alpha * level.Alpha) + (end.Sigma * level.Sigma);
        var sampler = new UnadjustedLangevinSampler(Schedule, new TimeGrid([0.9, 0.7, 0.5], 0.4), step, 150);
        var (mean, covariance) = GaussianFlow.Response(sampler, GaussianFlow.Round, [1, -1], [2, 0.5, 0.5, 0.3]);
        var v = factor * factor / (1 - (step / 2));
        Near.Absolute([v, 0, 0, v], covariance, 1e-9, "covariance");
        Near.Absolute([0, 0], mean, 1e-9, "mean");
    }

    [Fact]
    public void Metropolis_adjustment_takes_the_bias_of_a_large_step_away()
    {
        // In two dimensions with h = 1 unadjusted dynamics have twice the variance; the law of the adjusted ones is exact.
        const int n = 6000;
        var level = Schedule.At(0.5);
        var grid = new TimeGrid([0.5], 0.5 - 1e-9);
        var x = new MetropolisLangevinSampler(Schedule, grid, 1, 60).Sample(GaussianFlow.Denoiser, new Rng(1).Normal([n, 2]), new SeededNoise(new Rng(8)));
        var (mean, covariance) = Moments.Of(x);
        var c = GaussianFlow.Covariance.Select((v, i) => (level.Alpha * level.Alpha * v) + (i % 3 == 0 ? level.Sigma * level.Sigma : 0)).ToArray();
        for (var i = 0; i < 2; i++)
        {
            Near.Number(level.Alpha * GaussianFlow.Mean[i], mean[i], 4 * Math.Sqrt(c[3 * i] / n), $"mean {i}");
            for (var j = 0; j < 2; j++) Near.Number(c[(2 * i) + j], covariance[i, j], 4 * Math.Sqrt(((c[3 * i] * c[3 * j]) + (c[(2 * i) + j] * c[(2 * i) + j])) / n), $"covariance {i} {j}");
        }

        var biased = Moments.Of(new UnadjustedLangevinSampler(Schedule, grid, 1, 60).Sample(GaussianFlow.Denoiser, new Rng(1).Normal([n, 2]), new SeededNoise(new Rng(8)))).Covariance;
        Assert.True(biased[0, 0] > 1.5 * c[0]);
    }

    [Fact]
    public void An_adjusted_chain_that_starts_from_its_law_keeps_it_at_a_large_step()
    {
        // So many that a tenth of the spread amiss shows.
        const int n = 20_000;
        var level = Schedule.At(0.3);
        var grid = new TimeGrid([0.3], 0.3 - 1e-9);
        var start = level.AddNoise(MixtureFlow.Mixture.Draw(new Rng(3), n), new Rng(4).Normal([n, 1]));
        Tensor Run(Sampler sampler) => sampler.Sample(MixtureFlow.Denoiser, start, new SeededNoise(new Rng(5)));
        KolmogorovSmirnov Test(Tensor x) => KolmogorovSmirnov.Test(x.Values, v => MixtureFlow.Cumulative(v, level));
        Assert.True(Test(start).PValue > 0.01);

        // A chain that refuses every move would keep its law too: this one leaves its start, and with it all memory of it.
        var x = Run(new MetropolisLangevinSampler(Schedule, grid, 1, 20));
        var (_, covariance) = Moments.Of(Tensor.Create([n, 2], values =>
        {
            for (var k = 0; k < n; k++) (values[2 * k], values[(2 * k) + 1]) = (start.Values[k], x.Values[k]);
        }));
        Assert.InRange(covariance[0, 1] / Math.Sqrt(covariance[0, 0] * covariance[1, 1]), -4 / Math.Sqrt(n), 4 / Math.Sqrt(n));
        Assert.True(Test(x).PValue > 0.01, $"{Test(x)}");
        Assert.True(Test(Run(new UnadjustedLangevinSampler(Schedule, grid, 1, 20))).PValue < 1e-9);
    }

    [Fact]
    public void Small_steps_are_accepted_and_move_as_unadjusted_dynamics_do()
    {
        // With a step near 0 the proposal is accepted almost always, so both chains move alike.
        var grid = new TimeGrid([0.3], 0.3 - 1e-9);
        var start = new Rng(1).Normal([50, 1]);
        var noise = new Even();
        var adjusted = new MetropolisLangevinSampler(Schedule, grid, 1e-6, 3).Sample(MixtureFlow.Denoiser, start, noise);
        var plain = new UnadjustedLangevinSampler(Schedule, grid, 1e-6, 3).Sample(MixtureFlow.Denoiser, start, noise);
        Near.RelativeToLargest(plain, adjusted, 1e-12, "x");
    }

    [Fact]
    public void Metropolis_needs_a_density_and_says_what_to_do_without()
    {
        var sampler = new MetropolisLangevinSampler(Schedule, TimeGrid.Uniform(Schedule, 3));
        var error = Assert.Throws<InvalidOperationException>(() => sampler.Steps(new ClippedDenoiser(MixtureFlow.Denoiser), [2, 1], new SeededNoise(new Rng(1))));
        Assert.StartsWith("MetropolisLangevinSampler: ClippedDenoiser around GaussianMixtureDenoiser does not know ln p_t(x)", error.Message, StringComparison.Ordinal);
        Assert.Contains("UnadjustedLangevinSampler", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_run_from_pure_noise_to_clean_data()
    {
        var schedule = new VpCosineSchedule();
        var grid = TimeGrid.Uniform(schedule, 6);
        foreach (var sampler in (Sampler[])[new AnnealedLangevinSampler(schedule, grid), new UnadjustedLangevinSampler(schedule, grid), new MetropolisLangevinSampler(schedule, grid)])
            Assert.True(sampler.Sample(MixtureFlow.Denoiser, [4, 1], new SeededNoise(new Rng(1))).IsFinite());
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var grid = TimeGrid.Uniform(Schedule, 3);
        foreach (var step in (double[])[0, -1, double.NaN])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new AnnealedLangevinSampler(Schedule, grid, step));
            Assert.Throws<ArgumentOutOfRangeException>(() => new UnadjustedLangevinSampler(Schedule, grid, step));
            Assert.Throws<ArgumentOutOfRangeException>(() => new MetropolisLangevinSampler(Schedule, grid, step));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new AnnealedLangevinSampler(Schedule, grid, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AnnealedLangevinSampler(Schedule, grid, langevinSteps: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UnadjustedLangevinSampler(Schedule, grid, langevinSteps: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MetropolisLangevinSampler(Schedule, grid, langevinSteps: 0));
    }

    // The adjusted chain draws twice a step: the same normals for its moves as the plain one's.
    private sealed class Even : NoiseSource
    {
        private readonly SeededNoise inner = new(new Rng(6));

        public override Tensor Initial(Shape shape) => inner.Initial(shape);

        public override Tensor Draw(Shape shape, int index) => shape[1] == 2 ? Tensor.Zeros(shape) + 2 : inner.Draw(shape, 0);
    }

    // Given levels, then clean data.
    private sealed class Levels(double[] ratios, double[] alphas) : Schedule
    {
        public override double CleanTime => -1;

        public override double NoiseTime => ratios.Length - 1;

        public override double PriorSigma(double t) => Sigma(t);

        protected override NoiseLevel Level(double t)
        {
            var i = ratios.Length - 1 - (int)t;
            return t < 0 ? new(t, 1, 0) : new(t, alphas[i], alphas[i] * ratios[i]);
        }

        protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level) => throw new NotSupportedException();

        protected override double TimeOf(double logSnr) => throw new NotSupportedException();
    }
}

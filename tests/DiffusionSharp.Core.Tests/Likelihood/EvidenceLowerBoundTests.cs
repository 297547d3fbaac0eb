using DiffusionSharp.Core.Tests.Samplers;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Likelihood;

public sealed class EvidenceLowerBoundTests
{
    // N(m, s²) in three dimensions.
    private const double Mean = 0.4, Variance = 0.6;
    private const int Dimension = 3;

    private static readonly Denoiser Gaussian = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], new Tensor([1, Dimension], [Mean, Mean, Mean]), [Variance]));

    private static readonly GaussianMixture Mixture = GaussianMixture.Isotropic([1, 2], new Tensor([2, 2], [1, 0.5, -0.6, -0.2]), [0.1, 0.3]);

    [Theory]
    [InlineData(DdpmVariance.FixedSmall)]
    [InlineData(DdpmVariance.FixedLarge)]
    public void On_Gaussian_data_every_term_is_its_closed_form_within_its_own_standard_error(DdpmVariance variance)
    {
        var schedule = DiscreteSchedule.Linear(8, 0.02, 0.6);
        var x0 = new Tensor([2, Dimension], [0.1, 0.9, -0.4, 1.5, 0.2, 0.3]);
        var elbo = new EvidenceLowerBound(schedule, Timesteps.All(8), variance).Estimate(Gaussian, x0, new Rng(1), draws: 3000);
        Assert.Equal(9, elbo.Terms.Count);
        var squares = 0.0;
        for (var k = 0; k < 2; k++)
        {
            var sum = 0.0;
            foreach (var term in elbo.Terms)
            {
                var expected = ClosedForm(schedule, term, x0.Sample(k), variance);
                sum += expected;
                if (term.Kind == ElboTermKind.Prior) Near.Number(expected, term.Nats.Values[k], 1e-12, "L_T");
                else squares += Math.Pow((term.Nats.Values[k] - expected) / Math.Sqrt(term.NoiseVariances.Values[k]), 2);
            }

            Near.Number(sum, elbo.Nats.Values[k], 4 * elbo.NoiseErrors.Values[k], "the bound");
            Assert.InRange(elbo.NoiseErrors.Values[k], 1e-3, 0.2);
        }

        // Sixteen squared z-scores.
        Assert.InRange(squares / 16, 0.3, 2.3);
    }

    [Fact]
    public void The_bound_lies_above_minus_the_log_likelihood_and_its_gap_falls_as_one_over_T()
    {
        var (x0, schedule) = (Mixture.Draw(new Rng(2), 6000), new VpLinearSchedule());
        Measurement coarse = Gap(x0, TimeGrid.Uniform(schedule, 20), DdpmVariance.FixedLarge), fine = Gap(x0, TimeGrid.Uniform(schedule, 40), DdpmVariance.FixedLarge);
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"gap {coarse} {fine}"));
        Assert.True(fine.Value > 3 * fine.StandardError, $"{fine}");
        Assert.InRange(Math.Log2(coarse.Value / fine.Value), 0.6, 1.4);
    }

    [Fact]
    public void With_the_posteriors_variance_it_does_so_where_every_step_is_short_in_log_snr()
    {
        var (x0, schedule) = (Mixture.Draw(new Rng(2), 2000), new VpLinearSchedule());
        TimeGrid Even(int steps)
        {
            var (top, bottom) = (schedule.LogSnr(1), schedule.LogSnr(1e-3));
            return new TimeGrid([.. Enumerable.Range(0, steps).Select(i => i == 0 ? 1 : schedule.TimeAtLogSnr(top + ((bottom - top) * i / (steps - 1))))], 0);
        }

        Measurement coarse = Gap(x0, Even(50), DdpmVariance.FixedSmall), fine = Gap(x0, Even(100), DdpmVariance.FixedSmall);
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"gap {coarse} {fine}"));
        Assert.InRange(Math.Log2(coarse.Value / fine.Value), 0.8, 1.3);
        Assert.True(fine.Value > 4 * fine.StandardError, $"{fine}");

        // Even steps in time: i levels from the data a step is ln((i + 1)/i) of log σ, however many there are.
        Assert.InRange(Gap(x0, TimeGrid.Uniform(schedule, 100), DdpmVariance.FixedSmall).Value, 1, 2);
        Assert.InRange(Gap(x0, TimeGrid.Uniform(schedule, 200), DdpmVariance.FixedSmall).Value, 1, 2);
    }

    [Fact]
    public void On_bins_the_probabilities_of_all_values_make_one()
    {
        var schedule = DiscreteSchedule.Linear(20, 0.001, 0.4);
        var bins = new DataBins(4);
        var bound = new EvidenceLowerBound(schedule, Timesteps.All(20), bins: bins);
        foreach (var d in (double[])[-1, -0.97, 0.03, 0.5, 1.2])
        {
            var all = Tensor.Create([16, 1], values =>
            {
                for (var i = 0; i < 16; i++) values[i] = bins.ValueOf(i);
            });
            var last = bound.Terms(new Constant(d), all, new Rng(1)).Last();
            Assert.Equal(ElboTermKind.Reconstruction, last.Kind);
            Near.Number(1, last.Nats.Map(l => Math.Exp(-l)).Values.ToArray().Sum(), 1e-13, $"D = {d}");
        }
    }

    [Fact]
    public void On_bins_the_bound_of_data_on_them_lies_above_their_log_likelihood()
    {
        // Three values of two bits, with probabilities: the exact log-likelihood is the logarithm of those.
        var bins = new DataBins(2);
        double[] weights = [0.5, 0.2, 0.3];
        int[] index = [0, 1, 3];
        var points = new Tensor([3, 1], [.. index.Select(bins.ValueOf)]);
        var denoiser = new GaussianMixtureDenoiser(GaussianMixture.Isotropic(weights, points, [0, 0, 0]));
        var schedule = new VpLinearSchedule();
        var x0 = Tensor.Concatenate([.. Enumerable.Repeat(points, 400)]);
        double Gap(int steps)
        {
            var nats = new EvidenceLowerBound(schedule, TimeGrid.Uniform(schedule, steps), bins: bins).Estimate(denoiser, x0, new Rng(2)).Nats;
            var gap = 0.0;
            for (var k = 0; k < nats.Samples; k++) gap += weights[k % 3] * 3 / nats.Samples * (nats.Values[k] + Math.Log(weights[k % 3]));
            return gap;
        }

        double coarse = Gap(50), fine = Gap(200);
        Assert.InRange(fine, 0.0005, 0.1);
        Assert.InRange(coarse / fine, 2.5, 20);
    }

    [Fact]
    public void The_published_decoder_has_the_variance_of_the_step_before()
    {
        var schedule = DiscreteSchedule.Linear();
        var x0 = new Tensor([1, 1], [0.3]);
        double Last(DdpmVariance variance) => new EvidenceLowerBound(schedule, Timesteps.All(1000), variance, decoder: DecoderVariance.Published).Terms(new Constant(0.31), x0, new Rng(1)).Last().Nats.Values[0];
        var betas = schedule.Betas;
        var small = betas[1] * betas[0] / (1 - ((1 - betas[0]) * (1 - betas[1])));
        foreach (var (variance, v) in (ReadOnlySpan<(DdpmVariance, double)>)[(DdpmVariance.FixedLarge, small), (DdpmVariance.FixedSmall, small)])
            Near.Number((1e-4 / v / 2) + (Math.Log(2 * Math.PI * v) / 2), Last(variance), 1e-9, $"{variance}");
    }

    [Fact]
    public void Sample_k_does_not_depend_on_its_batch_and_parts_join()
    {
        var schedule = DiscreteSchedule.Linear(6, 0.02, 0.6);
        var bound = new EvidenceLowerBound(schedule, Timesteps.All(6));
        var x0 = Mixture.Draw(new Rng(1), 5);
        var denoiser = new GaussianMixtureDenoiser(Mixture);
        var whole = bound.Estimate(denoiser, x0, new Rng(4), draws: 2);
        var parts = ElboEstimate.Concatenate(bound.Estimate(denoiser, x0.Slice(0, 2), new Rng(4), 2), bound.Estimate(denoiser, x0.Slice(2, 3), new Rng(4), 2, firstSample: 2));
        Assert.Equal(whole.Nats.Values, parts.Nats.Values);
        Assert.Equal(whole.NoiseErrors.Values, parts.NoiseErrors.Values);
        Assert.Equal(whole.Terms.Select(t => t.Mean), parts.Terms.Select(t => t.Mean));
        Near.Number(whole.MeanNats.Value / 2 / Math.Log(2), whole.MeanBitsPerDimension.Value, 1e-15, "bits per dimension");
        Assert.True(double.IsNaN(bound.Estimate(denoiser, x0, new Rng(4)).NoiseErrors.Values[0]));
    }

    [Fact]
    public void Values_on_no_bin_and_grids_without_an_end_are_refused()
    {
        var schedule = DiscreteSchedule.Linear(10, 0.01, 0.3);
        var bound = new EvidenceLowerBound(schedule, Timesteps.All(10), bins: new DataBins(8));
        Assert.StartsWith("DataBins: 0.3 is none of the 256 values of 8-bit data in [-1, 1]", Assert.Throws<ArgumentException>(() => bound.Terms(Gaussian, new Tensor([1, 1], [0.3]), new Rng(1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => bound.Terms(Gaussian, new Tensor([1, 1], [double.NaN]), new Rng(1)));
        Assert.Contains("a chain of steps", Assert.Throws<ArgumentException>(() => new EvidenceLowerBound(schedule, Timesteps.All(10).EndingAtFirstLevel())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataBins(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => bound.Terms(Gaussian, new Tensor([1, 1], [1]), new Rng(1), draws: 0));
    }

    // How far the bound of the exact denoiser lies above −ln p.
    private static Measurement Gap(Tensor x0, TimeGrid grid, DdpmVariance variance)
    {
        var schedule = new VpLinearSchedule();
        var bound = new EvidenceLowerBound(schedule, grid, variance).Estimate(new GaussianMixtureDenoiser(Mixture), x0, new Rng(3));
        return Measurement.OfMean((bound.Nats + Mixture.LogDensity(x0, schedule.At(0))).Values);
    }

    private static double ClosedForm(Schedule schedule, ElboTerm term, ReadOnlySpan<double> x0, DdpmVariance variance)
    {
        var (_, alpha, sigma) = schedule.At(term.Time);
        double squared = 0, centred = 0;
        foreach (var value in x0)
        {
            squared += value * value;
            centred += (value - Mean) * (value - Mean);
        }

        if (term.Kind == ElboTermKind.Prior) return ((alpha * alpha * squared) + (Dimension * ((sigma * sigma) - 1 - Math.Log(sigma * sigma)))) / 2;

        // x₀ − D = (1 − gα)(x₀ − m) − gσε.
        var g = alpha * Variance / ((alpha * alpha * Variance) + (sigma * sigma));
        var error = ((1 - (g * alpha)) * (1 - (g * alpha)) * centred) + (Dimension * g * g * sigma * sigma);
        if (term.Kind == ElboTermKind.Reconstruction)
        {
            var v0 = sigma * sigma / (alpha * alpha);
            return (error / v0 / 2) + (Dimension * Math.Log(2 * Math.PI * v0) / 2);
        }

        // In DDPM's own words: β and ᾱ of neighbouring levels.
        var (abar, abarNext) = (alpha * alpha, Math.Pow(schedule.Alpha(term.TimeNext), 2));
        var beta = 1 - (abar / abarNext);
        var betaTilde = beta * (1 - abarNext) / (1 - abar);
        var v = variance == DdpmVariance.FixedSmall ? betaTilde : beta;
        return (Dimension / 2.0 * ((betaTilde / v) - 1 - Math.Log(betaTilde / v))) + (abarNext * beta * beta / ((1 - abar) * (1 - abar)) * error / (2 * v));
    }

    [Fact]
    public void A_learned_variance_lies_between_the_fixed_ones_in_the_last_step_too_and_a_denoiser_without_one_is_refused()
    {
        var schedule = DiscreteSchedule.Linear(20);
        var x0 = new Rng(4).Normal([5, Dimension]);
        double Bound(DdpmVariance variance, Denoiser denoiser) => new EvidenceLowerBound(schedule, Timesteps.All(20), variance, decoder: DecoderVariance.Published).Estimate(denoiser, x0, new Rng(2)).MeanNats.Value;
        double Last(double v) => new EvidenceLowerBound(schedule, Timesteps.All(20), DdpmVariance.LearnedRange).Terms(new TwoHeaded(new Constant(0.31), _ => v), new Tensor([1, 1], [0.3]), new Rng(1)).Last().Nats.Values[0];
        double Nats(double v) => (1e-4 / v / 2) + (Math.Log(2 * Math.PI * v) / 2);
        Near.Number(Bound(DdpmVariance.FixedSmall, Gaussian), Bound(DdpmVariance.LearnedRange, new TwoHeaded(Gaussian, _ => -1)), 1e-9, "v = −1");
        var betas = schedule.Betas;
        var small = betas[1] * betas[0] / (1 - ((1 - betas[0]) * (1 - betas[1])));
        Near.Number(Nats(small), Last(-1), 1e-9, "L_0, v = −1");
        Near.Number(Nats(betas[0]), Last(1), 1e-9, "L_0, v = 1");
        Near.Number(Nats(Math.Sqrt(small * betas[0])), Last(0), 1e-9, "L_0, v = 0");
        Assert.Contains("EvidenceLowerBound: LearnedRange needs a denoiser that learned a variance", Assert.Throws<InvalidOperationException>(() => Bound(DdpmVariance.LearnedRange, Gaussian)).Message, StringComparison.Ordinal);
    }

    private sealed class Constant(double d) : Denoiser
    {
        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => x.Map(_ => d);

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException("It has no gradient.");
    }
}

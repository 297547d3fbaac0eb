using DiffusionSharp.Denoisers;
using DiffusionSharp.Integration;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Likelihood;

public sealed class FlowLikelihoodTests
{
    // So much noise at the end that the prior is right to far less than what is asked here.
    private static readonly VpLinearSchedule Schedule = new(0.1, 60);

    private static readonly DormandPrince Fine = new(1e-7, 1e-7);

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(64)]
    public void With_exact_divergence_it_is_the_log_density_of_a_mixture_within_a_ten_thousandth_of_a_nat(int dimension)
    {
        // In 64 dimensions round components: the Jacobian is full all the same, and cheap.
        var mixture = dimension == 64 ? GaussianMixture.Isotropic([1, 2, 1], 0.3 * new Rng(4).Normal([3, 64]), [0.3, 0.6, 0.2]) : Tilted(dimension);
        var flow = new FlowLikelihood(Schedule, 0.005, new ExactDivergence(), Fine);
        var x = flow.Cleanest.AddNoise(mixture.Draw(new Rng(1), 3), new Rng(2).Normal([3, dimension]));
        var found = flow.LogDensity(new GaussianMixtureDenoiser(mixture), x, new Rng(3));
        Near.Absolute(mixture.LogDensity(x, flow.Cleanest).Values, found.LogDensity.Values, 1e-4, "ln p");
        Assert.Equal(0, found.MeanProbeError);
    }

    [Theory]
    [InlineData(2, ProbeKind.Rademacher)]
    [InlineData(8, ProbeKind.Rademacher)]
    [InlineData(8, ProbeKind.Gaussian)]
    [InlineData(64, ProbeKind.Rademacher)]
    public void With_random_probes_it_is_the_log_density_within_its_own_standard_error(int dimension, ProbeKind kind)
    {
        var mixture = Tilted(dimension);
        var flow = new FlowLikelihood(Schedule, 0.005, new HutchinsonDivergence(dimension == 64 ? 10 : 32, kind));
        var count = dimension == 64 ? 4 : 20;
        var x = flow.Cleanest.AddNoise(mixture.Draw(new Rng(1), count), new Rng(2).Normal([count, dimension]));
        var found = flow.LogDensity(new GaussianMixtureDenoiser(mixture), x, new Rng(3));
        var z = (found.LogDensity - mixture.LogDensity(x, flow.Cleanest)) / found.ProbeErrors;
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"{dimension} {kind}: rms z {Math.Sqrt((z * z).Mean()):F2}, largest {z.MaxAbs():F2}, error {found.ProbeErrors.Mean():G3}"));

        // Student's t: the mean square is a little above 1.
        Assert.InRange(z.MaxAbs(), 0, 5);
        Assert.InRange((z * z).Mean(), dimension == 64 ? 0.2 : 0.5, dimension == 64 ? 3 : 2.2);
        Assert.InRange(found.ProbeErrors.Mean(), 1e-3, 3);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(64)]
    public void A_round_Gaussian_has_its_density_with_one_Rademacher_probe_since_its_Jacobian_is_diagonal(int dimension)
    {
        var target = GaussianMixture.Isotropic([1], Tensor.Zeros([1, dimension]), [0.3]);
        var schedule = new VpLinearSchedule();
        var x = 0.5 * new Rng(1).Normal([5, dimension]);
        double Error(double? dataVariance)
        {
            var flow = new FlowLikelihood(schedule, 1e-3, new HutchinsonDivergence(1), Fine, dataVariance: dataVariance);
            return (flow.LogDensity(new GaussianMixtureDenoiser(target), x, new Rng(2)).LogDensity - target.LogDensity(x, flow.Cleanest)).MaxAbs();
        }

        Assert.InRange(Error(0.3), 0, 1e-4);
        Assert.True(double.IsNaN(new FlowLikelihood(schedule, 1e-3, new HutchinsonDivergence(1)).LogDensity(new GaussianMixtureDenoiser(target), x, new Rng(2)).MeanProbeError));

        // α = 0.0066 at the noisiest level: the schedule's own prior is off by its square, some 4e-5 a value.
        Assert.InRange(Error(null), 1e-6, 1e-4 * dimension);
    }

    [Fact]
    public void Towards_clean_data_it_tends_to_the_density_of_the_data_on_every_kind_of_schedule()
    {
        var mixture = Tilted(2);
        var x0 = mixture.Draw(new Rng(5), 4);
        var exact = mixture.LogDensity(x0, new NoiseLevel(0, 1, 0));
        foreach (var (schedule, cleanest) in (ReadOnlySpan<(Schedule, double)>)[(Schedule, 1e-5), (DiscreteSchedule.Linear(1000, 1e-7, 0.05), 0), (new VpCosineSchedule(), 1e-4), (new SubVpSchedule(0.1, 60), 1e-5), (new EdmSchedule(1e6, 1e-3), 1e-3), (new FlowSchedule(), 1e-4)])
            Near.Absolute(exact.Values, new FlowLikelihood(schedule, cleanest, new ExactDivergence(), Fine).LogLikelihood(new GaussianMixtureDenoiser(mixture), x0, new Rng(1)).LogDensity.Values, 2e-3, schedule.GetType().Name);
    }

    [Fact]
    public void The_latent_of_a_Gaussian_is_its_standardised_self()
    {
        var target = GaussianMixture.Isotropic([1], new Tensor([1, 1], [0.7]), [0.2]);
        var flow = new FlowLikelihood(Schedule, 0.01, new ExactDivergence(), Fine);
        var x = new Tensor([3, 1], [0.2, 0.7, 1.4]);
        var latent = flow.LogDensity(new GaussianMixtureDenoiser(target), x, new Rng(1)).Latent;
        var (_, alpha, sigma) = flow.Cleanest;
        for (var k = 0; k < 3; k++) Near.Number((x.Values[k] - (0.7 * alpha)) / Math.Sqrt((alpha * alpha * 0.2) + (sigma * sigma)), latent.Values[k], 1e-5, $"latent {k}");
    }

    [Fact]
    public void Dequantised_data_pays_seven_bits_of_eight_and_no_value_leaves_its_bin()
    {
        var bins = new DataBins(8);
        Assert.Equal(7, bins.DequantisedOffset);
        var x0 = Tensor.Create([16, 16], values =>
        {
            for (var i = 0; i < 256; i++) values[i] = (i / 127.5f) - 1;
        });
        var x = bins.Dequantise(x0, new Rng(1));
        for (var i = 0; i < 256; i++) Assert.Equal(i, (int)Math.Floor((x.Values[i] + 1) * 128));
        Assert.Equal(x.Slice(5, 3).Values, bins.Dequantise(x0.Slice(5, 3), new Rng(1), firstSample: 5).Values);

        // Uniform data: density ½ on [−1, 1], eight bits.
        Near.Number(8, BitsPerDimension.Of(new(256 * Math.Log(2), 0, 1), 256, bins.DequantisedOffset).Value, 1e-14, "bits");
    }

    [Fact]
    public void Sample_k_does_not_depend_on_its_batch_and_parts_join()
    {
        var mixture = Tilted(3);
        var denoiser = new GaussianMixtureDenoiser(mixture);
        var flow = new FlowLikelihood(Schedule, 0.005, new HutchinsonDivergence(3));
        var x0 = mixture.Draw(new Rng(1), 5);
        var whole = flow.LogLikelihood(denoiser, x0, new Rng(4));
        var parts = FlowLikelihoodEstimate.Concatenate(flow.LogLikelihood(denoiser, x0.Slice(0, 2), new Rng(4)), flow.LogLikelihood(denoiser, x0.Slice(2, 3), new Rng(4), firstSample: 2));
        Assert.Equal(whole.LogDensity.Values, parts.LogDensity.Values);
        Assert.Equal(whole.ProbeErrors.Values, parts.ProbeErrors.Values);
        Assert.Equal(whole.Latent.Values, parts.Latent.Values);
        Near.Number(whole.MeanNats.Value / 3 / Math.Log(2), whole.MeanBitsPerDimension().Value, 1e-14, "bits per dimension");
    }

    [Fact]
    public void The_bound_lies_above_it_on_one_model_and_both_have_errors()
    {
        var mixture = Tilted(8);
        var denoiser = new GaussianMixtureDenoiser(mixture);
        var schedule = DiscreteSchedule.Linear(200, 5e-4, 0.1);
        var x0 = mixture.Draw(new Rng(1), 60);
        var flow = new FlowLikelihood(schedule, 0, new HutchinsonDivergence(4)).LogLikelihood(denoiser, x0, new Rng(2));
        var elbo = new EvidenceLowerBound(schedule, Timesteps.All(200)).Estimate(denoiser, x0, new Rng(3), draws: 2);
        var gap = DiffusionSharp.Statistics.Measurement.OfMean((elbo.Nats + flow.LogDensity).Values);
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"flow {flow.MeanNats}, bound {elbo.MeanNats}, gap {gap}"));
        Assert.InRange(gap.Value, 4 * gap.StandardError, 10);
        Assert.InRange(flow.MeanProbeError, 1e-3, flow.MeanNats.StandardError);
    }

    [Fact]
    public void A_denoiser_without_gradient_and_a_clean_start_are_refused_with_the_mend()
    {
        var flow = new FlowLikelihood(Schedule, 0.01, new ExactDivergence());
        Assert.Contains("the evidence lower bound, which asks for estimates alone", Assert.Throws<InvalidOperationException>(() => flow.LogDensity(new Blind(), Tensor.Zeros([1, 2]), new Rng(1))).Message, StringComparison.Ordinal);
        Assert.Contains("take a time a little later", Assert.Throws<ArgumentOutOfRangeException>(() => new FlowLikelihood(Schedule, 0, new ExactDivergence())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowLikelihood(Schedule, 1, new ExactDivergence()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowLikelihood(Schedule, 0.5, new ExactDivergence(), noisiest: 0.4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowLikelihood(Schedule, 0.1, new ExactDivergence(), dataVariance: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HutchinsonDivergence(0));
    }

    // Two Gaussians, of which one is long in a skew direction.
    private static GaussianMixture Tilted(int n)
    {
        var means = new Rng(11).Normal([2, n]);
        var axes = new Rng(12).Normal([2, n]);
        return GaussianMixture.Full([1, 2], 0.5 * means, Tensor.Create([2, n, n], c =>
        {
            for (var k = 0; k < 2; k++)
                for (var i = 0; i < n; i++)
                    for (var j = 0; j < n; j++) c[(((k * n) + i) * n) + j] = (i == j ? 0.2 + (0.1 * k) : 0) + (axes.Sample(k)[i] * axes.Sample(k)[j] * 2 / n);
        }));
    }

    private sealed class Blind : Denoiser
    {
        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => x;

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException("It has no gradient.");
    }
}

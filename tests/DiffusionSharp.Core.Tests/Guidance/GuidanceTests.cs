using DiffusionSharp.Denoisers;
using DiffusionSharp.Guidance;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Guidance;

public sealed class GuidanceTests
{
    private static readonly VpLinearSchedule Schedule = new();

    // Two classes in the plane, one Gaussian each.
    private static readonly double[] Weights = [0.4, 0.6];
    private static readonly Tensor Means = new([2, 2], [-1, 0.3, 0.9, -0.2]);
    private static readonly double[] Variances = [0.2, 0.3];
    private static readonly Denoiser Both = new GaussianMixtureDenoiser(GaussianMixture.Isotropic(Weights, Means, Variances));
    private static readonly Denoiser Second = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], Means.Slice(1, 1), [0.3]));

    private static readonly NoiseLevel[] Levels = [Schedule.At(0.1), Schedule.At(0.4), Schedule.At(0.9)];

    private static readonly Tensor X = new([3, 2], [0.3, -0.5, -0.2, 0.8, 1.4, 0.1]);

    [Fact]
    public void Guidance_of_weight_one_is_the_conditional_denoiser_and_of_weight_zero_the_unconditional()
    {
        Assert.Equal(Second.Denoise(X, Levels).Values, new ClassifierFreeGuidance(Second, Both, 1).Denoise(X, Levels).Values);
        Assert.Equal(Both.Denoise(X, Levels).Values, new ClassifierFreeGuidance(Second, Both, 0).Denoise(X, Levels).Values);
    }

    [Fact]
    public void Classifier_free_guidance_is_classifier_guidance_by_the_exact_classifier()
    {
        var free = new ClassifierFreeGuidance(Second, Both, 2.5);
        var byClassifier = new ClassifierGuidance(Both, new ImplicitClassifier(Second, Both), 2.5);
        var flow = new FlowSchedule();
        foreach (var levels in (NoiseLevel[][])[Levels, [flow.At(0), flow.At(0.5), flow.At(1)]])
            Near.RelativeToLargest(free.Denoise(X, levels), byClassifier.Denoise(X, levels), 1e-12, "guided");
    }

    [Fact]
    public void A_classifier_by_its_gradient_shifts_as_the_implicit_one_whose_gradient_is_that_of_the_class()
    {
        var second = GaussianMixture.Isotropic([1], Means.Slice(1, 1), [0.3]);
        var both = GaussianMixture.Isotropic(Weights, Means, Variances);
        var level = Schedule.At(0.3);

        // ln p(c | x) = ln 0.6 + ln p_t(x | c) − ln p_t(x).
        double Log(double a, double b) => second.LogDensity(new Tensor([1, 2], [a, b]), level).Values[0] - both.LogDensity(new Tensor([1, 2], [a, b]), level).Values[0];
        const double h = 1e-5;
        double[] numeric = [(Log(0.2 + h, 0.7) - Log(0.2 - h, 0.7)) / (2 * h), (Log(0.2, 0.7 + h) - Log(0.2, 0.7 - h)) / (2 * h)];
        var x = new Tensor([1, 2], [0.2, 0.7]);
        var byGradient = new Fixed(new Tensor([1, 2], numeric));
        Near.RelativeToLargest(new ImplicitClassifier(Second, Both).Shift(x, [level]), byGradient.Shift(x, [level]), 1e-8, "(σ²/α) ∇ ln p(c | x)");
        Assert.Equal([0, 0], byGradient.Shift(x, [new NoiseLevel(1, 0, 1)]).Values.ToArray());
    }

    [Fact]
    public void Classifier_guidance_of_scale_one_samples_the_class()
    {
        var guided = new ClassifierGuidance(Both, new ImplicitClassifier(Second, Both), 1);
        var start = new Rng(1).Normal([50, 2]);
        var sampler = new DdimSampler(Schedule, TimeGrid.Uniform(Schedule, 20));
        Near.RelativeToLargest(sampler.Sample(Second, start, new SeededNoise(new Rng(2))), sampler.Sample(guided, start, new SeededNoise(new Rng(2))), 1e-9, "samples");
    }

    [Fact]
    public void Outside_its_interval_guidance_does_not_act_and_the_reference_is_not_asked()
    {
        var (from, to) = (Levels[0].Ratio, Levels[1].Ratio);
        var guided = new ClassifierFreeGuidance(Second, Both, 3, interval: new GuidanceInterval(from, to));
        var (d, everywhere) = (guided.Denoise(X, Levels), new ClassifierFreeGuidance(Second, Both, 3).Denoise(X, Levels));
        Assert.Equal(Second.Denoise(X, Levels).Sample(0), d.Sample(0));
        Assert.Equal(everywhere.Sample(1), d.Sample(1));
        Assert.Equal(Second.Denoise(X, Levels).Sample(2), d.Sample(2));
        var counter = new Samplers.CountingDenoiser(Both);
        new ClassifierFreeGuidance(Second, counter, 3, interval: new GuidanceInterval(1, 2)).Denoise(X, Schedule.At(0.9));
        Assert.Equal(0, counter.Calls);
    }

    [Fact]
    public void Rescaling_brings_each_samples_spread_to_the_conditional_ones()
    {
        var x = new Rng(3).Normal([3, 8]);
        var wide = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], new Rng(4).Normal([1, 8]), [0.5]));
        var zero = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], Tensor.Zeros([1, 8]), [0.5]));
        var (m, full, none) = (wide.Denoise(x, Levels), new ClassifierFreeGuidance(wide, zero, 4, rescale: 1).Denoise(x, Levels), new ClassifierFreeGuidance(wide, zero, 4).Denoise(x, Levels));
        for (var k = 0; k < 3; k++)
        {
            Near.Number(Spread(m.Sample(k)), Spread(full.Sample(k)), 1e-12, "φ = 1");
            Assert.True(Spread(none.Sample(k)) > 1.2 * Spread(m.Sample(k)));
        }

        var half = new ClassifierFreeGuidance(wide, zero, 4, rescale: 0.5).Denoise(x, Levels);
        Near.RelativeToLargest(0.5 * (full + none), half, 1e-12, "φ = ½");
    }

    [Fact]
    public void Auto_guidance_extrapolates_from_the_worse_model()
    {
        var d = new AutoGuidance(Second, Both, 2).Denoise(X, Levels);
        Near.RelativeToLargest((2 * Second.Denoise(X, Levels)) - Both.Denoise(X, Levels), d, 1e-14, "2 D_good − D_bad");
    }

    [Theory]
    [InlineData(0, 0, double.PositiveInfinity)]
    [InlineData(0.7, 0, double.PositiveInfinity)]
    [InlineData(0.7, 0.2, 3)]
    public void The_gradient_of_a_guided_denoiser_agrees_with_central_differences(double rescale, double low, double high)
    {
        var guided = new ClassifierFreeGuidance(Second, Both, 2.2, rescale, new GuidanceInterval(low, high));
        var u = new Rng(6).Normal([3, 2]);
        var numeric = new double[6];
        for (var i = 0; i < 6; i++)
        {
            var e = Tensor.Create([3, 2], v => v[i] = 1e-5);
            numeric[i] = ((guided.Denoise(X + e, Levels) - guided.Denoise(X - e, Levels)) * u).Values.ToArray().Sum() / 2e-5;
        }

        Near.RelativeToLargest(new Tensor([3, 2], numeric), guided.VectorJacobian(X, Levels, u), 1e-7, "uᵀ∂D/∂x");
    }

    [Fact]
    public void Values_out_of_range_are_refused_with_what_was_expected()
    {
        Assert.Contains("weight must lie in [0", Assert.Throws<ArgumentOutOfRangeException>(() => new ClassifierFreeGuidance(Second, Both, -0.1)).Message, StringComparison.Ordinal);
        Assert.Contains("rescale must lie in [0, 1]", Assert.Throws<ArgumentOutOfRangeException>(() => new ClassifierFreeGuidance(Second, Both, 2, double.NaN)).Message, StringComparison.Ordinal);
        Assert.Contains("high end", Assert.Throws<ArgumentOutOfRangeException>(() => new AutoGuidance(Second, Both, 2, new GuidanceInterval(2, 1))).Message, StringComparison.Ordinal);
        Assert.Contains("scale must lie in", Assert.Throws<ArgumentOutOfRangeException>(() => new ClassifierGuidance(Both, new ImplicitClassifier(Second, Both), double.NaN)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Guidance_of_a_network_asks_it_with_the_classes_and_without_and_goes_past_the_first_by_the_weight()
    {
        var network = new ClassNetwork();
        int[] classes = [2, 0, 5];
        var guided = new ClassifierFreeGuidance(new NetworkDenoiser(network, Prediction.Data, labels: classes, learnedVariance: true), new NetworkDenoiser(network, Prediction.Data, learnedVariance: true), 3);

        // F(x, c) = 10 c and F(x) = −1: D = −1 + 3 (10 c + 1).
        var d = guided.Denoise(X, Levels);
        for (var k = 0; k < 3; k++) Assert.Equal([(30 * classes[k]) + 2, (30 * classes[k]) + 2], d.Sample(k).ToArray());
        Assert.Equal(2, network.Calls);

        // The second half of the output is the variance, 0.5 with a class and 0.25 without.
        Assert.True(guided.HasVariance);
        var (data, variance) = guided.DenoiseWithVariance(X, Levels);
        Assert.Equal(d.Values.ToArray(), data.Values.ToArray());
        Assert.All(variance.Values.ToArray(), v => Assert.Equal(0.5, v));
        Assert.False(new ClassifierFreeGuidance(Second, Both, 2).HasVariance);
        Assert.Contains("no learned variance", Assert.Throws<InvalidOperationException>(() => new ClassifierFreeGuidance(Second, Both, 2).DenoiseWithVariance(X, Levels)).Message, StringComparison.Ordinal);
    }

    private sealed class ClassNetwork : DenoisingNetwork
    {
        public int Calls { get; private set; }

        public override bool HasGradient => false;

        public override FloatTensor Evaluate(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes)
        {
            Calls++;
            var output = new FloatTensor([3, 4]);
            for (var i = 0; i < 12; i++) output.Values[i] = classes.IsEmpty ? (i % 4 < 2 ? -1 : 0.25f) : (i % 4 < 2 ? 10 * classes[i / 4] : 0.5f);
            return output;
        }

        public override FloatTensor VectorJacobian(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes, FloatTensor cotangent) => throw new NotSupportedException("A fixed output has no gradient.");
    }

    private sealed class Fixed(Tensor gradient) : GradientClassifier
    {
        protected override Tensor LogLikelihoodGradient(Tensor x, ReadOnlySpan<NoiseLevel> levels) => gradient;
    }

    private static double Spread(ReadOnlySpan<double> values)
    {
        var all = values.ToArray();
        var mean = all.Average();
        return Math.Sqrt(all.Average(v => (v - mean) * (v - mean)));
    }
}

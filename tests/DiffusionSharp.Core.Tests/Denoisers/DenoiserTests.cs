using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Denoisers;

public sealed class DenoiserTests
{
    private static readonly NoiseLevel Level = new(17, 0.8, 0.6);

    [Fact]
    public void Clipping_holds_every_value_inside_the_range_and_leaves_the_rest()
    {
        var denoiser = new ClippedDenoiser(new Fixed([-3, -1.5, 0.25, 1.5, 9]), 1.5);
        Assert.Equal([-1.5, -1.5, 0.25, 1.5, 1.5], denoiser.Denoise(Tensor.Zeros([1, 5]), Level).Values);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClippedDenoiser(new Fixed([]), double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClippedDenoiser(new Fixed([]), 0));
    }

    [Fact]
    public void Thresholding_scales_each_sample_by_the_quantile_of_its_own_values()
    {
        // |D| sorted: 0, 1, 2, 4; the quantile at 5/6 lies half way between 2 and 4.
        var denoiser = new DynamicThresholdingDenoiser(new Fixed([0, -1, 2, -4, 0.1, 0.2, -0.3, 0.4]), 5.0 / 6);
        Near.Absolute([0, -1 / 3.0, 2 / 3.0, -1, 0.1, 0.2, -0.3, 0.4], denoiser.Denoise(Tensor.Zeros([2, 4]), Level).Values, 1e-15, "thresholded");
        Assert.Throws<ArgumentOutOfRangeException>(() => new DynamicThresholdingDenoiser(new Fixed([]), 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DynamicThresholdingDenoiser(new Fixed([]), 0.9, double.NaN));
    }

    [Fact]
    public void Thresholding_with_its_maximum_at_one_is_clipping()
    {
        var values = (3 * new Rng(4).Normal([30])).Values.ToArray();
        var x = Tensor.Zeros([3, 10]);
        Assert.Equal(new ClippedDenoiser(new Fixed(values)).Denoise(x, Level).Values, new DynamicThresholdingDenoiser(new Fixed(values), 0.9, 1).Denoise(x, Level).Values);
    }

    [Fact]
    public void Samples_at_levels_of_their_own_are_denoised_as_if_alone()
    {
        var mixture = GaussianMixture.Isotropic([1, 1], new Tensor([2, 3], [1, 2, 3, -1, 0, 1]), [0.2, 0.4]);
        NoiseLevel[] levels = [new(0, 0.9, 0.2), new(5, 0.5, 0.8), new(9, 0, 1)];
        var x = new Rng(5).Normal([3, 3]);
        foreach (var denoiser in (Denoiser[])[new GaussianMixtureDenoiser(mixture), new ClippedDenoiser(new GaussianMixtureDenoiser(mixture)), new NetworkDenoiser(new Half(), Prediction.Velocity)])
        {
            var together = denoiser.Denoise(x, levels);
            for (var k = 0; k < 3; k++) Assert.Equal(denoiser.Denoise(x.Slice(k, 1), levels[k]).Values, together.Sample(k));
        }

        Assert.Equal("Denoise: 3 levels were expected for x of shape [3, 3], 2 were given. (Parameter 'levels')", Assert.Throws<ArgumentException>(() => new GaussianMixtureDenoiser(mixture).Denoise(x, levels.AsSpan(0, 2))).Message);
    }

    [Fact]
    public void A_network_sees_float32_its_own_time_and_its_labels_and_its_output_is_read_as_predicted()
    {
        NoiseLevel[] levels = [new(3, 0.8, 0.6), new(500, 0.6, 0.8)];
        var x = new Rng(6).Normal([2, 4]);
        foreach (var prediction in Enum.GetValues<Prediction>())
        {
            var network = new Half();
            var d = new NetworkDenoiser(network, prediction, labels: [7, 9]).Denoise(x, levels);
            Assert.Equal([3f, 500f], network.Times);
            Assert.Equal([7, 9], network.Classes);
            for (var k = 0; k < 2; k++)
            {
                var output = Tensor.From((x.Slice(k, 1) / 2).ToFloat());
                Near.RelativeToLargest(PredictionConversion.ToData(prediction, output, x.Slice(k, 1), levels[k]), d.Slice(k, 1), 1e-15, $"{prediction}");
            }
        }
    }

    [Fact]
    public void A_network_may_be_given_another_time_input_and_refuses_a_batch_that_its_labels_do_not_fit()
    {
        var network = new Half();
        new NetworkDenoiser(network, Prediction.Noise, level => Math.Log(level.Sigma) / 4).Denoise(Tensor.Zeros([1, 2]), Level);
        Assert.Equal([(float)(Math.Log(0.6) / 4)], network.Times);
        Assert.Empty(network.Classes);
        var labelled = new NetworkDenoiser(network, Prediction.Noise, labels: [1, 2]);
        Assert.Contains("made with 2 labels, x of shape [3, 2] needs 3", Assert.Throws<ArgumentException>(() => labelled.Denoise(Tensor.Zeros([3, 2]), Level)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_of_every_wrapper_agree_with_central_differences_and_a_denoiser_without_one_says_so()
    {
        var x = new Rng(1).Normal([3, 4]);
        var u = new Rng(2).Normal([3, 4]);
        NoiseLevel[] levels = [Level, new NoiseLevel(1, 0.3, 1.2), new NoiseLevel(2, 0.95, 0.05)];
        var mixture = GaussianMixture.Full([1, 2], new Rng(3).Normal([2, 4]), Covariances());
        var exact = new GaussianMixtureDenoiser(mixture);
        Denoiser[] all = [exact, new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1, 1], new Rng(4).Normal([2, 4]), [0.2, 0])), new ClippedDenoiser(exact, 0.7), new DynamicThresholdingDenoiser(new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1, 1], 3 * new Rng(4).Normal([2, 4]), [2, 3])), 0.8), new DynamicThresholdingDenoiser(exact, 0.5, 1.2), new NetworkDenoiser(new Half(), Prediction.Velocity)];
        foreach (var denoiser in all)
        {
            Assert.True(denoiser.HasGradient);
            var h = denoiser is NetworkDenoiser ? 1e-2 : 1e-6;
            var numeric = new double[12];
            for (var i = 0; i < 12; i++)
            {
                var e = Tensor.Create([3, 4], v => v[i] = h);
                numeric[i] = ((denoiser.Denoise(x + e, levels) - denoiser.Denoise(x - e, levels)) * u).Values.ToArray().Sum() / (2 * h);
            }

            Near.RelativeToLargest(new Tensor([3, 4], numeric), denoiser.VectorJacobian(x, levels, u), denoiser is NetworkDenoiser ? 1e-4 : 1e-6, denoiser.GetType().Name);
        }

        var message = Assert.Throws<InvalidOperationException>(() => new Fixed([1, 2]).VectorJacobian(Tensor.Zeros([1, 2]), Level, Tensor.Zeros([1, 2]))).Message;
        Assert.StartsWith("Fixed has no gradient", message, StringComparison.Ordinal);
    }

    private static Tensor Covariances() => Tensor.Create([2, 4, 4], values =>
    {
        for (var k = 0; k < 2; k++)
            for (var i = 0; i < 4; i++)
                for (var j = 0; j < 4; j++) values[(k * 16) + (i * 4) + j] = (i == j ? 0.5 + (0.1 * i) : 0) + (0.1 * k * (i + 1) * (j + 1) / 4);
    });

    private sealed class Fixed(double[] data) : Denoiser
    {
        public override bool HasGradient => false;

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => new(x.Shape, data);

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => throw new NotSupportedException();
    }

    private sealed class Half : DenoisingNetwork
    {
        public float[] Times { get; private set; } = [];

        public int[] Classes { get; private set; } = [];

        public override bool HasGradient => true;

        public override FloatTensor VectorJacobian(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes, FloatTensor cotangent) => Evaluate(cotangent, t, classes);

        public override FloatTensor Evaluate(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes)
        {
            (Times, Classes) = (t.ToArray(), classes.ToArray());
            var y = new FloatTensor(x.Shape);
            for (var i = 0; i < y.Values.Length; i++) y.Values[i] = x.Values[i] / 2;
            return y;
        }
    }
}

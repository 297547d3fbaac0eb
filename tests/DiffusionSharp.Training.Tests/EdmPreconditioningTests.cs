using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Training.Tests;

public sealed class EdmPreconditioningTests
{
    private const double S = 0.7;

    private static readonly EdmPreconditioning Edm = new(S);

    private static readonly Schedule Vp = new VpLinearSchedule();

    public static TheoryData<double, double> Levels => new()
    {
        { 1, 0.002 }, { 1, 0.5 }, { 1, 80 }, { 0.8, 0.6 }, { 0.5, 0.1 }, { 0, 1 }, { 1, 0 },
    };

    [Theory]
    [MemberData(nameof(Levels))]
    public void Input_and_target_have_unit_variance_at_every_level_for_data_of_the_stated_deviation(double alpha, double sigma)
    {
        var level = new NoiseLevel(0, alpha, sigma);
        var c = Edm.InputScale(level);
        Assert.Equal(1, c * c * ((alpha * alpha * S * S) + (sigma * sigma)), 1e-12);
        var (ofData, ofNoise) = Edm.TargetWeights(level);
        Assert.Equal(1, (ofData * ofData * S * S) + (ofNoise * ofNoise), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void The_target_of_the_network_gives_back_the_data(double alpha, double sigma)
    {
        var level = new NoiseLevel(0, alpha, sigma);
        var (a, b) = Edm.DataWeights(level);
        var (ofData, ofNoise) = Edm.TargetWeights(level);
        if (sigma == 0) return;
        Assert.Equal(1, (a * alpha) + (b * ofData), 1e-12);
        Assert.Equal(0, (a * sigma) + (b * ofNoise), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void The_skip_is_the_one_that_amplifies_errors_of_the_network_least(double alpha, double sigma)
    {
        var (a, b) = Edm.DataWeights(new NoiseLevel(0, alpha, sigma));

        // c_out² is the variance of what the network has to give, x₀ − a x: appendix B.6, equations 131 to 138.
        double Needed(double skip) => ((1 - (skip * alpha)) * (1 - (skip * alpha)) * S * S) + (skip * skip * sigma * sigma);
        Assert.Equal(Needed(a), b * b, 1e-12);
        foreach (var other in new[] { a - 1e-3, a + 1e-3 }) Assert.True(Needed(other) > Needed(a));
    }

    [Fact]
    public void Scales_are_those_of_the_table_where_the_data_keeps_its_size()
    {
        var level = new NoiseLevel(3, 1, 2);
        var (skip, output) = Edm.DataWeights(level);
        Assert.Equal(S * S / (4 + (S * S)), skip, 1e-14);
        Assert.Equal(2 * S / Math.Sqrt(4 + (S * S)), output, 1e-14);
        Assert.Equal(1 / Math.Sqrt(4 + (S * S)), Edm.InputScale(level), 1e-14);
        Assert.Equal(Math.Log(2) / 4, EdmPreconditioning.NoiseInput(level), 1e-14);
    }

    [Fact]
    public void A_network_that_gives_zero_is_the_exact_denoiser_of_gaussian_data()
    {
        var exact = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], Tensor.Zeros([1, 3]), [S * S]));
        var denoiser = new NetworkDenoiser(new Wave(0), Edm);
        var x = new Rng(1).Normal([4, 3]);
        foreach (var t in new[] { 0.01, 0.3, 1 }) Near.RelativeToLargest(exact.Denoise(x, Vp.At(t)), denoiser.Denoise(x, Vp.At(t)), 1e-12, $"t = {t}");
    }

    [Fact]
    public void A_preconditioned_denoiser_knows_its_gradient_and_its_time_input()
    {
        var denoiser = new NetworkDenoiser(new Wave(1), Edm);
        var (x, u, level) = (new Rng(1).Normal([1, 3]), new Rng(2).Normal([1, 3]), Vp.At(0.4));
        var gradient = denoiser.VectorJacobian(x, level, u);
        for (var i = 0; i < 3; i++)
        {
            double Along(double h) => Dot(u, denoiser.Denoise(Tensor.Create([1, 3], v => { x.Values.CopyTo(v); v[i] += h; }), level));

            // The network computes in float32: a large step, and the error of it squared.
            Assert.Equal((Along(1e-2) - Along(-1e-2)) / 2e-2, gradient.Values[i], 2e-4);
        }

        var (a, b) = Edm.DataWeights(level);
        var expected = x.Map(v => (a * v) + (b * (Math.Sin(Edm.InputScale(level) * v) + EdmPreconditioning.NoiseInput(level))));
        Near.RelativeToLargest(expected, denoiser.Denoise(x, level), 1e-6, "a x + b F(c x, c_noise)");
    }

    private static double Dot(Tensor a, Tensor b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Values.Length; i++) sum += a.Values[i] * b.Values[i];
        return sum;
    }

    /// <summary>F = size · (sin x + t).</summary>
    private sealed class Wave(float size) : DenoisingNetwork
    {
        public override bool HasGradient => true;

        public override FloatTensor Evaluate(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes)
        {
            var result = new FloatTensor(x.Shape);
            for (var i = 0; i < x.Values.Length; i++) result.Values[i] = size * (MathF.Sin(x.Values[i]) + t[i / (x.Values.Length / t.Length)]);
            return result;
        }

        public override FloatTensor VectorJacobian(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes, FloatTensor cotangent)
        {
            var result = new FloatTensor(x.Shape);
            for (var i = 0; i < x.Values.Length; i++) result.Values[i] = size * MathF.Cos(x.Values[i]) * cotangent.Values[i];
            return result;
        }
    }
}

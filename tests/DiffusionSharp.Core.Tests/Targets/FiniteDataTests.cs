using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Targets;

public sealed class FiniteDataTests
{
    private static readonly NoiseLevel[] Levels = [new(0, 0.9, 0.4), new(0, 0.3, 0.95), new(0, 1, 2.5), new(0, 0.05, 0.999), new(1, 0, 1)];

    private static readonly Tensor Points = new Rng(1).Normal([7, 3]);

    private static readonly FiniteDataDenoiser Denoiser = new(new FiniteData(Points));

    private static readonly GaussianMixture Mixture = GaussianMixture.Isotropic([1, 1, 1, 1, 1, 1, 1], Points, new double[7]);

    [Fact]
    public void A_finite_data_set_is_the_mixture_of_Gaussians_without_variance()
    {
        var (x, u) = (new Rng(2).Normal([11, 3]), new Rng(3).Normal([11, 3]));
        foreach (var level in Levels.Append(new NoiseLevel(-1, 1, 0)))
        {
            var levels = Repeat(level, 11);
            Near.RelativeToLargest(Mixture.PosteriorMean(x, levels), Denoiser.Denoise(x, level), 1e-13, $"D at {level}");
            Near.Absolute(Mixture.PosteriorMeanJacobian(x, levels, u).Values, Denoiser.VectorJacobian(x, level, u).Values, 1e-12, $"uᵀ∂D/∂x at {level}");
            if (level.Sigma == 0) continue;
            Near.RelativeToLargest(Mixture.LogDensity(x, level), Denoiser.LogDensity(x, level), 1e-13, $"ln p at {level}");
            Near.RelativeToLargest(Mixture.Score(x, level), Denoiser.Target.Score(x, level), 1e-12, $"score at {level}");
        }
    }

    [Fact]
    public void The_score_and_the_Jacobian_are_numerical_gradients()
    {
        const double h = 1e-5;
        var (x, u) = (new Rng(4).Normal([5, 3]), new Rng(5).Normal([5, 3]));
        foreach (var level in Levels)
        {
            var (score, product) = (Denoiser.Target.Score(x, level), Denoiser.VectorJacobian(x, level, u));
            for (var i = 0; i < 3; i++)
            {
                Tensor up = Moved(x, i, h), down = Moved(x, i, -h);
                var density = (Denoiser.LogDensity(up, level) - Denoiser.LogDensity(down, level)) / (2 * h);
                var estimate = (Denoiser.Denoise(up, level) - Denoiser.Denoise(down, level)) / (2 * h) * u;
                for (var k = 0; k < 5; k++)
                {
                    Near.Number(density.Values[k], score.Sample(k)[i], 1e-7, $"∂{i} ln p at {level}");
                    Near.Number(estimate.Sample(k)[0] + estimate.Sample(k)[1] + estimate.Sample(k)[2], product.Sample(k)[i], 1e-7, $"∂{i} ⟨u, D⟩ at {level}");
                }
            }
        }
    }

    [Fact]
    public void Near_a_data_point_and_far_from_all_the_estimate_is_the_nearest_point()
    {
        var far = new Tensor([2, 3], [.. Points.Sample(4), 1e6, -2e6, 5e5]);
        var d = Denoiser.Denoise(far, new NoiseLevel(0, 1, 1e-3));
        Near.Absolute(Points.Sample(4), d.Sample(0), 1e-12, "near");
        var nearest = Enumerable.Range(0, 7).MaxBy(j => (1e6 * Points.Sample(j)[0]) - (2e6 * Points.Sample(j)[1]) + (5e5 * Points.Sample(j)[2]));
        Near.Absolute(Points.Sample(nearest), d.Sample(1), 1e-12, "far");
    }

    [Fact]
    public void Thousands_of_pictures_give_the_same_bytes_for_any_threads_and_any_cut_of_the_batch()
    {
        var data = new Rng(6).Normal([2000, 8, 8, 1]);
        using var two = new Parallelism(2);
        var (one, other) = (new FiniteDataDenoiser(new FiniteData(data)), new FiniteDataDenoiser(new FiniteData(data, two)));
        var level = new NoiseLevel(0, 0.4, 0.9);
        var x = level.AddNoise(one.Target.Draw(new Rng(7), 21), new Rng(8).Normal([21, 8, 8, 1]));
        var d = one.Denoise(x, level);
        Assert.Equal(d.Values, other.Denoise(x, level).Values);
        Assert.Equal(one.VectorJacobian(x, level, x).Values, other.VectorJacobian(x, level, x).Values);
        foreach (var k in (int[])[0, 7, 8, 20]) Assert.Equal(d.Sample(k), one.Denoise(x.Slice(k, 1), level).Values);
        Assert.Equal<Shape>([21, 8, 8, 1], d.Shape);
    }

    [Fact]
    public void Draws_are_data_points_and_may_be_cut_anywhere()
    {
        var draws = Denoiser.Target.Draw(new Rng(9), 50);
        for (var k = 0; k < 50; k++) Assert.Contains(Enumerable.Range(0, 7), j => Points.Sample(j).SequenceEqual(draws.Sample(k)));
        Assert.Equal(draws.Slice(11, 4).Values, Denoiser.Target.Draw(new Rng(9), 4, firstSample: 11).Values);
    }

    [Fact]
    public void What_is_no_data_set_or_has_no_density_is_refused()
    {
        Assert.Contains("at least one sample", Assert.Throws<ArgumentException>(() => new FiniteData(Tensor.Zeros([0, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => new FiniteData(new Tensor([1, 1], [double.NaN]))).Message, StringComparison.Ordinal);
        Assert.Contains("samples of 3 values", Assert.Throws<ArgumentException>(() => Denoiser.Denoise(Tensor.Zeros([1, 2]), Levels[0])).Message, StringComparison.Ordinal);
        Assert.Contains("no density at σ = 0", Assert.Throws<InvalidOperationException>(() => Denoiser.LogDensity(Points, new NoiseLevel(-1, 1, 0))).Message, StringComparison.Ordinal);
    }

    private static NoiseLevel[] Repeat(NoiseLevel level, int count) => [.. Enumerable.Repeat(level, count)];

    private static Tensor Moved(Tensor x, int axis, double by) => Tensor.Create(x.Shape, values =>
    {
        x.Values.CopyTo(values);
        for (var k = axis; k < values.Length; k += 3) values[k] += by;
    });
}

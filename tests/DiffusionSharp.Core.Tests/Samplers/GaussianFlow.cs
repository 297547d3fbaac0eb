using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>Gaussian data, N(m, C) in two dimensions, for which everything a sampler should do is known.</summary>
internal static class GaussianFlow
{
    public static readonly double[] Mean = [1.5, -0.5];

    public static readonly double[] Covariance = [0.5, 0.3, 0.3, 0.4];

    /// <summary>The exact denoiser of N(m, C).</summary>
    public static Denoiser Denoiser { get; } = new GaussianMixtureDenoiser(GaussianMixture.Full([1], new Tensor([1, 2], Mean), new Tensor([1, 2, 2], Covariance)));

    /// <summary>That of standard normal data in two dimensions.</summary>
    public static Denoiser Round { get; } = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], Tensor.Zeros([1, 2]), [1]));

    /// <summary>That of N(m, s²) in one dimension.</summary>
    public static Denoiser Scalar(double mean, double variance) => new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], new Tensor([1, 1], [mean]), [variance]));

    /// <summary>The exact probability flow of N(m, s²): (x − α m)/√(α² s² + σ²) is kept.</summary>
    public static double Flow(double x, NoiseLevel from, NoiseLevel to, double mean, double variance) =>
        (to.Alpha * mean) + ((x - (from.Alpha * mean)) * Spread(to, variance) / Spread(from, variance));

    /// <summary>The largest error of the mean and covariance that a sampler ends with, from the exact law at the start of its grid.</summary>
    public static double Error(Sampler sampler)
    {
        var (mean, covariance) = Response(sampler);
        var level = sampler.Schedule.At(sampler.Grid.End);
        var error = 0.0;
        for (var i = 0; i < 2; i++) error = Math.Max(error, Math.Abs(mean[i] - (level.Alpha * Mean[i])));
        for (var i = 0; i < 4; i++) error = Math.Max(error, Math.Abs(covariance[i] - (level.Alpha * level.Alpha * Covariance[i]) - (i % 3 == 0 ? level.Sigma * level.Sigma : 0)));
        return error;
    }

    /// <summary>Whether a sampler is affine in its noise, as <see cref="Response(Sampler)"/> needs: doubling a noise doubles what it does.</summary>
    public static bool IsAffine(Sampler sampler)
    {
        Tensor End(double scale) => sampler.Sample(Denoiser, new Tensor([1, 2], [0.4, -1.1]), new ScaledNoise(scale));
        Tensor zero = End(0), one = End(1), two = End(2);
        return (two - zero - (2 * (one - zero))).MaxAbs() < 1e-9 * (1 + (one - zero).MaxAbs());
    }

    /// <summary>What a sampler makes of N(m, C).</summary>
    public static (double[] Mean, double[] Covariance) Response(Sampler sampler) => Response(sampler, Denoiser, Mean, Covariance);

    /// <summary>
    /// The exact mean and covariance of what a sampler gives for Gaussian data, without sampling: it is affine in the start and in each
    /// draw, so one impulse at a time shows all of its response.
    /// </summary>
    public static (double[] Mean, double[] Covariance) Response(Sampler sampler, Denoiser denoiser, double[] m, double[] c)
    {
        var level = sampler.Schedule.At(sampler.Grid.Start);
        var counter = new DrawCounter();
        sampler.Sample(denoiser, Tensor.Zeros([1, 2]), counter);
        var draws = counter.Draws;
        var a2 = level.Alpha * level.Alpha;

        // The Cholesky factor of the covariance at the start.
        var (c00, c01, c11) = ((a2 * c[0]) + (level.Sigma * level.Sigma), a2 * c[1], (a2 * c[3]) + (level.Sigma * level.Sigma));
        var (l00, l10) = (Math.Sqrt(c00), c01 / Math.Sqrt(c00));
        var l11 = Math.Sqrt(c11 - (l10 * l10));

        // Samples: the mean alone, the two starts, then two per draw.
        var n = 3 + (2 * draws);
        var start = Tensor.Create([n, 2], values =>
        {
            for (var k = 0; k < n; k++) (values[2 * k], values[(2 * k) + 1]) = (level.Alpha * m[0], level.Alpha * m[1]);
            values[2] += l00;
            values[3] += l10;
            values[5] += l11;
        });
        var end = sampler.Sample(denoiser, start, new Impulses());
        var covariance = new double[4];
        for (var k = 1; k < n; k++)
        {
            var (d0, d1) = (end.Sample(k)[0] - end.Sample(0)[0], end.Sample(k)[1] - end.Sample(0)[1]);
            covariance[0] += d0 * d0;
            covariance[1] += d0 * d1;
            covariance[2] += d1 * d0;
            covariance[3] += d1 * d1;
        }

        return (end.Sample(0).ToArray(), covariance);
    }

    private static double Spread(NoiseLevel level, double variance) => Math.Sqrt((level.Alpha * level.Alpha * variance) + (level.Sigma * level.Sigma));

    private sealed class ScaledNoise(double scale) : NoiseSource
    {
        public override Tensor Initial(Shape shape) => throw new NotSupportedException("The start is given.");

        public override Tensor Draw(Shape shape, int index) => scale * new Rng(5).Split(index).Normal(shape);
    }

    // How many draws a trajectory addresses.
    private sealed class DrawCounter : NoiseSource
    {
        public int Draws { get; private set; }

        public override Tensor Initial(Shape shape) => throw new NotSupportedException("The start is given.");

        public override Tensor Draw(Shape shape, int index)
        {
            Draws = Math.Max(Draws, index + 1);
            return Tensor.Zeros(shape);
        }
    }

    private sealed class Impulses : NoiseSource
    {
        public override Tensor Initial(Shape shape) => throw new NotSupportedException("The start is given.");

        public override Tensor Draw(Shape shape, int index) => Tensor.Create(shape, values =>
        {
            values[2 * (3 + (2 * index))] = 1;
            values[(2 * (4 + (2 * index))) + 1] = 1;
        });
    }
}

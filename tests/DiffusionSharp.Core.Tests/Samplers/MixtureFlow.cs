using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>A mixture of two Gaussians on the line: its exact denoiser, its law and its probability flow by slow independent code.</summary>
internal static class MixtureFlow
{
    private const int FineSteps = 4000;
    private static readonly double[] Weights = [0.35, 0.65];
    private static readonly double[] Means = [-1, 0.8];
    private static readonly double[] Spreads = [0.35, 0.5];

    public static GaussianMixture Mixture { get; } = GaussianMixture.Isotropic(Weights, new Tensor([2, 1], Means), [.. Spreads.Select(s => s * s)]);

    public static Denoiser Denoiser { get; } = new GaussianMixtureDenoiser(Mixture);

    public static double Mean => Weights.Zip(Means, (w, m) => w * m).Sum();

    public static double Variance => Weights.Zip(Means, (w, m) => w * m * m).Sum() + Weights.Zip(Spreads, (w, s) => w * s * s).Sum() - (Mean * Mean);

    /// <summary>P(x₀ ≤ x).</summary>
    public static double Cumulative(double x) => Cumulative(x, new NoiseLevel(0, 1, 0));

    /// <summary>P(x_t ≤ x).</summary>
    public static double Cumulative(double x, NoiseLevel level)
    {
        var sum = 0.0;
        for (var k = 0; k < Weights.Length; k++) sum += Weights[k] * MathNet.Numerics.Distributions.Normal.CDF(level.Alpha * Means[k], double.Hypot(level.Alpha * Spreads[k], level.Sigma), x);
        return sum;
    }

    /// <summary>E[x₀ | x], written out in one dimension.</summary>
    public static double Denoise(double x, double alpha, double sigma)
    {
        double numerator = 0, denominator = 0;
        for (var k = 0; k < Weights.Length; k++)
        {
            var variance = (alpha * alpha * Spreads[k] * Spreads[k]) + (sigma * sigma);
            var centred = x - (alpha * Means[k]);
            var r = Weights[k] * Math.Exp(-centred * centred / (2 * variance)) / Math.Sqrt(variance);
            numerator += r * (Means[k] + (alpha * Spreads[k] * Spreads[k] / variance * centred));
            denominator += r;
        }

        return numerator / denominator;
    }

    /// <summary>Where the probability flow takes x: dy/du = y − D, u = ln(σ/α), by the classical Runge–Kutta method in fine steps.</summary>
    public static double Flow(double x, NoiseLevel from, NoiseLevel to)
    {
        double u = Math.Log(from.Ratio), h = (Math.Log(to.Ratio) - u) / FineSteps, y = x / from.Alpha;
        for (var i = 0; i < FineSteps; i++, u += h)
        {
            double k1 = Slope(y, u), k2 = Slope(y + (h / 2 * k1), u + (h / 2)), k3 = Slope(y + (h / 2 * k2), u + (h / 2)), k4 = Slope(y + (h * k3), u + h);
            y += h / 6 * (k1 + (2 * k2) + (2 * k3) + k4);
        }

        return to.Alpha * y;
    }

    // The flow is the same on every schedule, so α = 1 will do.
    private static double Slope(double y, double u) => y - Denoise(y, 1, Math.Exp(u));
}

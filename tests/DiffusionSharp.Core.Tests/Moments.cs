using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests;

/// <summary>Mean and covariance of samples [N, D].</summary>
internal static class Moments
{
    public static (double[] Mean, double[,] Covariance) Of(Tensor x)
    {
        var d = x.Shape[1];
        var (mean, covariance) = (new double[d], new double[d, d]);
        for (var k = 0; k < x.Samples; k++)
            for (var i = 0; i < d; i++) mean[i] += x.Sample(k)[i] / x.Samples;
        for (var k = 0; k < x.Samples; k++)
            for (var i = 0; i < d; i++)
                for (var j = 0; j < d; j++) covariance[i, j] += (x.Sample(k)[i] - mean[i]) * (x.Sample(k)[j] - mean[j]) / (x.Samples - 1);
        return (mean, covariance);
    }
}

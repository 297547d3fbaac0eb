using DiffusionSharp.Tensors;

namespace DiffusionSharp.Statistics;

/// <summary>Mean and covariance of a sample, each entry with its standard error.</summary>
/// <remarks>
/// <code>
/// m = Σ x_k/N        C = Σ (x_k − m)(x_k − m)ᵀ/(N − 1)
/// se(m_i) = √(C_ii/N)        se(C_ij) = √(var[(x_i − m_i)(x_j − m_j)]/N)
/// </code>
/// The errors are estimated from the sample itself, whatever its law, and hold for large N.
/// </remarks>
public sealed class SampleMoments
{
    private SampleMoments(int count, Tensor mean, Tensor meanErrors, Tensor covariance, Tensor covarianceErrors) =>
        (Count, Mean, MeanErrors, Covariance, CovarianceErrors) = (count, mean, meanErrors, covariance, covarianceErrors);

    /// <summary>N, the number of samples.</summary>
    public int Count { get; }

    /// <summary>The mean, [D].</summary>
    public Tensor Mean { get; }

    /// <summary>The standard errors of the mean, [D].</summary>
    public Tensor MeanErrors { get; }

    /// <summary>The covariance, [D, D].</summary>
    public Tensor Covariance { get; }

    /// <summary>The standard errors of the covariance, [D, D].</summary>
    public Tensor CovarianceErrors { get; }

    /// <summary>The moments of a sample.</summary>
    /// <param name="x">[N, …], at least two samples of D values each; work and memory grow with D².</param>
    /// <exception cref="ArgumentException">There are fewer than two samples.</exception>
    public static SampleMoments Of(Tensor x)
    {
        if (x.Shape.Rank < 2 || x.Samples < 2)
            throw new ArgumentException($"SampleMoments: at least two samples, [N, …], were expected, x has shape {x.Shape}.", nameof(x));
        var (n, d) = (x.Samples, x.Shape.Tail().Count);
        var mean = new double[d];
        for (var k = 0; k < n; k++)
            for (var i = 0; i < d; i++) mean[i] += x.Sample(k)[i] / n;
        double[] products = new double[d * d], squares = new double[d * d], centred = new double[d];
        for (var k = 0; k < n; k++)
        {
            for (var i = 0; i < d; i++) centred[i] = x.Sample(k)[i] - mean[i];
            for (var i = 0; i < d; i++)
                for (var j = 0; j < d; j++)
                {
                    var product = centred[i] * centred[j];
                    products[(i * d) + j] += product;
                    squares[(i * d) + j] += product * product;
                }
        }

        double[] meanErrors = new double[d], errors = new double[d * d];
        for (var i = 0; i < errors.Length; i++)
        {
            // var[p]/N with the mean of p taken from the sample.
            errors[i] = Math.Sqrt(Math.Max((squares[i] / n) - (products[i] / n * (products[i] / n)), 0) / (n - 1));
            products[i] /= n - 1;
        }

        for (var i = 0; i < d; i++) meanErrors[i] = Math.Sqrt(products[(i * d) + i] / n);
        return new SampleMoments(n, new Tensor([d], mean), new Tensor([d], meanErrors), new Tensor([d, d], products), new Tensor([d, d], errors));
    }
}

using DiffusionSharp.LinearAlgebra;
using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Distances;

/// <summary>The Fréchet distance of two samples: the squared Wasserstein-2 distance of the normal laws with their means and covariances.</summary>
/// <remarks>
/// <code>
/// d² = ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½)
/// tr (Σ₁Σ₂)^½ = Σ √λ_i,  λ the eigenvalues of Σ₁^½ Σ₂ Σ₁^½
/// </code>
/// Dowson and Landau 1982, "The Fréchet distance between multivariate normal distributions", equation 4. Over features of a classifier it is
/// what Heusel et al. 2017, arXiv:1706.08500, measure generators by; figures compare only where the features are the same network's.
/// Estimated from samples it is too large, by about as much as covariances of so few samples are wrong, and less so with more of them (Chong
/// and Forsyth 2020, arXiv:1911.07023): always state both counts, and compare with two samples of the data itself of these counts.
/// </remarks>
/// <param name="Value">d², in squared units of the samples; at least 0.</param>
/// <param name="OfMeans">‖μ₁ − μ₂‖², the first part.</param>
/// <param name="OfCovariances">The trace, the second part.</param>
/// <param name="StandardError">One standard deviation of d² over bootstrap resamples of both samples: its spread, not its bias.</param>
/// <param name="CountA">Samples of the first.</param>
/// <param name="CountB">Samples of the second.</param>
public readonly record struct FrechetDistance(double Value, double OfMeans, double OfCovariances, double StandardError, int CountA, int CountB)
{
    /// <summary>Compares two samples; work grows with the cube of the values in one.</summary>
    /// <param name="a">[N, …], at least two.</param>
    /// <param name="b">[M, …], at least two, of the same shape each.</param>
    /// <param name="rng">Of the resamples.</param>
    /// <param name="repeats">Resamples, at least 2.</param>
    /// <param name="parallelism">Threads; the result does not depend on them.</param>
    /// <exception cref="ArgumentException">Shapes differ, a value is not finite, or a number is out of range.</exception>
    public static FrechetDistance Between(Tensor a, Tensor b, Rng rng, int repeats = 50, Parallelism? parallelism = null)
    {
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2 || a.Shape.Tail() != b.Shape.Tail() || a.Samples < 2 || b.Samples < 2)
            throw new ArgumentException(
                $"FrechetDistance: two samples of at least two and of one shape were expected, {a.Shape} and {b.Shape} were given.", nameof(b));
        if (!a.IsFinite() || !b.IsFinite()) throw new ArgumentException("FrechetDistance: a value is not finite.", nameof(a));
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 2);
        var values = new double[repeats];
        (parallelism ?? Parallelism.Single).For(repeats, r =>
        {
            var own = rng.Split(r);
            var (means, covariances) = Parts(SampleMoments.Of(Resampled(a, own.Split("a"))), SampleMoments.Of(Resampled(b, own.Split("b"))));
            values[r] = means + covariances;
        });

        var (ofMeans, ofCovariances) = Parts(SampleMoments.Of(a), SampleMoments.Of(b));
        var spread = Measurement.OfMean(values).StandardError * Math.Sqrt(repeats);
        return new FrechetDistance(ofMeans + ofCovariances, ofMeans, ofCovariances, spread, a.Samples, b.Samples);
    }

    /// <summary>The distance of two normal laws, d².</summary>
    /// <param name="mean1">μ₁, [D].</param>
    /// <param name="covariance1">Σ₁, [D, D], symmetric without negative eigenvalues; it may be singular.</param>
    /// <param name="mean2">μ₂, [D].</param>
    /// <param name="covariance2">Σ₂, [D, D], as Σ₁.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or a value is not finite.</exception>
    public static double OfNormals(Tensor mean1, Tensor covariance1, Tensor mean2, Tensor covariance2)
    {
        var d = mean1.Shape.Count;
        if (mean1.Shape != [d] || mean2.Shape != [d] || covariance1.Shape != [d, d] || covariance2.Shape != [d, d])
        {
            var given = $"{mean1.Shape}, {covariance1.Shape}, {mean2.Shape} and {covariance2.Shape}";
            throw new ArgumentException($"FrechetDistance: means of [D] and covariances of [D, D] were expected, {given} were given.", nameof(mean1));
        }

        if (!mean1.IsFinite() || !mean2.IsFinite() || !covariance1.IsFinite() || !covariance2.IsFinite())
            throw new ArgumentException("FrechetDistance: a value is not finite.", nameof(mean1));
        return OfMeansOf(mean1, mean2) + OfCovariancesOf(covariance1, covariance2, d);
    }

    private static (double Means, double Covariances) Parts(SampleMoments a, SampleMoments b) =>
        (OfMeansOf(a.Mean, b.Mean), OfCovariancesOf(a.Covariance, b.Covariance, a.Mean.Shape.Count));

    private static double OfMeansOf(Tensor a, Tensor b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Values.Length; i++) sum += (a.Values[i] - b.Values[i]) * (a.Values[i] - b.Values[i]);
        return sum;
    }

    private static double OfCovariancesOf(Tensor first, Tensor second, int d)
    {
        // Σ₁^½ Σ₂ Σ₁^½ in the eigenbasis of Σ₁ has the eigenvalues of Σ₁Σ₂, and is symmetric: all of them are real.
        var (values, vectors) = SymmetricEigen.Decompose(first.Values, d);
        var roots = Array.ConvertAll(values, v => Math.Sqrt(Math.Max(v, 0)));
        var turned = Product(Product(vectors, second.Values, d, transposeA: true), vectors, d, transposeA: false);
        var product = new double[d * d];
        for (var i = 0; i < d; i++)
            for (var j = 0; j < d; j++) product[(i * d) + j] = roots[i] * roots[j] * (turned[(i * d) + j] + turned[(j * d) + i]) / 2;
        var trace = 0.0;
        for (var i = 0; i < d; i++) trace += first.Values[(i * d) + i] + second.Values[(i * d) + i];
        foreach (var lambda in SymmetricEigen.Decompose(product, d).Values) trace -= 2 * Math.Sqrt(Math.Max(lambda, 0));

        // What is left of equal covariances is rounding, of either sign.
        return Math.Max(trace, 0);
    }

    private static double[] Product(ReadOnlySpan<double> a, ReadOnlySpan<double> b, int d, bool transposeA)
    {
        var product = new double[d * d];
        for (var i = 0; i < d; i++)
            for (var k = 0; k < d; k++)
            {
                var factor = transposeA ? a[(k * d) + i] : a[(i * d) + k];
                for (var j = 0; j < d; j++) product[(i * d) + j] += factor * b[(k * d) + j];
            }

        return product;
    }

    // Drawn anew with replacement: Efron 1979.
    private static Tensor Resampled(Tensor x, Rng rng) => Tensor.Create(x.Shape, values =>
    {
        var size = values.Length / x.Samples;
        for (var k = 0; k < x.Samples; k++) x.Sample(rng.Integer(x.Samples, (ulong)k)).CopyTo(values.Slice(k * size, size));
    });
}

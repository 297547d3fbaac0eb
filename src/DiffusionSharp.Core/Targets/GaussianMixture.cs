using DiffusionSharp.LinearAlgebra;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DiffusionSharp.Targets;

/// <summary>A mixture of Gaussians, known in closed form at every noise level.</summary>
/// <remarks>
/// <code>
/// p(x₀) = Σ w_k N(x₀; m_k, C_k)       p_t(x) = Σ w_k N(x; α m_k, α² C_k + σ² I)
/// E[x₀ | x] = Σ r_k(x) (m_k + α C_k (α² C_k + σ² I)⁻¹ (x − α m_k))       r_k ∝ w_k N(x; α m_k, α² C_k + σ² I)
/// </code>
/// The product of Gaussians; Bishop 2006, eq. 2.113–2.117. Variances of zero make it a set of points, whose denoiser is the one that a
/// network without generalization would learn.
/// </remarks>
public sealed class GaussianMixture
{
    private readonly GaussianComponent[] components;

    private GaussianMixture(GaussianComponent[] components, int dimension)
    {
        this.components = components;
        Dimension = dimension;
    }

    /// <summary>The number of values of a sample.</summary>
    public int Dimension { get; }

    /// <summary>The number of Gaussians.</summary>
    public int Components => components.Length;

    /// <summary>A mixture of round Gaussians of equal weight and variance.</summary>
    /// <param name="means">[K, D].</param>
    /// <param name="variance">At least 0; 0 makes it a set of points.</param>
    /// <exception cref="ArgumentException">There is no mean, or the variance is out of range.</exception>
    public static GaussianMixture Isotropic(double[,] means, double variance) => Isotropic(Tensor.From(means), variance);

    /// <inheritdoc cref="Isotropic(double[,], double)"/>
    public static GaussianMixture Isotropic(Tensor means, double variance)
    {
        if (means.Shape.Rank == 0)
            throw new ArgumentException($"GaussianMixture: means of shape [K, D] were expected, {means.Shape} was given.", nameof(means));
        double[] weights = new double[means.Samples], variances = new double[means.Samples];
        Array.Fill(weights, 1);
        Array.Fill(variances, variance);
        return Isotropic(weights, means, variances);
    }

    /// <summary>A mixture of round Gaussians.</summary>
    /// <param name="weights">One per component, above 0; they are divided by their sum.</param>
    /// <param name="means">[K, D].</param>
    /// <param name="variances">One per component, at least 0: C_k = variance · I.</param>
    /// <exception cref="ArgumentException">The numbers of components differ, or a value is out of range.</exception>
    public static GaussianMixture Isotropic(ReadOnlySpan<double> weights, Tensor means, ReadOnlySpan<double> variances)
    {
        var shares = Shares(weights, means, variances.Length);
        var components = new GaussianComponent[shares.Length];
        for (var k = 0; k < components.Length; k++)
        {
            var eigenvalues = new double[means.Shape[1]];
            Array.Fill(eigenvalues, Guard.InRange(variances[k], 0, double.MaxValue, "GaussianMixture: a variance", nameof(variances)));
            components[k] = new GaussianComponent(shares[k], means.Sample(k).ToArray(), eigenvalues, null);
        }

        return new GaussianMixture(components, means.Shape[1]);
    }

    /// <summary>A mixture of Gaussians of any orientation.</summary>
    /// <param name="weights">One per component, above 0; they are divided by their sum.</param>
    /// <param name="means">[K, D].</param>
    /// <param name="covariances">[K, D, D], each symmetric and positive semi-definite.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or a matrix is not a covariance.</exception>
    public static GaussianMixture Full(ReadOnlySpan<double> weights, Tensor means, Tensor covariances)
    {
        var shares = Shares(weights, means, covariances.Samples);
        var n = means.Shape[1];
        Shape expected = [shares.Length, n, n];
        if (covariances.Shape != expected)
        {
            throw new ArgumentException(
                $"GaussianMixture: covariances of shape {expected} were expected for means {means.Shape}, {covariances.Shape} was given.", nameof(covariances));
        }

        var components = new GaussianComponent[shares.Length];
        for (var k = 0; k < components.Length; k++)
        {
            var (eigenvalues, eigenvectors) = Covariance(covariances.Sample(k), n, k);
            components[k] = new GaussianComponent(shares[k], means.Sample(k).ToArray(), eigenvalues, eigenvectors);
        }

        return new GaussianMixture(components, n);
    }

    /// <summary>E[x₀ | x], the exact denoiser.</summary>
    /// <param name="x">Noisy samples, [N, …] with <see cref="Dimension"/> values each.</param>
    /// <param name="levels">One level per sample.</param>
    /// <exception cref="ArgumentException">The samples have another number of values.</exception>
    public Tensor PosteriorMean(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        Check(x);
        var mean = new double[x.Shape.Count];
        for (var k = 0; k < x.Samples; k++)
        {
            var sample = x.Sample(k);
            var level = levels[k];
            var into = mean.AsSpan(k * Dimension, Dimension);
            if (level.Sigma == 0)
            {
                // Without noise x is known; the general form would divide by zero on a set of points.
                TensorPrimitives.Divide(sample, level.Alpha, into);
                continue;
            }

            var (r, _) = Responsibilities(sample, level);
            for (var j = 0; j < r.Length; j++) components[j].AddPosteriorMean(sample, level, r[j], into);
        }

        return new Tensor(x.Shape, mean);
    }

    /// <summary>uᵀ ∂E[x₀ | x]/∂x of each sample, in the shape of <paramref name="x"/>.</summary>
    /// <param name="x">Noisy samples, [N, …] with <see cref="Dimension"/> values each.</param>
    /// <param name="levels">One level per sample.</param>
    /// <param name="u">In the shape of <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The samples have another number of values.</exception>
    /// <remarks>
    /// With m̃_k the components' posterior means: ∂D/∂x = Σ r_k (α C_k (α² C_k + σ² I)⁻¹ + m̃_k s_kᵀ) − D sᵀ, where s_k and s are the
    /// scores of the components and of the mixture; the form stays finite as σ falls to 0.
    /// </remarks>
    public Tensor PosteriorMeanJacobian(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor u)
    {
        Check(x);
        var product = new double[x.Shape.Count];
        for (var k = 0; k < x.Samples; k++)
        {
            ReadOnlySpan<double> sample = x.Sample(k), cotangent = u.Sample(k);
            var level = levels[k];
            var into = product.AsSpan(k * Dimension, Dimension);
            if (level.Sigma == 0)
            {
                TensorPrimitives.Divide(cotangent, level.Alpha, into);
                continue;
            }

            var (r, _) = Responsibilities(sample, level);
            double[] mean = new double[Dimension], score = new double[Dimension];
            for (var j = 0; j < r.Length; j++)
            {
                components[j].AddPosteriorMean(sample, level, r[j], mean);
                components[j].AddScore(sample, level, r[j], score);
            }

            for (var j = 0; j < r.Length; j++)
            {
                double[] own = new double[Dimension], difference = new double[Dimension];
                components[j].AddPosteriorMean(sample, level, 1, own);
                components[j].AddScore(sample, level, 1, difference);
                TensorPrimitives.Subtract(own, mean, own);
                TensorPrimitives.Subtract(difference, score, difference);

                // Σ r_k m̃_k s_kᵀ − D sᵀ = Σ r_k (m̃_k − D)(s_k − s)ᵀ.
                components[j].AddGain(cotangent, level, r[j], into);
                TensorPrimitives.MultiplyAdd(difference, r[j] * TensorPrimitives.Dot<double>(cotangent, own), into, into);
            }
        }

        return new Tensor(x.Shape, product);
    }

    /// <summary>ln p_t(x) of each sample, [N]; nats.</summary>
    /// <param name="x">Noisy samples, [N, …] with <see cref="Dimension"/> values each.</param>
    /// <param name="level">The level of all samples.</param>
    /// <exception cref="ArgumentException">The samples have another number of values.</exception>
    /// <exception cref="InvalidOperationException">The mixture has no density there: σ = 0 and a covariance is singular.</exception>
    public Tensor LogDensity(Tensor x, NoiseLevel level)
    {
        Check(x);
        CheckDensity(level);
        return Tensor.Create([x.Samples], values =>
        {
            for (var k = 0; k < values.Length; k++) values[k] = Responsibilities(x.Sample(k), level).LogDensity;
        });
    }

    /// <summary>∇ ln p_t(x), in the shape of <paramref name="x"/>.</summary>
    /// <inheritdoc cref="LogDensity(Tensor, NoiseLevel)"/>
    public Tensor Score(Tensor x, NoiseLevel level)
    {
        Check(x);
        CheckDensity(level);
        var score = new double[x.Shape.Count];
        for (var k = 0; k < x.Samples; k++)
        {
            var (r, _) = Responsibilities(x.Sample(k), level);
            for (var j = 0; j < r.Length; j++) components[j].AddScore(x.Sample(k), level, r[j], score.AsSpan(k * Dimension, Dimension));
        }

        return new Tensor(x.Shape, score);
    }

    /// <summary>Draws from the mixture, [N, D]; draw k depends on the generator and on <paramref name="firstSample"/> + k alone.</summary>
    /// <param name="rng">The generator.</param>
    /// <param name="count">N, how many samples, at least 0.</param>
    /// <param name="firstSample">The index of the first draw.</param>
    public Tensor Draw(Rng rng, int count, long firstSample = 0) => Tensor.Create([count, Dimension], values =>
    {
        for (var k = 0; k < count; k++)
        {
            var own = rng.Split(firstSample + k);
            var sample = values.Slice(k * Dimension, Dimension);
            own.Split(1).FillNormal(sample);
            components[Pick(own.Uniform(0))].Shape(sample);
        }
    });

    private static double[] Shares(ReadOnlySpan<double> weights, Tensor means, int others)
    {
        if (means.Shape.Rank != 2 || means.Shape.Count == 0)
            throw new ArgumentException($"GaussianMixture: means of shape [K, D] were expected, {means.Shape} was given.", nameof(means));
        if (weights.Length != means.Samples || others != means.Samples)
        {
            var found = $"{weights.Length} weights, {means.Samples} means and {others} variances were given";
            throw new ArgumentException($"GaussianMixture: {found}; the numbers must agree.", nameof(weights));
        }

        foreach (var w in weights) Guard.Above(w, 0, "GaussianMixture: a weight", nameof(weights));
        var shares = weights.ToArray();
        TensorPrimitives.Divide(shares, TensorPrimitives.Sum<double>(shares), shares);
        return shares;
    }

    private static (double[] Values, double[] Vectors) Covariance(ReadOnlySpan<double> matrix, int n, int k)
    {
        var largest = Math.Abs(TensorPrimitives.MaxMagnitude(matrix));
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                if (!(Math.Abs(matrix[(i * n) + j] - matrix[(j * n) + i]) <= 1e-12 * largest))
                    throw new ArgumentException($"GaussianMixture: covariance {k} is not symmetric and finite.", nameof(matrix));
        var (values, vectors) = SymmetricEigen.Decompose(matrix, n);
        for (var i = 0; i < n; i++)
        {
            if (!(values[i] >= -1e-12 * largest))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"GaussianMixture: covariance {k} has the negative eigenvalue {values[i]}."), nameof(matrix));
            }

            values[i] = Math.Max(values[i], 0);
        }

        return (values, vectors);
    }

    private (double[] R, double LogDensity) Responsibilities(ReadOnlySpan<double> x, NoiseLevel level)
    {
        var r = new double[components.Length];
        for (var k = 0; k < r.Length; k++) r[k] = components[k].LogDensity(x, level);

        // Relative to the largest, so that far from every component something is left.
        var largest = TensorPrimitives.Max<double>(r);
        for (var k = 0; k < r.Length; k++) r[k] = Math.Exp(r[k] - largest);
        var sum = TensorPrimitives.Sum<double>(r);
        for (var k = 0; k < r.Length; k++) r[k] /= sum;
        return (r, largest + Math.Log(sum));
    }

    private int Pick(double u)
    {
        for (var k = 0; k < components.Length; k++)
        {
            u -= components[k].Weight;
            if (u < 0) return k;
        }

        return components.Length - 1;
    }

    private void Check(Tensor x)
    {
        if (x.Shape.Rank == 0 || x.Shape.Count != x.Samples * Dimension)
            throw new ArgumentException($"GaussianMixture: samples of {Dimension} values were expected, x has shape {x.Shape}.", nameof(x));
    }

    private void CheckDensity(NoiseLevel level)
    {
        if (level.Sigma == 0 && components.Any(c => c.SmallestVariance == 0))
            throw new InvalidOperationException("GaussianMixture: there is no density at σ = 0, a covariance is singular.");
    }
}

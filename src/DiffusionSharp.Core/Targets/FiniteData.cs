using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DiffusionSharp.Targets;

/// <summary>The law of a finite data set, every sample equally likely, known in closed form at every noise level.</summary>
/// <remarks>
/// <code>
/// p_t(x) = Σ_j N(x; α d_j, σ² I)/M        r_j ∝ exp(−|x − α d_j|²/(2σ²))
/// E[x₀ | x] = Σ_j r_j d_j                 ∂E[x₀ | x]/∂x = (α/σ²) Cov_r[d]
/// </code>
/// What a network of unlimited size would learn from these samples: Karras et al. 2022, arXiv:2206.00364, appendix B.3. The work is
/// N·M·D for N noisy and M data samples; it is done in blocks of noisy samples, each sum in the order of the data.
/// </remarks>
public sealed class FiniteData
{
    // Noisy samples that share one walk over the data.
    private const int Block = 8;

    private readonly Tensor data;
    private readonly Parallelism parallelism;

    /// <summary>Takes a data set.</summary>
    /// <param name="data">[M, …], at least one sample, all values finite.</param>
    /// <param name="parallelism">Threads; results do not depend on them. By default the caller's alone.</param>
    /// <exception cref="ArgumentException">There is no sample, or a value is not finite.</exception>
    public FiniteData(Tensor data, Parallelism? parallelism = null)
    {
        if (data.Shape.Rank < 2 || data.Shape.Count == 0)
            throw new ArgumentException($"FiniteData: at least one sample, [M, …], was expected, the data has shape {data.Shape}.", nameof(data));
        if (!data.IsFinite()) throw new ArgumentException("FiniteData: a value of the data is not finite.", nameof(data));
        (this.data, this.parallelism) = (data, parallelism ?? Parallelism.Single);
    }

    private delegate void Body(int k, ReadOnlySpan<double> weights, double logDensity);

    /// <summary>M, the number of samples.</summary>
    public int Count => data.Samples;

    /// <summary>The number of values of a sample.</summary>
    public int Dimension => data.Shape.Tail().Count;

    /// <summary>E[x₀ | x], the exact denoiser; without noise, x itself.</summary>
    /// <param name="x">Noisy samples, [N, …] with <see cref="Dimension"/> values each.</param>
    /// <param name="levels">One level per sample.</param>
    /// <exception cref="ArgumentException">The samples have another number of values.</exception>
    public Tensor PosteriorMean(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        Check(x);
        var known = levels.ToArray();
        var mean = new double[x.Shape.Count];
        ForEach(x, known, (k, weights, _) => AddMean(weights, mean.AsSpan(k * Dimension, Dimension)));
        for (var k = 0; k < known.Length; k++)
            if (known[k].Sigma == 0) TensorPrimitives.Divide(x.Sample(k), known[k].Alpha, mean.AsSpan(k * Dimension, Dimension));
        return new Tensor(x.Shape, mean);
    }

    /// <summary>uᵀ ∂E[x₀ | x]/∂x of each sample, in the shape of <paramref name="x"/>.</summary>
    /// <param name="x">Noisy samples, [N, …] with <see cref="Dimension"/> values each.</param>
    /// <param name="levels">One level per sample.</param>
    /// <param name="u">In the shape of <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The samples have another number of values.</exception>
    public Tensor PosteriorMeanJacobian(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor u)
    {
        Check(x);
        var known = levels.ToArray();
        var product = new double[x.Shape.Count];
        ForEach(x, known, (k, weights, _) =>
        {
            var mean = new double[Dimension];
            AddMean(weights, mean);
            var atMean = TensorPrimitives.Dot(u.Sample(k), mean);
            var into = product.AsSpan(k * Dimension, Dimension);

            // Cov u = Σ r_j (d_j − D) ⟨d_j − D, u⟩; what D takes away sums to zero.
            for (var j = 0; j < weights.Length; j++)
            {
                if (!(weights[j] > 0)) continue;
                var along = TensorPrimitives.Dot(data.Sample(j), u.Sample(k)) - atMean;
                TensorPrimitives.MultiplyAdd(data.Sample(j), weights[j] * along, into, into);
            }

            TensorPrimitives.Multiply(into, known[k].Alpha / (known[k].Sigma * known[k].Sigma), into);
        });
        for (var k = 0; k < known.Length; k++)
            if (known[k].Sigma == 0) TensorPrimitives.Divide(u.Sample(k), known[k].Alpha, product.AsSpan(k * Dimension, Dimension));
        return new Tensor(x.Shape, product);
    }

    /// <summary>ln p_t(x) of each sample, [N]; nats.</summary>
    /// <param name="x">Noisy samples, [N, …] with <see cref="Dimension"/> values each.</param>
    /// <param name="level">The level of all samples.</param>
    /// <exception cref="ArgumentException">The samples have another number of values.</exception>
    /// <exception cref="InvalidOperationException">σ = 0: points have no density.</exception>
    public Tensor LogDensity(Tensor x, NoiseLevel level)
    {
        var values = new double[CheckNoisy(x, level).Length];
        ForEach(x, CheckNoisy(x, level), (k, _, logDensity) => values[k] = logDensity);
        return new Tensor([values.Length], values);
    }

    /// <summary>∇ ln p_t(x) = (α E[x₀ | x] − x)/σ², in the shape of <paramref name="x"/>.</summary>
    /// <inheritdoc cref="LogDensity(Tensor, NoiseLevel)"/>
    public Tensor Score(Tensor x, NoiseLevel level) => ((level.Alpha * PosteriorMean(x, CheckNoisy(x, level))) - x) / (level.Sigma * level.Sigma);

    /// <summary>Draws from the data with replacement, [N, …]; draw k depends on the generator and on <paramref name="firstSample"/> + k alone.</summary>
    /// <param name="rng">The generator.</param>
    /// <param name="count">N, how many samples, at least 0.</param>
    /// <param name="firstSample">The index of the first draw.</param>
    public Tensor Draw(Rng rng, int count, long firstSample = 0) => Tensor.Create(data.Shape.With(0, count), values =>
    {
        for (var k = 0; k < count; k++) data.Sample(rng.Integer(Count, (ulong)(firstSample + k))).CopyTo(values[(k * Dimension)..]);
    });

    // For every noisy sample (σ > 0) the weights r_j and ln p_t. A sum over the data does not depend on who shares its block.
    private void ForEach(Tensor x, NoiseLevel[] levels, Body body) => parallelism.For((levels.Length + Block - 1) / Block, block =>
    {
        var first = block * Block;
        var count = Math.Min(Block, levels.Length - first);
        var (clean, logits) = (new double[count * Dimension], new double[count * Count]);

        // |x − α d|² = α² |x/α − d|²; at pure noise all samples weigh the same.
        for (var i = 0; i < count; i++)
            if (levels[first + i].Alpha > 0) TensorPrimitives.Divide(x.Sample(first + i), levels[first + i].Alpha, clean.AsSpan(i * Dimension, Dimension));
        for (var j = 0; j < Count; j++)
            for (var i = 0; i < count; i++)
            {
                var level = levels[first + i];
                if (level.Alpha == 0 || level.Sigma == 0) continue;
                var distance = TensorPrimitives.Distance(clean.AsSpan(i * Dimension, Dimension), data.Sample(j)) / level.Ratio;
                logits[(i * Count) + j] = -distance * distance / 2;
            }

        for (var i = 0; i < count; i++)
        {
            var level = levels[first + i];
            if (level.Sigma == 0) continue;
            var weights = logits.AsSpan(i * Count, Count);

            // Relative to the largest, so that far from every point something is left.
            var largest = TensorPrimitives.Max<double>(weights);
            for (var j = 0; j < weights.Length; j++) weights[j] = Math.Exp(weights[j] - largest);
            var sum = TensorPrimitives.Sum<double>(weights);
            for (var j = 0; j < weights.Length; j++) weights[j] /= sum;
            var atNoise = level.Alpha == 0 ? -TensorPrimitives.SumOfSquares(x.Sample(first + i)) / (2 * level.Sigma * level.Sigma) : 0;
            body(first + i, weights, largest + atNoise + Math.Log(sum / Count) - (Dimension * Math.Log(2 * Math.PI * level.Sigma * level.Sigma) / 2));
        }
    });

    // Far samples weigh exactly nothing and are left out.
    private void AddMean(ReadOnlySpan<double> weights, Span<double> mean)
    {
        for (var j = 0; j < weights.Length; j++)
            if (weights[j] > 0) TensorPrimitives.MultiplyAdd(data.Sample(j), weights[j], mean, mean);
    }

    private NoiseLevel[] CheckNoisy(Tensor x, NoiseLevel level)
    {
        Check(x);
        if (!(level.Sigma > 0)) throw new InvalidOperationException("FiniteData: points have no density at σ = 0; ask at a level with noise.");
        var levels = new NoiseLevel[x.Samples];
        Array.Fill(levels, level);
        return levels;
    }

    private void Check(Tensor x)
    {
        if (x.Shape.Rank == 0 || x.Shape.Count != x.Samples * Dimension)
            throw new ArgumentException($"FiniteData: samples of {Dimension} values were expected, x has shape {x.Shape}.", nameof(x));
    }
}

using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>The estimate of the data behind the noise: D(x_t, t) ≈ E[x₀ | x_t].</summary>
/// <remarks>
/// Closed forms, networks and guidance are denoisers; what a network predicts is converted before a sampler sees it
/// (<see cref="PredictionConversion"/>). The exact D gives the score of the noised data, (α D − x)/σ²: Tweedie's formula,
/// Efron 2011. A denoiser holds no state between calls, and each sample's estimate depends on that sample alone. What only some
/// denoisers know beside the estimate is asked of all of them: each says whether it is there, and refuses in words where it is not.
/// </remarks>
public abstract class Denoiser
{
    /// <summary>Whether <see cref="VectorJacobian(Tensor, ReadOnlySpan{NoiseLevel}, Tensor)"/> is there to be asked.</summary>
    public abstract bool HasGradient { get; }

    /// <summary>Whether <see cref="DenoiseWithVariance(Tensor, ReadOnlySpan{NoiseLevel})"/> is there to be asked, as of a network that learned one.</summary>
    public virtual bool HasVariance => false;

    /// <summary>Whether <see cref="LogDensity"/> is there to be asked: closed forms know it.</summary>
    public virtual bool HasLogDensity => false;

    /// <summary>The denoiser before its estimate is brought back to where data can be; this one where nothing is.</summary>
    /// <remarks>A clipped estimate has corners: what differentiates the flow, such as a likelihood, asks this one.</remarks>
    public virtual Denoiser Unconstrained => this;

    /// <summary>The estimate for a batch at one level.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="level">The level of every sample.</param>
    /// <returns>The estimate of x₀, in the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The denoiser was made for samples of another shape.</exception>
    public Tensor Denoise(Tensor x, NoiseLevel level) => Denoise(x, Everywhere(x, level));

    /// <summary>The estimate for a batch whose samples stand at levels of their own.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">One level per sample.</param>
    /// <returns>The estimate of x₀, in the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The number of levels is not that of samples, or the denoiser was made for samples of another shape.</exception>
    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        CheckLevels(nameof(Denoise), x, levels);
        return Estimate(x, levels);
    }

    /// <summary>uᵀ ∂D/∂x for a batch at one level.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="level">The level of every sample.</param>
    /// <param name="cotangent">u, in the shape of <paramref name="x"/>.</param>
    /// <inheritdoc cref="VectorJacobian(Tensor, ReadOnlySpan{NoiseLevel}, Tensor)"/>
    public Tensor VectorJacobian(Tensor x, NoiseLevel level, Tensor cotangent) => VectorJacobian(x, Everywhere(x, level), cotangent);

    /// <summary>uᵀ ∂D/∂x of each sample: the gradient by x of ⟨u, D(x)⟩.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">One level per sample.</param>
    /// <param name="cotangent">u, in the shape of <paramref name="x"/>.</param>
    /// <returns>In the shape of <paramref name="x"/>.</returns>
    /// <exception cref="InvalidOperationException">The denoiser has no gradient.</exception>
    /// <exception cref="ArgumentException">Shapes differ.</exception>
    public Tensor VectorJacobian(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent)
    {
        if (!HasGradient) throw Without("no gradient", "use a method that asks for estimates alone, or a denoiser that can be differentiated");
        CheckLevels(nameof(VectorJacobian), x, levels);
        if (cotangent.Shape != x.Shape)
            throw new ArgumentException($"VectorJacobian: a cotangent of shape {x.Shape} was expected, {cotangent.Shape} was given.", nameof(cotangent));
        return PullBack(x, levels, cotangent);
    }

    /// <summary>The estimate of the data and the raw variance output for a batch at one level.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="level">The level of every sample.</param>
    /// <inheritdoc cref="DenoiseWithVariance(Tensor, ReadOnlySpan{NoiseLevel})"/>
    public (Tensor Data, Tensor Variance) DenoiseWithVariance(Tensor x, NoiseLevel level) => DenoiseWithVariance(x, Everywhere(x, level));

    /// <summary>The estimate of the data and the raw variance output of one evaluation: how uncertain each value of a reverse step is.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">One level per sample.</param>
    /// <returns>
    /// Both in the shape of <paramref name="x"/>. What the second means is the training's choice and told to the sampler: the
    /// interpolation v in about [−1, 1] (<see cref="Samplers.DdpmVariance.LearnedRange"/>) or the variance itself
    /// (<see cref="Samplers.DdpmVariance.Learned"/>).
    /// </returns>
    /// <exception cref="InvalidOperationException">The denoiser has no learned variance.</exception>
    /// <exception cref="ArgumentException">The number of levels is not that of samples.</exception>
    /// <remarks>Nichol and Dhariwal 2021, arXiv:2102.09672, section 3.1: a network with twice the channels, the second half for the variance.</remarks>
    public (Tensor Data, Tensor Variance) DenoiseWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        if (!HasVariance) throw Without("no learned variance", "use a denoiser that was trained with one");
        CheckLevels(nameof(DenoiseWithVariance), x, levels);
        return EstimateWithVariance(x, levels);
    }

    /// <summary>ln p_t(x) of each sample, [N]; nats.</summary>
    /// <param name="x">Noisy samples, [N, …].</param>
    /// <param name="level">The level of all samples.</param>
    /// <exception cref="InvalidOperationException">The denoiser does not know the density, or there is none at this level.</exception>
    public Tensor LogDensity(Tensor x, NoiseLevel level) =>
        HasLogDensity ? LogDensityOf(x, level) : throw Without("no density ln p_t(x)", "use a denoiser in closed form");

    /// <summary>What it is, for messages: its class, and around what where it wraps another.</summary>
    public override string ToString() => GetType().Name;

    /// <summary>The estimate, one level per sample.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">As many as samples.</param>
    protected abstract Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels);

    /// <summary>uᵀ ∂D/∂x; asked only where <see cref="HasGradient"/> says so.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">As many as samples.</param>
    /// <param name="cotangent">u, in the shape of <paramref name="x"/>.</param>
    protected abstract Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent);

    /// <summary>The estimate and the raw variance; asked only where <see cref="HasVariance"/> says so.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">As many as samples.</param>
    protected virtual (Tensor Data, Tensor Variance) EstimateWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels) =>
        throw new NotSupportedException($"{this} says that it has a variance and does not give one.");

    /// <summary>ln p_t(x) of each sample, [N]; asked only where <see cref="HasLogDensity"/> says so.</summary>
    /// <param name="x">Noisy samples, [N, …].</param>
    /// <param name="level">The level of all samples.</param>
    protected virtual Tensor LogDensityOf(Tensor x, NoiseLevel level) =>
        throw new NotSupportedException($"{this} says that it knows its density and does not give it.");

    private static NoiseLevel[] Everywhere(Tensor x, NoiseLevel level)
    {
        var levels = new NoiseLevel[x.Samples];
        Array.Fill(levels, level);
        return levels;
    }

    private static void CheckLevels(string asked, Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        if (levels.Length != x.Samples)
            throw new ArgumentException($"{asked}: {x.Samples} levels were expected for x of shape {x.Shape}, {levels.Length} were given.", nameof(levels));
    }

    private InvalidOperationException Without(string what, string instead) => new($"{this} has {what}; {instead}.");
}

using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>The estimate of the data behind the noise: D(x_t, t) ≈ E[x₀ | x_t].</summary>
/// <remarks>
/// Closed forms, networks and guidance are denoisers; what a network predicts is converted before a sampler sees it
/// (<see cref="PredictionConversion"/>). The exact D gives the score of the noised data, (α D − x)/σ²: Tweedie's formula,
/// Efron 2011. A denoiser holds no state between calls, and each sample's estimate depends on that sample alone.
/// </remarks>
public abstract class Denoiser
{
    /// <summary>The estimate for a batch at one level.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="level">The level of every sample.</param>
    /// <returns>The estimate of x₀, in the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The denoiser was made for samples of another shape.</exception>
    public Tensor Denoise(Tensor x, NoiseLevel level)
    {
        var levels = new NoiseLevel[x.Samples];
        Array.Fill(levels, level);
        return Denoise(x, levels);
    }

    /// <summary>The estimate for a batch whose samples stand at levels of their own.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">One level per sample.</param>
    /// <returns>The estimate of x₀, in the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The number of levels is not that of samples, or the denoiser was made for samples of another shape.</exception>
    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        if (levels.Length != x.Samples) throw new ArgumentException($"Denoise: {x.Samples} levels were expected for x of shape {x.Shape}, {levels.Length} were given.", nameof(levels));
        return Estimate(x, levels);
    }

    /// <summary>Whether <see cref="VectorJacobian(Tensor, ReadOnlySpan{NoiseLevel}, Tensor)"/> is there to be asked.</summary>
    public abstract bool HasGradient { get; }

    /// <summary>uᵀ ∂D/∂x of each sample: the gradient by x of ⟨u, D(x)⟩.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">One level per sample.</param>
    /// <param name="cotangent">u, in the shape of <paramref name="x"/>.</param>
    /// <returns>In the shape of <paramref name="x"/>.</returns>
    /// <exception cref="InvalidOperationException">The denoiser has no gradient.</exception>
    /// <exception cref="ArgumentException">Shapes differ.</exception>
    public Tensor VectorJacobian(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent)
    {
        if (!HasGradient) throw new InvalidOperationException($"{GetType().Name} has no gradient; use a method that asks for estimates alone, or a denoiser that can be differentiated.");
        if (levels.Length != x.Samples) throw new ArgumentException($"VectorJacobian: {x.Samples} levels were expected for x of shape {x.Shape}, {levels.Length} were given.", nameof(levels));
        if (cotangent.Shape != x.Shape) throw new ArgumentException($"VectorJacobian: a cotangent of shape {x.Shape} was expected, {cotangent.Shape} was given.", nameof(cotangent));
        return PullBack(x, levels, cotangent);
    }

    /// <summary>uᵀ ∂D/∂x for a batch at one level.</summary>
    /// <inheritdoc cref="VectorJacobian(Tensor, ReadOnlySpan{NoiseLevel}, Tensor)"/>
    public Tensor VectorJacobian(Tensor x, NoiseLevel level, Tensor cotangent)
    {
        var levels = new NoiseLevel[x.Samples];
        Array.Fill(levels, level);
        return VectorJacobian(x, levels, cotangent);
    }

    /// <summary>uᵀ ∂D/∂x; asked only where <see cref="HasGradient"/> says so.</summary>
    protected abstract Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent);

    /// <summary>The estimate, one level per sample.</summary>
    protected abstract Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels);
}

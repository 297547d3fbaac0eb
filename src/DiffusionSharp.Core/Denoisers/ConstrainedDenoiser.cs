using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A denoiser whose estimate is brought back to where data can be.</summary>
public abstract class ConstrainedDenoiser : Denoiser, ILearnedVariance
{
    /// <summary>Wraps a denoiser.</summary>
    protected ConstrainedDenoiser(Denoiser inner) => Inner = inner;

    /// <summary>The denoiser whose estimates are constrained.</summary>
    public Denoiser Inner { get; }

    /// <summary>Brings an estimate of x₀, [N, …], back to where data can be; each sample by itself.</summary>
    public abstract Tensor Constrain(Tensor data);

    /// <inheritdoc/>
    public sealed override bool HasGradient => Inner.HasGradient;

    /// <inheritdoc/>
    public bool HasVariance => Inner is ILearnedVariance { HasVariance: true };

    /// <inheritdoc/>
    /// <remarks>The data is constrained, the variance handed on.</remarks>
    public (Tensor Data, Tensor Variance) DenoiseWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        if (Inner is not ILearnedVariance { HasVariance: true } learned) throw new InvalidOperationException($"{Inner.GetType().Name} has no learned variance; use a denoiser that was trained with one.");
        var (data, variance) = learned.DenoiseWithVariance(x, levels);
        return (Constrain(data), variance);
    }

    /// <summary>uᵀ times the derivative of <see cref="Constrain"/> at an estimate; values that are held back pass nothing on.</summary>
    protected abstract Tensor ConstrainBack(Tensor data, Tensor cotangent);

    /// <inheritdoc/>
    protected sealed override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) =>
        Inner.VectorJacobian(x, levels, ConstrainBack(Inner.Denoise(x, levels), cotangent));

    /// <inheritdoc/>
    protected sealed override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => Constrain(Inner.Denoise(x, levels));
}

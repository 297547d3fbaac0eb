using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A denoiser whose estimate is brought back to where data can be.</summary>
public abstract class ConstrainedDenoiser : Denoiser
{
    /// <summary>Wraps a denoiser.</summary>
    protected ConstrainedDenoiser(Denoiser inner) => Inner = inner;

    /// <summary>The denoiser whose estimates are constrained.</summary>
    public Denoiser Inner { get; }

    /// <summary>Brings an estimate of x₀, [N, …], back to where data can be; each sample by itself.</summary>
    public abstract Tensor Constrain(Tensor data);

    /// <inheritdoc/>
    public sealed override bool HasGradient => Inner.HasGradient;

    /// <summary>uᵀ times the derivative of <see cref="Constrain"/> at an estimate; values that are held back pass nothing on.</summary>
    protected abstract Tensor ConstrainBack(Tensor data, Tensor cotangent);

    /// <inheritdoc/>
    protected sealed override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) =>
        Inner.VectorJacobian(x, levels, ConstrainBack(Inner.Denoise(x, levels), cotangent));

    /// <inheritdoc/>
    protected sealed override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => Constrain(Inner.Denoise(x, levels));
}

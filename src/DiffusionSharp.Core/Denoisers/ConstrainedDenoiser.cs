using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A denoiser whose estimate is brought back to where data can be.</summary>
public abstract class ConstrainedDenoiser : AdjustingDenoiser
{
    /// <summary>Wraps a denoiser.</summary>
    /// <param name="inner">Whose estimates are constrained.</param>
    protected ConstrainedDenoiser(Denoiser inner)
        : base(inner)
    {
    }

    /// <inheritdoc/>
    /// <remarks>The wrapped denoiser's: without this constraint and without those inside.</remarks>
    public sealed override Denoiser Unconstrained => Inner.Unconstrained;

    /// <summary>Brings an estimate of x₀ back to where data can be; each sample by itself.</summary>
    /// <param name="data">The estimate, [N, …].</param>
    /// <returns>In the shape of <paramref name="data"/>.</returns>
    public abstract Tensor Constrain(Tensor data);

    /// <summary>uᵀ times the derivative of <see cref="Constrain"/> at an estimate; values that are held back pass nothing on.</summary>
    /// <param name="data">The estimate before it is constrained, [N, …].</param>
    /// <param name="cotangent">u, in the shape of <paramref name="data"/>.</param>
    protected abstract Tensor ConstrainBack(Tensor data, Tensor cotangent);

    /// <inheritdoc/>
    protected sealed override Tensor Adjust(Tensor data, Tensor x, ReadOnlySpan<NoiseLevel> levels) => Constrain(data);

    /// <inheritdoc/>
    protected sealed override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) =>
        Inner.VectorJacobian(x, levels, ConstrainBack(Inner.Denoise(x, levels), cotangent));
}

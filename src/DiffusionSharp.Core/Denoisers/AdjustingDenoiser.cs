using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A denoiser that makes something else of another's estimate: constrains it, guides it, rescales it.</summary>
/// <remarks>
/// A learned variance is handed on as it is: it is no estimate of the data. A density is not: it belongs to the estimate that Tweedie's
/// formula ties it to.
/// </remarks>
public abstract class AdjustingDenoiser : WrappingDenoiser
{
    /// <summary>Wraps a denoiser.</summary>
    /// <param name="inner">Whose estimate is adjusted.</param>
    protected AdjustingDenoiser(Denoiser inner)
        : base(inner)
    {
    }

    /// <inheritdoc/>
    public sealed override bool HasLogDensity => false;

    /// <summary>What becomes of an estimate.</summary>
    /// <param name="data">The wrapped denoiser's estimate of x₀, [N, …].</param>
    /// <param name="x">The noisy data it was asked about, in the same shape.</param>
    /// <param name="levels">One level per sample.</param>
    protected abstract Tensor Adjust(Tensor data, Tensor x, ReadOnlySpan<NoiseLevel> levels);

    /// <inheritdoc/>
    protected abstract override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent);

    /// <inheritdoc/>
    protected sealed override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => Adjust(Inner.Denoise(x, levels), x, levels);

    /// <inheritdoc/>
    protected sealed override (Tensor Data, Tensor Variance) EstimateWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var (data, variance) = Inner.DenoiseWithVariance(x, levels);
        return (Adjust(data, x, levels), variance);
    }
}

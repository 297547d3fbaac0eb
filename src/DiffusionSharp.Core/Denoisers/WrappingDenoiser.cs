using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A denoiser around another, which hands on everything that the other knows: a wrapper that changes nothing changes no byte.</summary>
/// <remarks>
/// A subclass that only looks on, or asks the other in other words, overrides what it does so for; one that makes something else of the estimate
/// is an <see cref="AdjustingDenoiser"/>.
/// </remarks>
public abstract class WrappingDenoiser : Denoiser
{
    /// <summary>Wraps a denoiser.</summary>
    /// <param name="inner">The denoiser that is asked.</param>
    protected WrappingDenoiser(Denoiser inner) => Inner = inner;

    /// <summary>The denoiser that is asked.</summary>
    public Denoiser Inner { get; }

    /// <inheritdoc/>
    public override bool HasGradient => Inner.HasGradient;

    /// <inheritdoc/>
    public override bool HasVariance => Inner.HasVariance;

    /// <inheritdoc/>
    public override bool HasLogDensity => Inner.HasLogDensity;

    /// <inheritdoc/>
    /// <remarks>The same wrapper around the other one's.</remarks>
    public override Denoiser Unconstrained => Inner.Unconstrained is var free && ReferenceEquals(free, Inner) ? this : Around(free);

    /// <inheritdoc/>
    public sealed override string ToString() => $"{GetType().Name} around {Inner}";

    /// <summary>The same wrapper around another denoiser.</summary>
    /// <param name="inner">The other one.</param>
    protected abstract Denoiser Around(Denoiser inner);

    /// <inheritdoc/>
    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => Inner.Denoise(x, levels);

    /// <inheritdoc/>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => Inner.VectorJacobian(x, levels, cotangent);

    /// <inheritdoc/>
    protected override (Tensor Data, Tensor Variance) EstimateWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels) => Inner.DenoiseWithVariance(x, levels);

    /// <inheritdoc/>
    protected override Tensor LogDensityOf(Tensor x, NoiseLevel level) => Inner.LogDensity(x, level);
}

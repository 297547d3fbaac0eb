using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>The ideal denoiser of a finite data set: the mean of its samples, weighted by how likely each is behind the noise.</summary>
/// <remarks>It samples nothing but the data: what memorising looks like. See <see cref="FiniteData"/> for the equations.</remarks>
/// <param name="target">The data, every sample equally likely.</param>
public sealed class FiniteDataDenoiser(FiniteData target) : Denoiser
{
    /// <summary>The data distribution.</summary>
    public FiniteData Target => target;

    /// <inheritdoc/>
    public override bool HasGradient => true;

    /// <inheritdoc/>
    public override bool HasLogDensity => true;

    /// <inheritdoc/>
    protected override Tensor LogDensityOf(Tensor x, NoiseLevel level) => target.LogDensity(x, level);

    /// <inheritdoc/>
    /// <remarks>∂D/∂x = (α/σ²) Cov[x₀ | x], which is symmetric.</remarks>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => target.PosteriorMeanJacobian(x, levels, cotangent);

    /// <inheritdoc/>
    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => target.PosteriorMean(x, levels);
}

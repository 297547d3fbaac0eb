using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>The exact denoiser of a mixture of Gaussians: D = E[x₀ | x_t] in closed form at any α and σ.</summary>
/// <remarks>The oracle for samplers: with it, whatever error is left is the sampler's. See <see cref="GaussianMixture"/> for the equations.</remarks>
/// <param name="mixture">The law of the data.</param>
public sealed class GaussianMixtureDenoiser(GaussianMixture mixture) : Denoiser
{
    /// <summary>The data distribution.</summary>
    public GaussianMixture Mixture => mixture;

    /// <inheritdoc/>
    public override bool HasGradient => true;

    /// <inheritdoc/>
    public override bool HasLogDensity => true;

    /// <inheritdoc/>
    protected override Tensor LogDensityOf(Tensor x, NoiseLevel level) => mixture.LogDensity(x, level);

    /// <inheritdoc/>
    /// <remarks>∂D/∂x = (α/σ²) Cov[x₀ | x], which is symmetric.</remarks>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => mixture.PosteriorMeanJacobian(x, levels, cotangent);

    /// <inheritdoc/>
    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => mixture.PosteriorMean(x, levels);
}

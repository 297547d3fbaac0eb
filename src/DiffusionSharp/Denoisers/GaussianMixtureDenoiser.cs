using DiffusionSharp.Schedules;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>The exact denoiser of a mixture of Gaussians: D = E[x₀ | x_t] in closed form at any α and σ.</summary>
/// <remarks>The oracle for samplers: with it, whatever error is left is the sampler's. See <see cref="GaussianMixture"/> for the equations.</remarks>
public sealed class GaussianMixtureDenoiser(GaussianMixture mixture) : Denoiser
{
    /// <summary>The data distribution.</summary>
    public GaussianMixture Mixture => mixture;

    /// <inheritdoc/>
    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => mixture.PosteriorMean(x, levels);
}

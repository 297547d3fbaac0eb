using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>A classifier of noisy samples, as far as guidance needs it: the gradient of the wanted class's log-probability.</summary>
public abstract class NoisyClassifier
{
    /// <summary>∇ ln p(c | x_t) by x_t, in the shape of <paramref name="x"/>.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">One level per sample.</param>
    public abstract Tensor LogLikelihoodGradient(Tensor x, ReadOnlySpan<NoiseLevel> levels);
}

/// <summary>The classifier that a conditional and an unconditional denoiser imply by Bayes' rule.</summary>
/// <remarks>
/// ∇ ln p(c | x) = ∇ ln p_t(x | c) − ∇ ln p_t(x) = (α/σ²)(D(x | c) − D(x)). With exact denoisers it is the exact classifier, and guidance by
/// it is classifier-free guidance: Ho and Salimans 2022, arXiv:2207.12598, section 3.2.
/// </remarks>
public sealed class ImplicitClassifier(Denoiser conditional, Denoiser unconditional) : NoisyClassifier
{
    /// <inheritdoc/>
    public override Tensor LogLikelihoodGradient(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var difference = conditional.Denoise(x, levels) - unconditional.Denoise(x, levels);
        var factors = new double[levels.Length];
        for (var k = 0; k < factors.Length; k++) factors[k] = levels[k].Alpha / (levels[k].Sigma * levels[k].Sigma);
        return difference.ScaleSamples(factors);
    }
}

using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>The classifier that a conditional and an unconditional denoiser imply by Bayes' rule.</summary>
/// <remarks>
/// ∇ ln p(c | x) = ∇ ln p_t(x | c) − ∇ ln p_t(x) = (α/σ²)(D(x | c) − D(x)), so the shift is D(x | c) − D(x) at every level. With exact
/// denoisers it is the exact classifier, and guidance by it is classifier-free guidance: Ho and Salimans 2022, arXiv:2207.12598, section 3.2.
/// </remarks>
/// <param name="conditional">D(x | c), asked at every level.</param>
/// <param name="unconditional">D(x).</param>
public sealed class ImplicitClassifier(Denoiser conditional, Denoiser unconditional) : NoisyClassifier
{
    /// <inheritdoc/>
    public override Tensor Shift(Tensor x, ReadOnlySpan<NoiseLevel> levels) => conditional.Denoise(x, levels) - unconditional.Denoise(x, levels);
}

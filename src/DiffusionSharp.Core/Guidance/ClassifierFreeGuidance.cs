using DiffusionSharp.Denoisers;

namespace DiffusionSharp.Guidance;

/// <summary>Classifier-free guidance: past the conditional estimate, away from the unconditional one.</summary>
/// <remarks>
/// <code>
/// D = D(x) + w (D(x | c) − D(x))
/// </code>
/// Ho and Salimans 2022, arXiv:2207.12598, equation 6, where their w is ours less 1. It samples from p(x₀ | c) p(c | x_t)^(w − 1) level by
/// level, which is no diffusion of any data unless w is 0 or 1. The rescaling is that of Lin et al. 2024, arXiv:2305.08891, section 3.4,
/// on the data estimate.
/// </remarks>
public sealed class ClassifierFreeGuidance : ExtrapolatedDenoiser
{
    /// <summary>Joins the two estimates.</summary>
    /// <param name="conditional">D(x | c).</param>
    /// <param name="unconditional">D(x).</param>
    /// <param name="weight">w ≥ 0; 1 is the conditional denoiser itself.</param>
    /// <param name="rescale">φ in [0, 1], against over-saturated samples at large w; 0.7 is the paper's.</param>
    /// <param name="interval">Where guidance acts; everywhere by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public ClassifierFreeGuidance(Denoiser conditional, Denoiser unconditional, double weight, double rescale = 0, GuidanceInterval? interval = null)
        : base(conditional, unconditional, weight, rescale, interval ?? GuidanceInterval.Everywhere, nameof(ClassifierFreeGuidance))
    {
    }

    /// <inheritdoc/>
    protected override Denoiser Between(Denoiser main, Denoiser reference) => new ClassifierFreeGuidance(main, reference, Weight, Rescale, Interval);
}

namespace DiffusionSharp.Likelihood;

/// <summary>The variance of the last step's Gaussian p(x₀ | x₁), whose mean is the denoiser's estimate at the cleanest level.</summary>
/// <remarks>Every choice gives a bound; the better fits the data's spread behind the last noise.</remarks>
public enum DecoderVariance
{
    /// <summary>σ²/α² of the cleanest level: that of x₀ given x₁ where the data is smooth at this scale.</summary>
    Level,

    /// <summary>
    /// Compatibility: that of the published code of Ho et al. 2020, arXiv:2006.11239: β₁ with <see cref="Samplers.DdpmVariance.FixedLarge"/>,
    /// β̃₂ with <see cref="Samplers.DdpmVariance.FixedSmall"/>, since β̃₁ is 0.
    /// </summary>
    Published,
}

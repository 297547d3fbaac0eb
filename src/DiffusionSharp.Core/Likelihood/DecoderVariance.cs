namespace DiffusionSharp.Likelihood;

/// <summary>The variance of the last step's Gaussian p(x₀ | x₁), whose mean is the denoiser's estimate at the cleanest level.</summary>
/// <remarks>
/// Every choice gives a bound; the better fits the data's spread behind the last noise. Where the variance of steps is learned in a range, so is
/// this one, between β̃₂ and β₁, as it was trained: Nichol and Dhariwal 2021, arXiv:2102.09672.
/// </remarks>
public enum DecoderVariance
{
    /// <summary>σ²/α² of the cleanest level: that of x₀ given x₁ where the data is smooth at this scale.</summary>
    Level,

    /// <summary>
    /// For comparison with published figures: that of the code of Ho et al. 2020, arXiv:2006.11239: β̃₂, since β̃₁ is 0, with
    /// <see cref="Samplers.DdpmVariance.FixedLarge"/> too.
    /// </summary>
    Published,
}

namespace DiffusionSharp.Samplers;

/// <summary>The variance of DDPM's reverse step: the two choices that bound the best one, or what a network learned.</summary>
/// <remarks>Ho et al. 2020, arXiv:2006.11239, section 3.2; Nichol and Dhariwal 2021, arXiv:2102.09672, section 3.1.</remarks>
public enum DdpmVariance
{
    /// <summary>β̃_t, the posterior's: best where x₀ is one point.</summary>
    FixedSmall,

    /// <summary>β_t, the forward step's: best where x₀ is standard normal.</summary>
    FixedLarge,

    /// <summary>
    /// Between β̃_t and β_t, value by value, where the network's v ∈ [−1, 1] says (<see cref="Posterior.LearnedVariance"/>). The denoiser
    /// must have a variance (<see cref="Denoisers.Denoiser.HasVariance"/>).
    /// </summary>
    LearnedRange,

    /// <summary>The network's second output is the variance of the step itself; it fits the steps it was trained for alone.</summary>
    Learned,
}

namespace DiffusionSharp.Samplers;

/// <summary>The variance of DDPM's reverse step: the two choices that bound the best one.</summary>
/// <remarks>Ho et al. 2020, arXiv:2006.11239, section 3.2.</remarks>
public enum DdpmVariance
{
    /// <summary>β̃_t, the posterior's: best where x₀ is one point.</summary>
    FixedSmall,

    /// <summary>β_t, the forward step's: best where x₀ is standard normal.</summary>
    FixedLarge,
}

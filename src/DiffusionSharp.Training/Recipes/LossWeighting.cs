namespace DiffusionSharp.Training.Recipes;

/// <summary>How much each noise level counts in the loss.</summary>
public enum LossWeighting
{
    /// <summary>
    /// All alike in units of what is predicted: L_simple of Ho et al. 2020, arXiv:2006.11239, equation 14. A score counts in units of the noise.
    /// </summary>
    Simple,

    /// <summary>min(SNR, γ) in units of the data loss: Hang et al. 2023, arXiv:2303.09556, equation 8; γ is 5.</summary>
    MinSnr,

    /// <summary>1/(1 + SNR)^γ in units of the noise loss: Choi et al. 2022, arXiv:2204.00227, equation 8 with k = 1; γ is 1.</summary>
    P2,

    /// <summary>(r² + σ_d²)/(r σ_d)² in units of the data loss, r = σ/α: Karras et al. 2022, arXiv:2206.00364, table 1.</summary>
    Edm,

    /// <summary>g(t)² in units of the score loss, which bounds the likelihood: Song et al. 2021, arXiv:2101.09258, theorem 1.</summary>
    Likelihood,
}

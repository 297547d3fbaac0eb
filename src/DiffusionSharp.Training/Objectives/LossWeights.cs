using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Training.Objectives;

/// <summary>The factor of ‖D − x₀‖², the error of the data estimate, at a level.</summary>
/// <remarks>
/// An error of the noise is α/σ of one of the data, an error of the score α/σ²; <see cref="Objective.Weight"/> turns the factor into
/// one for what the network gives.
/// <code>
/// min-SNR min(SNR, γ)      P2 SNR/(1 + SNR)^γ      EDM (r² + σ_d²)/(r σ_d)² = 1/σ_d² + SNR      likelihood g² α²/σ⁴
/// </code>
/// </remarks>
public static class LossWeights
{
    /// <summary>Min-SNR-γ: Hang et al. 2023, arXiv:2303.09556, equation 8.</summary>
    /// <param name="level">Any level; σ = 0 counts the cap.</param>
    /// <param name="gamma">The cap, above 0; 5 is the paper's.</param>
    public static double MinSnr(NoiseLevel level, double gamma = 5) => Math.Min(level.Snr, gamma);

    /// <summary>P2: Choi et al. 2022, arXiv:2204.00227, equation 8.</summary>
    /// <param name="level">The level, σ above 0.</param>
    /// <param name="gamma">How strongly small noise is weighed down; 1 is the paper's, 0 the simple noise loss.</param>
    /// <param name="k">Bounds the weight where there is no signal; 1 is the paper's.</param>
    public static double P2(NoiseLevel level, double gamma = 1, double k = 1) => level.Snr / Math.Pow(k + level.Snr, gamma);

    /// <summary>EDM: Karras et al. 2022, arXiv:2206.00364, table 1.</summary>
    /// <param name="level">The level, σ above 0.</param>
    /// <param name="preconditioning">Names the data's deviation.</param>
    public static double Edm(NoiseLevel level, EdmPreconditioning preconditioning) => preconditioning.LossWeight(level);

    /// <summary>Likelihood weighting: Song et al. 2021, arXiv:2101.09258, theorem 1.</summary>
    /// <param name="level">The level, σ above 0.</param>
    /// <param name="diffusion">g at its time.</param>
    public static double Likelihood(NoiseLevel level, double diffusion)
    {
        // Pure noise: g is infinite there, the product falls to 0.
        if (level.Alpha == 0) return 0;
        var root = diffusion * level.Alpha / (level.Sigma * level.Sigma);
        return root * root;
    }
}

using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Training.Objectives;

/// <summary>How much each noise level counts in the loss.</summary>
public enum LossWeighting
{
    /// <summary>All alike: L_simple of Ho et al. 2020, arXiv:2006.11239, equation 14.</summary>
    Simple,

    /// <summary>min(SNR, 5) in units of the data loss: Hang et al. 2023, arXiv:2303.09556, equation 8 with γ = 5.</summary>
    MinSnr,
}

/// <summary>The factor of a sample's squared error.</summary>
public static class LossWeights
{
    private const double Gamma = 5;

    /// <summary>The factor at a level for what the network predicts.</summary>
    /// <exception cref="NotSupportedException">Min-SNR is defined for noise, data and velocity.</exception>
    public static double At(LossWeighting weighting, Prediction prediction, NoiseLevel level)
    {
        if (weighting == LossWeighting.Simple) return 1;
        var clipped = Math.Min(level.Snr, Gamma);
        return prediction switch
        {
            // SNR = 0 has the limit 1: the clipped and the true ratio agree there.
            Prediction.Noise => level.Snr == 0 ? 1 : clipped / level.Snr,
            Prediction.Data => clipped,
            Prediction.Velocity => clipped / (level.Snr + 1),
            _ => throw new NotSupportedException($"Min-SNR weighting is defined for noise, data and velocity prediction, not {prediction}."),
        };
    }
}

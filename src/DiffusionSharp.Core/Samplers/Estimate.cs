using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>What a denoiser said at a level, as data and as noise: what multistep methods remember.</summary>
/// <param name="Level">The level, σ above 0.</param>
/// <param name="Data">D, the estimate of the data.</param>
/// <param name="Noise">ε̂ = (x − α D)/σ of the x that was asked about.</param>
internal readonly record struct Estimate(NoiseLevel Level, Tensor Data, Tensor Noise)
{
    /// <summary>Half the log SNR, ln(α/σ): the variable of exponential integrators.</summary>
    public double HalfLogSnr => Level.LogSnr / 2;

    /// <summary>Asks a denoiser.</summary>
    public static Estimate Of(Denoiser denoiser, Tensor x, NoiseLevel level)
    {
        var d = denoiser.Denoise(x, level);
        return new Estimate(level, d, ProbabilityFlow.Slope(x, d, level));
    }
}

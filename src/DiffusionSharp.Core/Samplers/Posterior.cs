using DiffusionSharp.Schedules;

namespace DiffusionSharp.Samplers;

/// <summary>The Gaussian q(x_s | x_t, x₀) between two levels, s less noisy than t: what ancestral sampling draws from.</summary>
/// <remarks>
/// <code>
/// α_ts = α_t/α_s       σ²_ts = σ_t² − α_ts² σ_s² = σ_t² (1 − SNR_t/SNR_s)
/// mean = (α_ts σ_s²/σ_t²) x_t + (α_s σ²_ts/σ_t²) x₀       variance = σ²_ts σ_s²/σ_t²
/// </code>
/// Kingma et al. 2021, arXiv:2107.00630, appendix A.2; between neighbouring levels of α² + σ² = 1 it is Ho et al. 2020,
/// arXiv:2006.11239, eq. 6–7, where σ²_ts = β_t.
/// </remarks>
/// <param name="OfX">Weight of x_t in the mean.</param>
/// <param name="OfData">Weight of x₀ in the mean.</param>
/// <param name="Variance">The posterior's variance, DDPM's β̃_t.</param>
/// <param name="ForwardVariance">σ²_ts, the variance that the forward step from s to t adds, DDPM's β_t.</param>
public readonly record struct Posterior(double OfX, double OfData, double Variance, double ForwardVariance)
{
    /// <summary>The posterior between two levels.</summary>
    /// <param name="level">t, with σ above 0.</param>
    /// <param name="levelNext">s, no noisier than t.</param>
    /// <exception cref="ArgumentException">t is clean, or s is noisier.</exception>
    public static Posterior Between(NoiseLevel level, NoiseLevel levelNext)
    {
        if (!(level.Sigma > 0 && levelNext.LogSnr >= level.LogSnr))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Posterior: a step towards the data was expected, σ/α = {level.Ratio} to {levelNext.Ratio} was given."),
                nameof(levelNext));
        }

        // 1 − SNR_t/SNR_s; exactly 1 where s is clean or t is pure noise.
        var fresh = level.Alpha == 0 || levelNext.Sigma == 0 ? 1 : 1 - RatioOf(level, levelNext);
        var remains = levelNext.Sigma / level.Sigma;
        return new Posterior(
            level.Alpha / levelNext.Alpha * remains * remains,
            levelNext.Alpha * fresh,
            fresh * levelNext.Sigma * levelNext.Sigma,
            fresh * level.Sigma * level.Sigma);
    }

    /// <summary>The variance that a network's output stands for: between β̃_t and β_t on a logarithmic scale.</summary>
    /// <param name="v">−1 is <see cref="Variance"/>, 1 is <see cref="ForwardVariance"/>; beyond them it goes on the same way.</param>
    /// <remarks>exp(f ln β_t + (1 − f) ln β̃_t), f = (v + 1)/2: Nichol and Dhariwal 2021, arXiv:2102.09672, eq. 15.</remarks>
    public double LearnedVariance(double v) =>
        Math.Exp(((v + 1) / 2 * Math.Log(ForwardVariance)) + ((1 - v) / 2 * Math.Log(Variance)));

    /// <summary>The spread of a step's end, split into what is kept of the noise that is there and what is drawn afresh.</summary>
    /// <param name="levelNext">s, where the step ends.</param>
    /// <param name="eta">η in [0, 1], the share of fresh noise.</param>
    /// <returns>Kept, √(σ_s² − η² β̃), a standard deviation; and Fresh, η² β̃, a variance.</returns>
    /// <remarks>Song et al. 2021, arXiv:2010.02502, eq. 16.</remarks>
    internal (double Kept, double Fresh) Split(NoiseLevel levelNext, double eta)
    {
        var fresh = eta * eta * Variance;

        // β̃ ≤ σ_s², but rounding may say otherwise where they are equal (zero terminal SNR, η = 1).
        return (Math.Sqrt(Math.Max((levelNext.Sigma * levelNext.Sigma) - fresh, 0)), fresh);
    }

    private static double RatioOf(NoiseLevel level, NoiseLevel levelNext)
    {
        var root = level.Alpha / levelNext.Alpha * (levelNext.Sigma / level.Sigma);
        return Math.Min(root * root, 1);
    }
}

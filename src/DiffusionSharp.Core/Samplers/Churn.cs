using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>EDM's churn: before a step noise is added, so that the step starts from a noisier level; the step then removes more.</summary>
/// <remarks>
/// <code>
/// γ = min(S_churn/N, √2 − 1) where S_tmin ≤ s ≤ S_tmax, else 0          s = σ/α
/// ŝ = (1 + γ) s       ŷ = y + √(ŝ² − s²) S_noise z       y = x/α,  z ~ N(0, I)
/// </code>
/// Karras et al. 2022, arXiv:2206.00364, algorithm 2, in the coordinates where every schedule is theirs. With S_noise = 1 the law at ŝ is
/// exact, so a method keeps its order. A schedule ends somewhere: where ŝ would pass its noisiest level it is that level.
/// </remarks>
public sealed class Churn
{
    // No more noise comes in than there was.
    private static readonly double LargestFactor = Math.Sqrt(2) - 1;

    /// <summary>Sets the churn.</summary>
    /// <param name="amount">S_churn ≥ 0, divided over the steps; 0 is none.</param>
    /// <param name="ratioMin">S_tmin ≥ 0: no churn where σ/α is below.</param>
    /// <param name="ratioMax">S_tmax ≥ S_tmin: no churn where σ/α is above.</param>
    /// <param name="noiseScale">
    /// S_noise > 0, the standard deviation of the noise. 1 is exact for an exact denoiser; the paper takes 1.003 to 1.007 to make up for
    /// detail that networks lose.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public Churn(double amount, double ratioMin = 0, double ratioMax = double.PositiveInfinity, double noiseScale = 1)
    {
        Amount = Guard.InRange(amount, 0, double.MaxValue, "Churn: S_churn");
        RatioMin = Guard.InRange(ratioMin, 0, double.MaxValue, "Churn: S_tmin");
        RatioMax = Guard.InRange(ratioMax, ratioMin, double.PositiveInfinity, "Churn: S_tmax");
        NoiseScale = Guard.Above(noiseScale, 0, "Churn: S_noise");
    }

    /// <summary>No churn.</summary>
    public static Churn None { get; } = new(0);

    /// <summary>S_churn.</summary>
    public double Amount { get; }

    /// <summary>S_tmin, in units of σ/α.</summary>
    public double RatioMin { get; }

    /// <summary>S_tmax, in units of σ/α.</summary>
    public double RatioMax { get; }

    /// <summary>S_noise.</summary>
    public double NoiseScale { get; }

    /// <summary>How an output from before the noise is read, as data a·x + b·output with (a, b) of a level; null asks at the noised state.</summary>
    /// <remarks>Right is to ask there. For noise prediction it is <c>level => PredictionConversion.DataWeights(Prediction.Noise, level)</c>.</remarks>
    internal Func<NoiseLevel, (double OfX, double OfOutput)>? OutputBeforeNoise { get; init; }

    /// <summary>Where a step from <paramref name="level"/> starts, one of N <paramref name="steps"/>; the level itself where there is no churn.</summary>
    internal NoiseLevel Raise(NoiseLevel level, Schedule schedule, int steps)
    {
        if (Amount == 0 || level.IsPureNoise || !(level.Ratio >= RatioMin && level.Ratio <= RatioMax)) return level;
        var most = schedule.At(schedule.NoiseTime);
        var raised = (1 + Math.Min(Amount / steps, LargestFactor)) * level.Ratio;
        return raised < most.Ratio ? schedule.AtRatio(raised) : most;
    }

    /// <summary>The estimate that an output from before the noise means at the noised state.</summary>
    internal Tensor Reread(Tensor data, Tensor x, NoiseLevel level, Tensor xHat, NoiseLevel levelHat)
    {
        var ((a, b), (aHat, bHat)) = (OutputBeforeNoise!(level), OutputBeforeNoise(levelHat));
        return (aHat * xHat) + (bHat / b * (data - (a * x)));
    }
}

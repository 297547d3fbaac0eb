namespace DiffusionSharp.Schedules;

/// <summary>The variance-preserving SDE with linear β(t), t ∈ [0, 1]: the continuous limit of DDPM's schedule.</summary>
/// <remarks>
/// <code>
/// β(t) = β_min + (β_max − β_min) t       B(t) = ∫₀ᵗ β = β_min t + (β_max − β_min) t²/2
/// α² = e^(−B)       σ² = 1 − e^(−B)       α² + σ² = 1
/// </code>
/// Song et al. 2021, arXiv:2011.13456, eq. 32–33. The T-level linear schedule with β = β(t)/T tends to it as 1/T.
/// </remarks>
public sealed class VpLinearSchedule : Schedule
{
    private readonly LinearRate rate;

    /// <summary>Makes the schedule.</summary>
    /// <param name="betaMin">β(0), above 0; 0.1 is the paper's.</param>
    /// <param name="betaMax">β(1), at least β(0); 20 is the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is out of range.</exception>
    public VpLinearSchedule(double betaMin = 0.1, double betaMax = 20)
        : base(1e-3)
    {
        Guard.Above(betaMin, 0, "VpLinearSchedule: betaMin");
        Guard.InRange(betaMax, betaMin, double.MaxValue, "VpLinearSchedule: betaMax");
        rate = new LinearRate(betaMin, betaMax);
    }

    /// <summary>β(0).</summary>
    public double BetaMin => rate.Start;

    /// <summary>β(1).</summary>
    public double BetaMax => rate.End;

    /// <inheritdoc/>
    public override double CleanTime => 0;

    /// <inheritdoc/>
    public override double NoiseTime => 1;

    /// <summary>β(t), the rate at which noise enters.</summary>
    /// <param name="t">Time in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is outside [0, 1].</exception>
    public double Beta(double t) => rate.At(Guard.InRange(t, 0, 1, "VpLinearSchedule: t"));

    /// <inheritdoc/>
    public override double PriorSigma(double t) => 1;

    /// <inheritdoc/>
    protected override NoiseLevel Level(double t)
    {
        var b = rate.Integral(t);
        return new NoiseLevel(t, Math.Exp(-b / 2), Math.Sqrt(LinearRate.OneMinusExp(-b)));
    }

    /// <inheritdoc/>
    protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level) => (-rate.At(level.Time) / 2, rate.At(level.Time));

    /// <inheritdoc/>
    protected override double TimeOf(double logSnr)
    {
        // B = ln(1 + e^(−λ)), from the side on which the exponential is small.
        return rate.TimeOf(logSnr > 0 ? LogOnePlus(Math.Exp(-logSnr)) : -logSnr + LogOnePlus(Math.Exp(logSnr)));
    }

    // ln(1 + x) without cancellation for small x ≥ 0: ln(1 + x) = 2 atanh(x / (2 + x)).
    private static double LogOnePlus(double x) => 2 * Math.Atanh(x / (2 + x));
}

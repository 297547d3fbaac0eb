namespace DiffusionSharp.Schedules;

/// <summary>The sub-variance-preserving SDE with linear β(t), t ∈ [0, 1]: the drift of VP with less noise at every time.</summary>
/// <remarks>
/// <code>
/// B(t) = ∫₀ᵗ β = β_min t + (β_max − β_min) t²/2
/// α = e^(−B/2)       σ = 1 − e^(−B)       f = −β/2       g² = β (1 − e^(−2B))
/// </code>
/// Song et al. 2021, arXiv:2011.13456, eq. 13 and 29. σ/α = 2 sinh(B/2).
/// </remarks>
public sealed class SubVpSchedule : Schedule
{
    private readonly LinearRate rate;

    /// <summary>Makes the schedule.</summary>
    /// <param name="betaMin">β(0), above 0; 0.1 is the paper's.</param>
    /// <param name="betaMax">β(1), at least β(0); 20 is the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is out of range.</exception>
    public SubVpSchedule(double betaMin = 0.1, double betaMax = 20)
        : base(1e-3)
    {
        Guard.Above(betaMin, 0, "SubVpSchedule: betaMin");
        Guard.InRange(betaMax, betaMin, double.MaxValue, "SubVpSchedule: betaMax");
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

    /// <inheritdoc/>
    public override double PriorSigma(double t)
    {
        var level = At(t);
        return double.Hypot(level.Alpha, level.Sigma);
    }

    /// <inheritdoc/>
    protected override NoiseLevel Level(double t)
    {
        var b = rate.Integral(t);
        return new NoiseLevel(t, Math.Exp(-b / 2), LinearRate.OneMinusExp(-b));
    }

    /// <inheritdoc/>
    protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level) =>
        (-rate.At(level.Time) / 2, rate.At(level.Time) * LinearRate.OneMinusExp(-2 * rate.Integral(level.Time)));

    /// <inheritdoc/>
    protected override double TimeOf(double logSnr) => rate.TimeOf(2 * Math.Asinh(Math.Exp(-logSnr / 2) / 2));
}

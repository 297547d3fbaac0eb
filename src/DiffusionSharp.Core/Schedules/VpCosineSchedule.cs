namespace DiffusionSharp.Schedules;

/// <summary>The variance-preserving cosine schedule on t ∈ [0, 1]; it ends in pure noise, α(1) = 0.</summary>
/// <remarks>
/// <code>
/// α(t) = cos(π/2 · (t + s)/(1 + s)) / cos(π/2 · s/(1 + s))       σ² = 1 − α²
/// </code>
/// Nichol and Dhariwal 2021, arXiv:2102.09672, eq. 17, without their cap on β. With s = 0 it is α = cos(πt/2), σ = sin(πt/2).
/// </remarks>
public sealed class VpCosineSchedule : Schedule
{
    private const double HalfPi = Math.PI / 2;
    private readonly double scale;

    /// <summary>Makes the schedule.</summary>
    /// <param name="s">Offset in [0, 1] that keeps the first noise from being vanishingly small; 0.008 is the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is out of range.</exception>
    public VpCosineSchedule(double s = 0.008)
        : base(1e-3)
    {
        Offset = Guard.InRange(s, 0, 1, "VpCosineSchedule: s");
        scale = Math.Cos(HalfPi * s / (1 + s));
    }

    /// <summary>The offset s.</summary>
    public double Offset { get; }

    /// <inheritdoc/>
    public override double CleanTime => 0;

    /// <inheritdoc/>
    public override double NoiseTime => 1;

    /// <inheritdoc/>
    /// <remarks>0.999: at 1, where α is 0, a noise prediction says nothing about the data.</remarks>
    public override double StartTime => NoiseTime - 1e-3;

    /// <inheritdoc/>
    public override double PriorSigma(double t) => 1;

    /// <inheritdoc/>
    protected override NoiseLevel Level(double t)
    {
        // cos(π/2 · u) = sin(π/2 · (1 − u)) is exactly zero at t = 1.
        var alpha = Math.Sin(HalfPi * (1 - t) / (1 + Offset)) / scale;

        // 1 − cos²(a)/cos²(b) = sin(a − b) sin(a + b)/cos²(b), with a − b = π/2 · t/(1 + s): no cancellation near t = 0.
        var variance = Math.Sin(HalfPi * t / (1 + Offset)) * Math.Sin(HalfPi * (t + (2 * Offset)) / (1 + Offset)) / (scale * scale);
        return t == 0 ? new NoiseLevel(0, 1, 0) : new NoiseLevel(t, alpha, Math.Sqrt(variance));
    }

    /// <inheritdoc/>
    protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level)
    {
        // d ln cos(a)/dt = −a′ tan(a); α² + σ² = 1 gives g² = −2 f.
        var drift = -HalfPi / (1 + Offset) / Math.Tan(HalfPi * (1 - level.Time) / (1 + Offset));
        return (drift, -2 * drift);
    }

    /// <inheritdoc/>
    protected override double TimeOf(double logSnr)
    {
        // σ²/α² = e^(−λ) gives cos(a) = cos(b)/√(1 + e^(−λ)); the angle by its tangent stays accurate at both ends.
        var ratio = Math.Exp(-logSnr);
        if (double.IsPositiveInfinity(ratio)) return 1;
        var sineSquared = (ratio + Math.Pow(Math.Sin(HalfPi * Offset / (1 + Offset)), 2)) / (1 + ratio);
        var angle = Math.Atan2(Math.Sqrt(sineSquared), scale / Math.Sqrt(1 + ratio));
        return Math.Clamp((angle * (1 + Offset) / HalfPi) - Offset, 0, 1);
    }
}

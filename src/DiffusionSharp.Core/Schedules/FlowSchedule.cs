namespace DiffusionSharp.Schedules;

/// <summary>Rectified flow: data and noise mixed along a straight line, x_t = (1 − t) x₀ + t ε, t ∈ [0, 1].</summary>
/// <remarks>
/// <code>
/// α = 1 − t′       σ = t′       t′ = s t/(1 + (s − 1) t)
/// </code>
/// Liu et al. 2022, arXiv:2209.03003, eq. 1, with time turned round: 1 is noise. The shift s moves even times towards the noise, for large
/// pictures: Esser et al. 2024, arXiv:2403.03206, eq. 23; s = e^μ is the "dynamic shift" of tools. It changes how fast time passes, not the
/// levels. A network that tools call with 1000 t′ reads 1000 σ here, not 1000 t.
/// </remarks>
public sealed class FlowSchedule : Schedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="shift">s, above 0; 1 leaves time as it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shift is not positive.</exception>
    public FlowSchedule(double shift = 1)
        : base(1e-3) => Shift = Guard.Above(shift, 0, "FlowSchedule: shift");

    /// <summary>The shift s.</summary>
    public double Shift { get; }

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
    /// <remarks>1000 σ, whatever the shift.</remarks>
    public override double TimeInput(NoiseLevel level) => 1000 * level.Sigma;

    /// <inheritdoc/>
    protected override NoiseLevel Level(double t)
    {
        // 1 − t + s t, which is exactly s at t = 1, so that σ(1) = 1 exactly.
        var denominator = 1 - t + (Shift * t);
        return new NoiseLevel(t, (1 - t) / denominator, Shift * t / denominator);
    }

    /// <inheritdoc/>
    protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level)
    {
        var denominator = 1 - level.Time + (Shift * level.Time);
        var speed = Shift / (denominator * denominator);
        return (-speed / level.Alpha, 2 * level.Sigma * speed / level.Alpha);
    }

    /// <inheritdoc/>
    protected override double TimeOf(double logSnr)
    {
        // σ/α = s t/(1 − t).
        var ratio = Math.Exp(-logSnr / 2);
        return double.IsPositiveInfinity(ratio) ? 1 : ratio / (ratio + Shift);
    }
}

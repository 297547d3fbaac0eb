namespace DiffusionSharp.Schedules;

/// <summary>EDM's process, where time is the noise itself: α = 1, σ = t, t ∈ [0, σ_max].</summary>
/// <remarks>Karras et al. 2022, arXiv:2206.00364, table 1, last column: σ(t) = t, s(t) = 1. f = 0 and g² = 2t.</remarks>
public sealed class EdmSchedule : Schedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="sigmaMax">The most noise, in data units; 80 is the paper's.</param>
    /// <param name="sigmaMin">The least noise a network is asked about; 0.002 is the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public EdmSchedule(double sigmaMax = 80, double sigmaMin = 0.002)
        : base(sigmaMin, isVarianceExploding: true)
    {
        SigmaMin = Guard.Above(sigmaMin, 0, "EdmSchedule: sigmaMin");
        SigmaMax = Guard.Above(sigmaMax, sigmaMin, "EdmSchedule: sigmaMax");
    }

    /// <summary>The least noise a network is asked about.</summary>
    public double SigmaMin { get; }

    /// <summary>The most noise.</summary>
    public double SigmaMax { get; }

    /// <inheritdoc/>
    public override double CleanTime => 0;

    /// <inheritdoc/>
    public override double NoiseTime => SigmaMax;

    /// <inheritdoc/>
    public override double PriorSigma(double t) => Sigma(t);

    /// <inheritdoc/>
    protected override TimeGrid UsualGrid(int steps) => Grids.Karras(this, steps);

    /// <inheritdoc/>
    protected override NoiseLevel Level(double t) => new(t, 1, t);

    /// <inheritdoc/>
    protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level) => (0, 2 * level.Sigma);

    /// <inheritdoc/>
    protected override double TimeOf(double logSnr) => Math.Min(Math.Exp(-logSnr / 2), SigmaMax);
}

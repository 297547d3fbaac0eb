namespace DiffusionSharp.Schedules;

/// <summary>The variance-exploding SDE with geometric σ on t ∈ [0, 1]: the continuous limit of SMLD's levels.</summary>
/// <remarks>
/// <code>
/// α = 1       σ(t) = σ_min (σ_max/σ_min)^t,  0 ≤ t ≤ 1       σ(t) = σ_min (1 + t),  −1 ≤ t ≤ 0
/// </code>
/// Song et al. 2021, arXiv:2011.13456, eq. 30. Their σ(0) is σ_min, not 0: no finite stretch of geometric time reaches clean data. Time is
/// therefore continued below 0, where no network was trained, and σ falls linearly to 0 at t = −1, so that sampling ends at clean data here
/// as everywhere.
/// </remarks>
public sealed class VeGeometricSchedule : Schedule
{
    private readonly double growth;

    /// <summary>Makes the schedule.</summary>
    /// <param name="sigmaMin">σ(0), above 0, in data units; 0.01 is the paper's.</param>
    /// <param name="sigmaMax">σ(1), above σ(0); 50 is the paper's for CIFAR-10. It should exceed the distances between data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public VeGeometricSchedule(double sigmaMin = 0.01, double sigmaMax = 50)
        : base(0, isVarianceExploding: true)
    {
        SigmaMin = Guard.Above(sigmaMin, 0, "VeGeometricSchedule: sigmaMin");
        SigmaMax = Guard.Above(sigmaMax, sigmaMin, "VeGeometricSchedule: sigmaMax");
        growth = Math.Log(sigmaMax / sigmaMin);
    }

    /// <summary>σ(0).</summary>
    public double SigmaMin { get; }

    /// <summary>σ(1).</summary>
    public double SigmaMax { get; }

    /// <inheritdoc/>
    public override double CleanTime => -1;

    /// <inheritdoc/>
    public override double NoiseTime => 1;

    /// <inheritdoc/>
    public override double PriorSigma(double t) => Sigma(t);

    /// <inheritdoc/>
    protected override TimeGrid UsualGrid(int steps) => Grids.Karras(this, steps);

    /// <inheritdoc/>
    protected override NoiseLevel Level(double t) => new(t, 1, t < 0 ? SigmaMin * (1 + t) : SigmaMin * Math.Exp(growth * t));

    /// <inheritdoc/>
    /// <remarks>One-sided at t = 0, where σ has a corner: towards more noise.</remarks>
    protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level) =>
        (0, 2 * level.Sigma * (level.Time < 0 ? SigmaMin : level.Sigma * growth));

    /// <inheritdoc/>
    protected override double TimeOf(double logSnr)
    {
        var sigma = Math.Exp(-logSnr / 2);
        return sigma < SigmaMin ? (sigma / SigmaMin) - 1 : Math.Min(Math.Log(sigma / SigmaMin) / growth, 1);
    }
}

using System.Globalization;

namespace DiffusionSharp.Schedules;

/// <summary>T trained noise levels with α² + σ² = 1: the schedule of DDPM.</summary>
/// <remarks>
/// <code>
/// ᾱ_i = ∏_{j ≤ i} (1 − β_j)       α(i) = √ᾱ_i       σ(i) = √(1 − ᾱ_i)       i = 0 … T − 1
/// </code>
/// Ho et al. 2020, arXiv:2006.11239, eq. 4. Time i is the timestep that the network was trained on (the paper's t = i + 1); time −1 is
/// clean data, ᾱ = 1. Between levels ln(α²/σ²) is linear in time; beside a level where it is infinite the angle atan(σ/α) is.
/// </remarks>
public sealed class DiscreteSchedule : Schedule
{
    private readonly double[] betas;
    private readonly double[] alphaBar;
    private readonly double[] variance;

    private DiscreteSchedule(double[] betas)
        : base(0, betas.Length)
    {
        if (betas.Length == 0) throw new ArgumentException("DiscreteSchedule: at least one β is needed.", nameof(betas));
        this.betas = betas;
        alphaBar = new double[betas.Length];
        variance = new double[betas.Length];
        double product = 1, remainder = 0;
        for (var i = 0; i < betas.Length; i++)
        {
            var last = i == betas.Length - 1;
            if (!(betas[i] > 0 && (betas[i] < 1 || (last && betas[i] == 1))))
                throw new ArgumentOutOfRangeException(
                    nameof(betas),
                    betas[i],
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"DiscreteSchedule: β must lie in (0, 1), the last may be 1; β at index {i} of {betas.Length} is {betas[i]}."));

            // 1 − ᾱ by its own recurrence: subtracting ᾱ from 1 would lose digits at the first levels.
            remainder += product * betas[i];
            product *= 1 - betas[i];
            alphaBar[i] = product;
            variance[i] = product == 0 ? 1 : remainder;
        }
    }

    /// <summary>The number of trained levels, T.</summary>
    public int Levels => betas.Length;

    /// <summary>β_i, the variance that level i adds; i = 0 … T − 1.</summary>
    public ReadOnlySpan<double> Betas => betas;

    /// <summary>ᾱ_i = α(i)², the fraction of data variance that is left at level i.</summary>
    public ReadOnlySpan<double> AlphaBar => alphaBar;

    /// <inheritdoc/>
    public override double CleanTime => -1;

    /// <inheritdoc/>
    public override double NoiseTime => Levels - 1;

    /// <summary>β evenly spaced: DDPM's schedule.</summary>
    /// <param name="levels">T; 1000 is the paper's.</param>
    /// <param name="betaStart">β_0 in (0, 1).</param>
    /// <param name="betaEnd">β_(T−1) in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <remarks>Ho et al. 2020, arXiv:2006.11239, section 4.</remarks>
    public static DiscreteSchedule Linear(int levels = 1000, double betaStart = 1e-4, double betaEnd = 0.02) =>
        FromRange(BetaCurves.Linear, levels, betaStart, betaEnd);

    /// <summary>√β evenly spaced: the schedule of latent diffusion.</summary>
    /// <remarks>Rombach et al. 2022, arXiv:2112.10752.</remarks>
    /// <inheritdoc cref="Linear(int, double, double)"/>
    public static DiscreteSchedule ScaledLinear(int levels = 1000, double betaStart = 0.00085, double betaEnd = 0.012) =>
        FromRange(BetaCurves.ScaledLinear, levels, betaStart, betaEnd);

    /// <summary>β along a logistic curve: β_i = β_start + (β_end − β_start) · sigmoid(z_i), z evenly spaced over [−6, 6].</summary>
    /// <remarks>The schedule of GeoDiff, Xu et al. 2022, arXiv:2203.02923.</remarks>
    /// <inheritdoc cref="Linear(int, double, double)"/>
    public static DiscreteSchedule Sigmoid(int levels = 1000, double betaStart = 1e-4, double betaEnd = 0.02) =>
        FromRange(BetaCurves.Sigmoid, levels, betaStart, betaEnd);

    /// <summary>The squared cosine: ᾱ falls as cos²(π/2 · (u + s)/(1 + s)), u = (i + 1)/T, with β capped.</summary>
    /// <param name="levels">T, the number of trained levels, at least 1.</param>
    /// <param name="s">Offset in [0, 1); 0.008 is the paper's.</param>
    /// <param name="maxBeta">Cap on β in (0, 1); 0.999 is the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <remarks>Nichol and Dhariwal 2021, arXiv:2102.09672, eq. 17.</remarks>
    public static DiscreteSchedule Cosine(int levels = 1000, double s = 0.008, double maxBeta = 0.999)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(levels);
        Guard.InRange(s, 0, Math.BitDecrement(1.0), "DiscreteSchedule.Cosine: s");
        Guard.Between(maxBeta, 0, 1, "DiscreteSchedule.Cosine: maxBeta");
        return new DiscreteSchedule(BetaCurves.Cosine(levels, s, maxBeta));
    }

    /// <summary>λ = ln(α²/σ²) Laplace-distributed over the levels: most of them near λ = μ, where data and noise weigh the same.</summary>
    /// <param name="levels">T, the number of trained levels, at least 1.</param>
    /// <param name="location">μ, the most frequent λ; 0 is the paper's.</param>
    /// <param name="scale">b above 0, the mean distance of λ from μ; 0.5 is the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <remarks>
    /// <code>
    /// λ_i = μ − b · sgn(½ − u) · ln(1 − 2 |½ − u|)       u = 1 − (i + ½)/T
    /// </code>
    /// Hang et al. 2024, arXiv:2407.03297, table 1, at the middles of T equal shares of their time. λ spans only μ ± b ln T: the last level
    /// still shows the data; rescale it to zero terminal SNR before sampling from pure noise.
    /// </remarks>
    public static DiscreteSchedule Laplace(int levels = 1000, double location = 0, double scale = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(levels);
        Guard.InRange(location, -30, 30, "DiscreteSchedule.Laplace: location");
        Guard.Above(scale, 0, "DiscreteSchedule.Laplace: scale");
        return new DiscreteSchedule(BetaCurves.Laplace(levels, location, scale));
    }

    /// <summary>A schedule from its β.</summary>
    /// <param name="betas">One β per level, each in (0, 1); the last may be 1 (zero terminal SNR).</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    public static DiscreteSchedule FromBetas(ReadOnlySpan<double> betas) => new(betas.ToArray());

    /// <summary>The schedule with √ᾱ shifted and stretched so that the last level is pure noise, ᾱ = 0, and the first is kept.</summary>
    /// <param name="lastAlphaBar">Compatibility: ᾱ left at the last level, 0 … ᾱ_(T−2); some tools put 2⁻²⁴ there to keep σ/α finite.</param>
    /// <exception cref="InvalidOperationException">There is only one level.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The last ᾱ is not below the one before.</exception>
    /// <remarks>
    /// Lin et al. 2024, arXiv:2305.08891, algorithm 1. At the last level noise prediction says nothing about the data; predict velocity or data.
    /// </remarks>
    public DiscreteSchedule RescaleToZeroTerminalSnr(double lastAlphaBar = 0)
    {
        if (Levels < 2) throw new InvalidOperationException("RescaleToZeroTerminalSnr: at least two levels are needed, the first is kept.");
        var rescaled = new DiscreteSchedule(BetaCurves.RescaledToZeroTerminalSnr(alphaBar));
        if (lastAlphaBar == 0) return rescaled;
        Guard.InRange(lastAlphaBar, 0, rescaled.alphaBar[^2], "RescaleToZeroTerminalSnr: the last ᾱ");
        rescaled.betas[^1] = 1 - (lastAlphaBar / rescaled.alphaBar[^2]);
        return new DiscreteSchedule(rescaled.betas);
    }

    /// <inheritdoc/>
    public override double PriorSigma(double t) => 1;

    /// <inheritdoc/>
    protected override NoiseLevel Level(double t)
    {
        var below = (int)Math.Floor(t);
        if (t == below) return Trained(below);
        NoiseLevel a = Trained(below), b = Trained(below + 1);
        var (from, to, angular) = Ends(a, b);
        var value = from + ((to - from) * (t - below));
        return angular
            ? new NoiseLevel(t, Math.Cos(value), Math.Sin(value))
            : new NoiseLevel(t, 1 / Math.Sqrt(1 + Math.Exp(-value)), 1 / Math.Sqrt(1 + Math.Exp(value)));
    }

    /// <inheritdoc/>
    /// <remarks>One-sided at the levels themselves, where the interpolation has a corner: towards more noise.</remarks>
    protected override (double Drift, double SquaredDiffusion) Rates(NoiseLevel level)
    {
        var below = Math.Min((int)Math.Floor(level.Time), Levels - 2);
        var (from, to, angular) = Ends(Trained(below), Trained(below + 1));

        // d ln α/dt of α = (1 + e^(−λ))^(−½), or of α = cos θ; α² + σ² = 1 gives g² = −2 f.
        var drift = angular ? -(to - from) * level.Ratio : level.Sigma * level.Sigma * (to - from) / 2;
        return (drift, -2 * drift);
    }

    /// <inheritdoc/>
    protected override double TimeOf(double logSnr)
    {
        // Invariant: λ(low) ≥ λ > λ(high).
        int low = -1, high = Levels;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (Trained(middle).LogSnr >= logSnr) low = middle;
            else high = middle;
        }

        NoiseLevel a = Trained(low);
        if (low == Levels - 1 || a.LogSnr == logSnr) return low;
        var (from, to, angular) = Ends(a, Trained(high));
        var value = angular ? Math.Atan(Math.Exp(-logSnr / 2)) : logSnr;
        return low + ((value - from) / (to - from));
    }

    private static (double From, double To, bool Angular) Ends(NoiseLevel a, NoiseLevel b)
    {
        var angular = a.Sigma == 0 || b.Alpha == 0;
        return angular ? (Math.Atan2(a.Sigma, a.Alpha), Math.Atan2(b.Sigma, b.Alpha), true) : (a.LogSnr, b.LogSnr, false);
    }

    private static DiscreteSchedule FromRange(Func<int, double, double, double[]> curve, int levels, double betaStart, double betaEnd)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(levels);
        Guard.Between(betaStart, 0, 1, "DiscreteSchedule: betaStart");
        Guard.Between(betaEnd, 0, 1, "DiscreteSchedule: betaEnd");
        return new DiscreteSchedule(curve(levels, betaStart, betaEnd));
    }

    private NoiseLevel Trained(int index) =>
        index < 0 ? new NoiseLevel(-1, 1, 0) : new NoiseLevel(index, Math.Sqrt(alphaBar[index]), Math.Sqrt(variance[index]));
}

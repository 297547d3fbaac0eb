using System.Globalization;

namespace DiffusionSharp.Schedules;

/// <summary>How much data and how much noise there is at every time: x_t = α(t) x₀ + σ(t) ε.</summary>
/// <remarks>
/// Time runs from <see cref="CleanTime"/> (σ = 0) to <see cref="NoiseTime"/>: −1 to T − 1 on trained timesteps, 0 to 1 on most continuous
/// schedules, σ itself on EDM's. Along it the signal-to-noise ratio falls strictly. Kingma et al. 2021, arXiv:2107.00630, section 3.1.
/// </remarks>
public abstract class Schedule
{
    // Continuous times are stretched to the range of the usual thousand timesteps, so that the same time embedding resolves them.
    private const double ContinuousTimeScale = 999;

    // c_noise of EDM is stretched alike, for the same embedding.
    private const double LogNoiseScale = 1000;

    private readonly double? leastNoiseTime;

    /// <summary>Makes a schedule.</summary>
    /// <param name="leastNoiseTime">The <see cref="LeastNoiseTime"/>; null where nothing is known of networks.</param>
    /// <param name="trainedLevels">The <see cref="TrainedLevels"/>, T, of a schedule whose time runs from −1 to T − 1; null where time is continuous.</param>
    /// <param name="isVarianceExploding">Whether α = 1 at every time: <see cref="IsVarianceExploding"/>.</param>
    protected Schedule(double? leastNoiseTime = null, int? trainedLevels = null, bool isVarianceExploding = false)
    {
        this.leastNoiseTime = leastNoiseTime;
        TrainedLevels = trainedLevels;
        IsVarianceExploding = isVarianceExploding;
    }

    /// <summary>The time of clean data: α = 1, σ = 0.</summary>
    public abstract double CleanTime { get; }

    /// <summary>The time of the most noise.</summary>
    public abstract double NoiseTime { get; }

    /// <summary>T, where networks are trained on the timesteps 0 … T − 1 alone; null where time is continuous.</summary>
    public int? TrainedLevels { get; }

    /// <summary>Whether α = 1 at every time, so that σ alone tells levels apart.</summary>
    public bool IsVarianceExploding { get; }

    /// <summary>Whether levels of σ were trained one by one, α = 1: those that annealed Langevin dynamics walks.</summary>
    public bool HasNoiseLevels => IsVarianceExploding && TrainedLevels is not null;

    /// <summary>The time that sampling from noise starts at, and the most noise that a network of this schedule is asked about.</summary>
    /// <remarks><see cref="NoiseTime"/>, or just before it where nothing could be said about the data there from a noise prediction.</remarks>
    public virtual double StartTime => NoiseTime;

    /// <summary>The time of the least noise that a network of this schedule is asked about; from here one step leads to clean data.</summary>
    /// <remarks>
    /// Trained level 0; σ_min; 10⁻³ on VP, sub-VP (Song et al. 2021, arXiv:2011.13456, appendix C) and flow, where tools' thousand levels
    /// start; on a schedule that names none σ/α = 0.002, EDM's. Closed forms need no such cut.
    /// </remarks>
    public double LeastNoiseTime => leastNoiseTime ?? AtRatio(0.002).Time;

    /// <summary>α(t), the factor of the data, in [0, 1].</summary>
    /// <param name="t">Time in [<see cref="CleanTime"/>, <see cref="NoiseTime"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is outside the schedule.</exception>
    public double Alpha(double t) => At(t).Alpha;

    /// <summary>σ(t), the standard deviation of the noise in data units.</summary>
    /// <inheritdoc cref="Alpha(double)"/>
    public double Sigma(double t) => At(t).Sigma;

    /// <summary>λ(t) = ln(α²/σ²), the logarithm of the signal-to-noise ratio; +∞ where σ = 0, −∞ where α = 0.</summary>
    /// <inheritdoc cref="Alpha(double)"/>
    public double LogSnr(double t) => At(t).LogSnr;

    /// <summary>Time, α and σ together: what a denoiser is given.</summary>
    /// <inheritdoc cref="Alpha(double)"/>
    public NoiseLevel At(double t)
    {
        if (!(t >= CleanTime && t <= NoiseTime))
            throw new ArgumentOutOfRangeException(
                nameof(t), t, string.Create(CultureInfo.InvariantCulture, $"Schedule: a time in [{CleanTime}, {NoiseTime}] was expected."));
        return Level(t);
    }

    /// <summary>The time at which ln(α²/σ²) has a value: the inverse of <see cref="LogSnr(double)"/>.</summary>
    /// <param name="logSnr">λ between <c>LogSnr(NoiseTime)</c> and +∞.</param>
    /// <exception cref="ArgumentOutOfRangeException">The schedule never is as noisy, or the value is NaN.</exception>
    public double TimeAtLogSnr(double logSnr)
    {
        var lowest = LogSnr(NoiseTime);
        if (!(logSnr >= lowest))
            throw new ArgumentOutOfRangeException(
                nameof(logSnr), logSnr, string.Create(CultureInfo.InvariantCulture, $"Schedule: a log SNR of at least {lowest} was expected."));
        return TimeOf(logSnr);
    }

    /// <summary>The level at which ln(α²/σ²) has a value.</summary>
    /// <inheritdoc cref="TimeAtLogSnr(double)"/>
    public NoiseLevel AtLogSnr(double logSnr) => At(TimeAtLogSnr(logSnr));

    /// <summary>The level at which σ/α has a value: <see cref="AtLogSnr(double)"/> in the words of Karras et al. 2022, arXiv:2206.00364.</summary>
    /// <param name="ratio">σ/α between 0 and that of <see cref="NoiseTime"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The schedule never is as noisy, or the value is negative or NaN.</exception>
    public NoiseLevel AtRatio(double ratio) => AtLogSnr(-2 * Math.Log(Guard.InRange(ratio, 0, double.PositiveInfinity, "Schedule: σ/α")));

    /// <summary>
    /// The level that a network is trained on for a uniform draw: evenly over the trained timesteps, or over the times from
    /// <see cref="LeastNoiseTime"/> to <see cref="StartTime"/>.
    /// </summary>
    /// <param name="uniform">The draw, in [0, 1).</param>
    public NoiseLevel Draw(double uniform) => At(TrainedLevels is int levels
        ? Math.Min(Math.Floor(uniform * levels), levels - 1)
        : LeastNoiseTime + ((StartTime - LeastNoiseTime) * uniform));

    /// <summary>
    /// The level that a network is trained on for a σ/α: the nearest in time of trained timesteps, that level itself where time is continuous.
    /// </summary>
    /// <inheritdoc cref="AtRatio(double)"/>
    public NoiseLevel TrainedAtRatio(double ratio)
    {
        var level = AtRatio(ratio);
        return TrainedLevels is int levels ? At(Math.Clamp(Math.Round(level.Time, MidpointRounding.ToEven), 0, levels - 1)) : level;
    }

    /// <summary>What a network is told of a level: the number that its time embedding reads.</summary>
    /// <param name="level">A level of this schedule; σ above 0 where <see cref="IsVarianceExploding"/>.</param>
    /// <remarks>
    /// 250 ln σ where α = 1 (1000 c_noise, Karras et al. 2022, arXiv:2206.00364, table 1), the timestep where timesteps are trained, 1000 σ of
    /// <see cref="FlowSchedule"/> (what tools call such networks with), and 999 times the share of its time elsewhere: about 0 to 1000 everywhere,
    /// which one embedding resolves.
    /// </remarks>
    public virtual double TimeInput(NoiseLevel level) => IsVarianceExploding ? LogNoiseScale * (Math.Log(level.Ratio) / 4)
        : TrainedLevels is not null ? level.Time
        : ContinuousTimeScale * ((level.Time - CleanTime) / (NoiseTime - CleanTime));

    /// <summary>f(t) = d ln α/dt, the drift of the forward process dx = f x dt + g dw.</summary>
    /// <remarks>Song et al. 2021, arXiv:2011.13456, eq. 5, with f(x, t) = f(t) x. −∞ where α reaches 0.</remarks>
    /// <inheritdoc cref="Alpha(double)"/>
    public double Drift(double t) => Rates(At(t)).Drift;

    /// <summary>g(t), the diffusion of the forward process dx = f x dt + g dw: g² = dσ²/dt − 2 f σ² = −σ² dλ/dt.</summary>
    /// <remarks>Kingma et al. 2021, arXiv:2107.00630, appendix B.1.</remarks>
    /// <inheritdoc cref="Alpha(double)"/>
    public double Diffusion(double t) => Math.Sqrt(Rates(At(t)).SquaredDiffusion);

    /// <summary>The grid of S steps that this schedule is sampled on unless another is asked for.</summary>
    /// <param name="steps">S, at least 1; at most T of a schedule of T trained levels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is out of range.</exception>
    /// <remarks>
    /// It starts at <see cref="StartTime"/> and ends at clean data: trailing on the timesteps of DDPM's kind, from the most to the least noise on
    /// levels of σ, spaced as Karras et al. 2022, arXiv:2206.00364, eq. 5, on continuous σ, and even in time otherwise.
    /// </remarks>
    public TimeGrid Grid(int steps)
    {
        if (steps >= 1 && !(steps > TrainedLevels)) return UsualGrid(steps);
        var expected = TrainedLevels is int levels ? $"1 to {levels} steps were expected, the number of trained levels" : "at least 1 step was expected";
        throw new ArgumentOutOfRangeException(nameof(steps), steps, $"Schedule.Grid: {expected}.");
    }

    /// <summary>The grid of S trained timesteps with a spacing.</summary>
    /// <param name="steps">S, 1 to T.</param>
    /// <param name="spacing">Which S of the T timesteps.</param>
    /// <exception cref="NotSupportedException">Time is continuous: there are no trained timesteps to choose from.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is out of range.</exception>
    public TimeGrid Grid(int steps, TimestepSpacing spacing) => TrainedLevels is int levels
        ? Timesteps.Create(spacing, levels, steps)
        : throw new NotSupportedException(
            $"Schedule.Grid: {spacing} spaces trained timesteps, and the time of {GetType().Name} is continuous; take Grid(steps), or one of Grids.");

    /// <summary>The standard deviation of x at a time for data of unit variance: where sampling from noise starts.</summary>
    /// <remarks>
    /// √(α² + σ²): 1 on variance-preserving schedules, whatever the time. Where α = 1 it is σ(t), as published: the data fades beside the
    /// noise, by 1/(2σ²).
    /// </remarks>
    /// <inheritdoc cref="Alpha(double)"/>
    public abstract double PriorSigma(double t);

    /// <summary>The grid of <see cref="Grid(int)"/>, for a number of steps known to be possible.</summary>
    /// <param name="steps">S, in range.</param>
    /// <remarks>Where a schedule says nothing else: trailing on trained timesteps, even in time on a continuous schedule.</remarks>
    protected virtual TimeGrid UsualGrid(int steps) =>
        TrainedLevels is int levels ? Timesteps.Trailing(levels, steps) : TimeGrid.Uniform(StartTime, CleanTime, steps);

    /// <summary>The level of a time known to lie on the schedule.</summary>
    /// <param name="t">Time in [<see cref="CleanTime"/>, <see cref="NoiseTime"/>].</param>
    protected abstract NoiseLevel Level(double t);

    /// <summary>f and g² at a level of the schedule.</summary>
    /// <param name="level">A level of this schedule.</param>
    protected abstract (double Drift, double SquaredDiffusion) Rates(NoiseLevel level);

    /// <summary>The inverse of ln(α²/σ²) for a value known to lie on the schedule.</summary>
    /// <param name="logSnr">λ between <c>LogSnr(NoiseTime)</c> and +∞.</param>
    protected abstract double TimeOf(double logSnr);
}

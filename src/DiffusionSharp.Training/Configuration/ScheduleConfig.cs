using DiffusionSharp.Schedules;

namespace DiffusionSharp.Training.Configuration;

/// <summary>The schedules that a run can be trained on.</summary>
public enum ScheduleKind
{
    /// <summary>Discrete, β linear from 1e-4 to 0.02 (Ho et al. 2020, arXiv:2006.11239).</summary>
    Linear,

    /// <summary>Discrete, √β linear from √0.00085 to √0.012.</summary>
    ScaledLinear,

    /// <summary>Discrete, ᾱ a squared cosine (Nichol and Dhariwal 2021, arXiv:2102.09672).</summary>
    Cosine,

    /// <summary>Discrete, β a sigmoid from 1e-4 to 0.02.</summary>
    Sigmoid,

    /// <summary>Continuous, β(t) linear from 0.1 to 20 (Song et al. 2021, arXiv:2011.13456).</summary>
    VpLinear,

    /// <summary>Continuous squared cosine.</summary>
    VpCosine,
}

/// <summary>A schedule as a configuration writes it.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Levels">Trained timesteps of a discrete schedule; a continuous one has none and takes the default.</param>
/// <param name="ZeroTerminalSnr">Whether a discrete schedule is rescaled so that the last level is pure noise (Lin et al. 2023, arXiv:2305.08891).</param>
public sealed record ScheduleConfig(ScheduleKind Kind = ScheduleKind.Linear, int Levels = 1000, bool ZeroTerminalSnr = false)
{
    // Continuous times are stretched to the range of the discrete ones, so that the same time embedding resolves them.
    private const double ContinuousTimeScale = 999;

    // Finer than float32 tells times apart.
    private const int MostLevels = 100_000;

    // Closest to clean data that a continuous schedule is trained: below it the noise is under a pixel's rounding.
    private const double ContinuousStart = 1e-3;

    /// <summary>Whether times are real numbers in [0, 1] instead of trained timesteps.</summary>
    public bool IsContinuous() => Kind is ScheduleKind.VpLinear or ScheduleKind.VpCosine;

    /// <summary>Makes the schedule.</summary>
    /// <exception cref="ArgumentException">The number of levels is below 1, or a continuous schedule is asked for levels or rescaling.</exception>
    public Schedule Create()
    {
        if (!Enum.IsDefined(Kind)) throw new ArgumentException($"schedule.kind: unknown value {Kind}.");
        if (Levels > MostLevels) throw new ArgumentException($"schedule.levels: at most {MostLevels} are expected, {Levels} were given.");
        if (ZeroTerminalSnr && Levels < 2) throw new ArgumentException("schedule.levels: zero terminal SNR needs at least 2.");
        if (Levels < 1) throw new ArgumentException($"schedule.levels: at least 1 is needed, {Levels} was given.");
        if (IsContinuous() && (Levels != 1000 || ZeroTerminalSnr)) throw new ArgumentException($"schedule: {Kind} is continuous; levels and zeroTerminalSnr belong to discrete schedules.");
        DiscreteSchedule? discrete = Kind switch
        {
            ScheduleKind.Linear => DiscreteSchedule.Linear(Levels),
            ScheduleKind.ScaledLinear => DiscreteSchedule.ScaledLinear(Levels),
            ScheduleKind.Cosine => DiscreteSchedule.Cosine(Levels),
            ScheduleKind.Sigmoid => DiscreteSchedule.Sigmoid(Levels),
            _ => null,
        };
        if (discrete is not null) return ZeroTerminalSnr ? discrete.RescaleToZeroTerminalSnr() : discrete;
        return Kind == ScheduleKind.VpLinear ? new VpLinearSchedule() : new VpCosineSchedule();
    }

    /// <summary>The network's time input for a level.</summary>
    public double TimeInput(NoiseLevel level) => IsContinuous() ? ContinuousTimeScale * level.Time : level.Time;

    /// <summary>The level a uniform draw in [0, 1) trains on.</summary>
    public NoiseLevel Draw(Schedule schedule, double uniform) =>
        schedule.At(IsContinuous() ? ContinuousStart + ((LatestTime(schedule) - ContinuousStart) * uniform) : Math.Min(Math.Floor(uniform * Levels), Levels - 1));

    /// <summary>The level to train on where σ/α has a value: the nearest trained one of a discrete schedule.</summary>
    public NoiseLevel AtRatio(Schedule schedule, double ratio) =>
        IsContinuous() ? schedule.AtRatio(ratio) : schedule.At(Math.Clamp(Math.Round(schedule.AtRatio(ratio).Time, MidpointRounding.ToEven), 0, Levels - 1));

    /// <summary>The time of the least noise that is trained on.</summary>
    public double EarliestTime(Schedule schedule) => Draw(schedule, 0).Time;

    /// <summary>A grid of sampling steps.</summary>
    /// <param name="schedule">What <see cref="Create"/> made.</param>
    /// <param name="spacing">Spacing of discrete timesteps; continuous times are uniform.</param>
    /// <param name="steps">1 or more; at most the levels of a discrete schedule.</param>
    public TimeGrid Grid(Schedule schedule, TimestepSpacing spacing, int steps) =>
        IsContinuous() ? TimeGrid.Uniform(LatestTime(schedule), schedule.CleanTime, steps) : Timesteps.Create(spacing, Levels, steps);

    /// <summary>The time of the most noise that is trained on and that sampling starts from.</summary>
    /// <remarks>Where α of a continuous schedule reaches 0 nothing can be said about the data from a noise prediction: it stops just before.</remarks>
    public double LatestTime(Schedule schedule) => !IsContinuous() || schedule.Alpha(schedule.NoiseTime) > 1e-4 ? schedule.NoiseTime : schedule.NoiseTime - 1e-3;
}

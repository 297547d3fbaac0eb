using DiffusionSharp.Denoisers;
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

    /// <summary>Discrete, log SNR by the quantiles of a Laplace distribution (Hang et al. 2024, arXiv:2407.03297).</summary>
    Laplace,

    /// <summary>Continuous, the drift of VP with less noise (Song et al. 2021, arXiv:2011.13456, eq. 29).</summary>
    SubVp,

    /// <summary>Continuous, α = 1, σ geometric from 0.01 to 50 (Song et al. 2021, arXiv:2011.13456, eq. 30).</summary>
    VeGeometric,

    /// <summary>Continuous, α = 1, σ = t up to 80 (Karras et al. 2022, arXiv:2206.00364); made for log-normal levels.</summary>
    Edm,

    /// <summary>Continuous, α = 1 − t, σ = t: rectified flow (Liu et al. 2022, arXiv:2209.03003).</summary>
    Flow,

    /// <summary>Discrete, α = 1, levels of σ in one ratio or as they are listed (Song and Ermon 2019, arXiv:1907.05600).</summary>
    Geometric,

    /// <summary>Discrete, β one by one: a schedule of one's own.</summary>
    Betas,
}

/// <summary>A schedule as a configuration writes it.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Levels">Trained timesteps of a discrete schedule, 1000 where null; of Geometric, where null, as many as <see cref="DataLevels"/> finds. A continuous one has none.</param>
/// <param name="ZeroTerminalSnr">Whether a discrete schedule of β is rescaled so that the last level is pure noise (Lin et al. 2023, arXiv:2305.08891).</param>
/// <param name="SigmaMin">The least noise that is trained, in data units: of VeGeometric and Geometric, 0.01 where null, and Edm, 0.002 where null.</param>
/// <param name="SigmaMax">The most noise, in data units: of VeGeometric, 50 where null, and Edm, 80 where null; larger than distances between data. Of Geometric, where null, as <see cref="DataLevels"/> finds.</param>
/// <param name="Shift">Moves even times of Flow towards the noise; 1 where null (Esser et al. 2024, arXiv:2403.03206, eq. 23).</param>
/// <param name="Sigmas">The levels of Geometric one by one, from the most noise to the least, in place of levels, sigmaMin and sigmaMax.</param>
/// <param name="BetaValues">The β of Betas one by one, from the least noise to the most, each in (0, 1); written <c>betaValues</c>.</param>
public sealed record ScheduleConfig(
    ScheduleKind Kind = ScheduleKind.Linear,
    int? Levels = null,
    bool ZeroTerminalSnr = false,
    double? SigmaMin = null,
    double? SigmaMax = null,
    double? Shift = null,
    IReadOnlyList<double>? Sigmas = null,
    IReadOnlyList<double>? BetaValues = null)
{
    /// <summary>Trained timesteps of a discrete schedule that names none.</summary>
    public const int DefaultLevels = 1000;

    /// <summary>The least noise of Geometric and VeGeometric where none is named.</summary>
    public const double DefaultSigmaMin = 0.01;

    // Continuous times are stretched to the range of the discrete ones, so that the same time embedding resolves them.
    private const double ContinuousTimeScale = 999;

    // What tools call networks of flow matching with is 1000 σ; c_noise of EDM is stretched alike, for the same embedding.
    private const double NoiseScale = 1000;

    // Finer than float32 tells times apart.
    private const int MostLevels = 100_000;

    /// <summary>Whether times are real numbers instead of trained timesteps.</summary>
    public bool IsContinuous() => !IsOfBetas && Kind != ScheduleKind.Geometric;

    /// <summary>Whether it has trained levels of σ with α = 1, which annealed Langevin dynamics walks.</summary>
    public bool HasNoiseLevels() => Kind == ScheduleKind.Geometric;

    /// <summary>Whether α = 1 at all levels, so that σ alone tells them apart.</summary>
    public bool HasUnitSignal() => HasSigmas;

    /// <summary>Whether levels are still to be found from the data: <see cref="DataLevels"/>.</summary>
    public bool IsOpen() => Kind == ScheduleKind.Geometric && Sigmas is null && (SigmaMax is null || Levels is null);

    /// <summary>The number of trained levels, the default where none is written.</summary>
    public int LevelsOrDefault() => Sigmas?.Count ?? BetaValues?.Count ?? Levels ?? DefaultLevels;

    /// <summary>With defaults written out, so that two that mean the same are the same.</summary>
    internal ScheduleConfig Spelled() => Kind == ScheduleKind.Geometric
        ? Sigmas is null ? this with { SigmaMin = SigmaMin ?? DefaultSigmaMin } : this
        : this with { Levels = IsContinuous() || BetaValues is not null ? null : LevelsOrDefault() };

    /// <summary>A schedule by its kind, with the defaults of that kind.</summary>
    /// <param name="kind">Which one.</param>
    public static implicit operator ScheduleConfig(ScheduleKind kind) => new(kind);

    /// <summary>A schedule of trained timesteps by its β, one by one.</summary>
    /// <param name="schedule">One's own, or one of the named.</param>
    public static implicit operator ScheduleConfig(DiscreteSchedule schedule) => new(ScheduleKind.Betas, BetaValues: schedule.Betas.ToArray());

    /// <summary>Makes the schedule.</summary>
    /// <exception cref="ArgumentException">The number of levels is below 1, an option belongs to another kind of schedule, or levels are still open.</exception>
    public Schedule Create()
    {
        Check();
        var levels = LevelsOrDefault();
        DiscreteSchedule? discrete = Kind switch
        {
            ScheduleKind.Linear => DiscreteSchedule.Linear(levels),
            ScheduleKind.ScaledLinear => DiscreteSchedule.ScaledLinear(levels),
            ScheduleKind.Cosine => DiscreteSchedule.Cosine(levels),
            ScheduleKind.Sigmoid => DiscreteSchedule.Sigmoid(levels),
            ScheduleKind.Laplace => DiscreteSchedule.Laplace(levels),
            ScheduleKind.Betas => DiscreteSchedule.FromBetas([.. BetaValues!]),
            _ => null,
        };
        if (discrete is not null) return ZeroTerminalSnr ? discrete.RescaleToZeroTerminalSnr() : discrete;
        return Kind switch
        {
            ScheduleKind.VpLinear => new VpLinearSchedule(),
            ScheduleKind.VpCosine => new VpCosineSchedule(),
            ScheduleKind.SubVp => new SubVpSchedule(),
            ScheduleKind.VeGeometric => new VeGeometricSchedule(SigmaMin ?? DefaultSigmaMin, SigmaMax ?? 50),
            ScheduleKind.Geometric when IsOpen() => throw new ArgumentException("schedule: sigmaMax and levels of geometric are still open; a run finds them from its data when it starts, or write both."),
            ScheduleKind.Geometric => Sigmas is null ? new GeometricSchedule(SigmaMin ?? DefaultSigmaMin, SigmaMax!.Value, levels) : GeometricSchedule.FromSigmas([.. Sigmas]),
            ScheduleKind.Edm => new EdmSchedule(SigmaMax ?? 80, SigmaMin ?? 0.002),
            _ => new FlowSchedule(Shift ?? 1),
        };
    }

    /// <summary>The network's time input for a level: the timestep; 999 t of VP and sub-VP; 1000 σ of flow; 1000 c_noise = 250 ln σ of VE, EDM and geometric levels.</summary>
    public double TimeInput(NoiseLevel level) => Kind switch
    {
        ScheduleKind.Flow => NoiseScale * level.Sigma,
        _ when HasSigmas => NoiseScale * EdmPreconditioning.NoiseInput(level),
        _ => IsContinuous() ? ContinuousTimeScale * level.Time : level.Time,
    };

    /// <summary>The level a uniform draw in [0, 1) trains on.</summary>
    public NoiseLevel Draw(Schedule schedule, double uniform) =>
        schedule.At(IsContinuous() ? schedule.LeastNoiseTime + ((schedule.StartTime - schedule.LeastNoiseTime) * uniform) : Math.Min(Math.Floor(uniform * LevelsOrDefault()), LevelsOrDefault() - 1));

    /// <summary>The level to train on where σ/α has a value: the nearest trained one of a discrete schedule.</summary>
    public NoiseLevel AtRatio(Schedule schedule, double ratio) =>
        IsContinuous() ? schedule.AtRatio(ratio) : schedule.At(Math.Clamp(Math.Round(schedule.AtRatio(ratio).Time, MidpointRounding.ToEven), 0, LevelsOrDefault() - 1));

    /// <summary>A grid of sampling steps.</summary>
    /// <param name="schedule">What <see cref="Create"/> made.</param>
    /// <param name="spacing">Spacing of trained timesteps; where null, and on continuous time, the grid is <see cref="Schedule.Grid(int)"/>.</param>
    /// <param name="steps">1 or more; at most the levels of a discrete schedule.</param>
    public TimeGrid Grid(Schedule schedule, TimestepSpacing? spacing, int steps) =>
        spacing is null || IsContinuous() ? schedule.Grid(steps) : Timesteps.Create(spacing.Value, LevelsOrDefault(), steps);

    /// <summary>The time of the least noise that is trained on.</summary>
    public double EarliestTime(Schedule schedule) => Draw(schedule, 0).Time;

    private bool HasSigmas => Kind is ScheduleKind.VeGeometric or ScheduleKind.Edm or ScheduleKind.Geometric;

    private bool IsOfBetas => Kind is ScheduleKind.Linear or ScheduleKind.ScaledLinear or ScheduleKind.Cosine or ScheduleKind.Sigmoid or ScheduleKind.Laplace or ScheduleKind.Betas;

    private void Check()
    {
        if (!Enum.IsDefined(Kind)) throw new ArgumentException($"schedule.kind: unknown value {Kind}.");
        if (Sigmas is not null && Kind != ScheduleKind.Geometric) throw new ArgumentException($"schedule.sigmas: they are the levels of geometric, and {Kind} has its own; leave them out, or choose geometric.");
        if (BetaValues is not null != (Kind == ScheduleKind.Betas))
            throw new ArgumentException(BetaValues is null ? "schedule.betaValues: the kind betas is its list of β; write one, or choose another kind." : $"schedule.betaValues: {Kind} has its own β; leave them out, or choose betas.");
        if (BetaValues is not null && Levels is not null) throw new ArgumentException("schedule.betaValues: they say how many levels there are; leave out levels.");
        if (LevelsOrDefault() > MostLevels) throw new ArgumentException($"schedule.levels: at most {MostLevels} are expected, {LevelsOrDefault()} were given.");
        if (ZeroTerminalSnr && Levels < 2) throw new ArgumentException("schedule.levels: zero terminal SNR needs at least 2.");
        if (Levels < 1) throw new ArgumentException($"schedule.levels: at least 1 is needed, {Levels} was given.");
        if (IsContinuous() && (LevelsOrDefault() != DefaultLevels || ZeroTerminalSnr)) throw new ArgumentException($"schedule: {Kind} is continuous; levels and zeroTerminalSnr belong to discrete schedules.");
        if ((SigmaMin ?? SigmaMax) is not null && !HasSigmas) throw new ArgumentException($"schedule: sigmaMin and sigmaMax belong to geometric, veGeometric and edm, not to {Kind}; leave them out.");
        if (Shift is not null && Kind != ScheduleKind.Flow) throw new ArgumentException($"schedule.shift: it belongs to flow, not to {Kind}; leave it out.");
        if (Kind != ScheduleKind.Geometric) return;
        if (ZeroTerminalSnr) throw new ArgumentException("schedule.zeroTerminalSnr: it belongs to schedules of β, not to geometric; leave it out.");
        if (Sigmas is not null && (Levels is not null || (SigmaMin ?? SigmaMax) is not null)) throw new ArgumentException("schedule.sigmas: they say all of the levels; leave out levels, sigmaMin and sigmaMax.");
    }
}

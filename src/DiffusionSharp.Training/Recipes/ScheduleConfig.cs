using System.Reflection;
using System.Text.Json.Serialization;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Recipes;

/// <summary>A schedule as a configuration writes it: its <c>kind</c>, and the options that this kind has.</summary>
/// <remarks>Options that are null are those of the paper, and are not written.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(LinearScheduleConfig), "linear")]
[JsonDerivedType(typeof(ScaledLinearScheduleConfig), "scaledLinear")]
[JsonDerivedType(typeof(CosineScheduleConfig), "cosine")]
[JsonDerivedType(typeof(SigmoidScheduleConfig), "sigmoid")]
[JsonDerivedType(typeof(LaplaceScheduleConfig), "laplace")]
[JsonDerivedType(typeof(BetasScheduleConfig), "betas")]
[JsonDerivedType(typeof(VpLinearScheduleConfig), "vpLinear")]
[JsonDerivedType(typeof(VpCosineScheduleConfig), "vpCosine")]
[JsonDerivedType(typeof(SubVpScheduleConfig), "subVp")]
[JsonDerivedType(typeof(FlowScheduleConfig), "flow")]
[JsonDerivedType(typeof(VeGeometricScheduleConfig), "veGeometric")]
[JsonDerivedType(typeof(EdmScheduleConfig), "edm")]
[JsonDerivedType(typeof(GeometricScheduleConfig), "geometric")]
public abstract record ScheduleConfig
{
    // Finer than float32 tells times apart.
    private const int MostLevels = 100_000;

    private static readonly Dictionary<Type, string> Kinds = typeof(ScheduleConfig)
        .GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false)
        .ToDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);

    private protected ScheduleConfig()
    {
    }

    /// <summary>Discrete, β linear from 1e-4 to 0.02.</summary>
    public static ScheduleConfig Linear { get; } = new LinearScheduleConfig();

    /// <summary>Discrete, √β linear from √0.00085 to √0.012.</summary>
    public static ScheduleConfig ScaledLinear { get; } = new ScaledLinearScheduleConfig();

    /// <summary>Discrete, ᾱ a squared cosine.</summary>
    public static ScheduleConfig Cosine { get; } = new CosineScheduleConfig();

    /// <summary>Discrete, β a sigmoid from 1e-4 to 0.02.</summary>
    public static ScheduleConfig Sigmoid { get; } = new SigmoidScheduleConfig();

    /// <summary>Discrete, log SNR by the quantiles of a Laplace distribution.</summary>
    public static ScheduleConfig Laplace { get; } = new LaplaceScheduleConfig();

    /// <summary>Continuous, β(t) linear from 0.1 to 20.</summary>
    public static ScheduleConfig VpLinear { get; } = new VpLinearScheduleConfig();

    /// <summary>Continuous squared cosine.</summary>
    public static ScheduleConfig VpCosine { get; } = new VpCosineScheduleConfig();

    /// <summary>Continuous, the drift of VP with less noise.</summary>
    public static ScheduleConfig SubVp { get; } = new SubVpScheduleConfig();

    /// <summary>Continuous, α = 1, σ geometric from 0.01 to 50.</summary>
    public static ScheduleConfig VeGeometric { get; } = new VeGeometricScheduleConfig();

    /// <summary>Continuous, α = 1, σ = t up to 80.</summary>
    public static ScheduleConfig Edm { get; } = new EdmScheduleConfig();

    /// <summary>Continuous, α = 1 − t, σ = t.</summary>
    public static ScheduleConfig Flow { get; } = new FlowScheduleConfig();

    /// <summary>Discrete, α = 1, levels of σ in one ratio, found from the data.</summary>
    public static ScheduleConfig Geometric { get; } = new GeometricScheduleConfig();

    /// <summary>The word for it in a file: <c>vpLinear</c>.</summary>
    [JsonIgnore]
    public string Kind => Kinds[GetType()];

    /// <summary>The word for it on the command line: <c>vp-linear</c>.</summary>
    [JsonIgnore]
    public string Name => Words.Kebab(Kind);

    /// <summary>Whether levels are still to be found from the data: <see cref="Settled"/>.</summary>
    public virtual bool IsOpen() => false;

    /// <summary>Whether the last trained level was made pure noise, so that a weight by the signal leaves it untrained.</summary>
    internal virtual bool EndsInPureNoise => false;

    /// <summary>Trained timesteps by their β, one by one.</summary>
    /// <param name="schedule">One's own, or one of the named.</param>
    public static implicit operator ScheduleConfig(DiscreteSchedule schedule) => new BetasScheduleConfig(schedule.Betas.ToArray());

    /// <summary>The VP process with rates of one's own.</summary>
    /// <param name="schedule">Whose rates.</param>
    public static implicit operator ScheduleConfig(VpLinearSchedule schedule) => new VpLinearScheduleConfig(schedule.BetaMin, schedule.BetaMax);

    /// <summary>The continuous cosine with an offset of one's own.</summary>
    /// <param name="schedule">Whose offset.</param>
    public static implicit operator ScheduleConfig(VpCosineSchedule schedule) => new VpCosineScheduleConfig(schedule.Offset);

    /// <summary>The sub-VP process with rates of one's own.</summary>
    /// <param name="schedule">Whose rates.</param>
    public static implicit operator ScheduleConfig(SubVpSchedule schedule) => new SubVpScheduleConfig(schedule.BetaMin, schedule.BetaMax);

    /// <summary>The straight path with a shift of one's own.</summary>
    /// <param name="schedule">Whose shift.</param>
    public static implicit operator ScheduleConfig(FlowSchedule schedule) => new FlowScheduleConfig(schedule.Shift);

    /// <summary>The VE process with noise of one's own.</summary>
    /// <param name="schedule">Whose least and most noise.</param>
    public static implicit operator ScheduleConfig(VeGeometricSchedule schedule) => new VeGeometricScheduleConfig(schedule.SigmaMin, schedule.SigmaMax);

    /// <summary>EDM's process with noise of one's own.</summary>
    /// <param name="schedule">Whose least and most noise.</param>
    public static implicit operator ScheduleConfig(EdmSchedule schedule) => new EdmScheduleConfig(schedule.SigmaMin, schedule.SigmaMax);

    /// <summary>Levels of σ, one by one.</summary>
    /// <param name="schedule">Whose levels.</param>
    public static implicit operator ScheduleConfig(GeometricSchedule schedule)
    {
        double[] falling = [.. schedule.Sigmas];
        Array.Reverse(falling);
        return new GeometricScheduleConfig(Sigmas: falling);
    }

    /// <summary>Makes the schedule.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or levels are still open; the message names the key.</exception>
    public abstract Schedule Create();

    /// <summary>The same with what was left open found from the data of a run; itself where nothing is open.</summary>
    /// <param name="source">The data.</param>
    /// <param name="seed">Of the choice of samples from a large source.</param>
    /// <param name="parallelism">Threads; they do not change the result.</param>
    /// <exception cref="ArgumentException">The data has no two different samples, or is closer together than the least noise.</exception>
    public virtual ScheduleConfig Settled(DataSource source, ulong seed, Parallelism parallelism) => this;

    /// <summary>The same with any levels in place of those that are open: what rules can be checked on before the data is there.</summary>
    internal virtual ScheduleConfig StandIn() => this;

    /// <summary>With defaults written out, so that two that mean the same are the same.</summary>
    internal virtual ScheduleConfig Spelled() => this;

    /// <summary>Checks a number of trained levels.</summary>
    /// <param name="levels">How many; null: not said.</param>
    private protected static void CheckLevels(int? levels)
    {
        if (levels < 1) throw new ArgumentException($"schedule.levels: at least 1 is needed, {levels} was given.");
        if (levels > MostLevels) throw new ArgumentException($"schedule.levels: at most {MostLevels} are expected, {levels} were given.");
    }
}

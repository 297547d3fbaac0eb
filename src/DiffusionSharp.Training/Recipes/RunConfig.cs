using System.Globalization;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Recipes;

/// <summary>Everything that determines a run: the same configuration, data and seed give the same bytes.</summary>
/// <remarks>Grouped by what belongs together; each member of a group can be read and changed by its own name too, which is its key in a file.</remarks>
public sealed partial record RunConfig
{
    // Deeper nesting is no data of ours; more values are no sample.
    private const int MostAxes = 4, LargestSample = 1 << 28;

    /// <summary>A configuration with the defaults of each group, and no network yet.</summary>
    /// <param name="data">The source, as on the command line.</param>
    /// <param name="preset">The recipe it starts from; a name for people, read by nothing.</param>
    public RunConfig(string data, string preset) => (Dataset, Preset) = (new DatasetConfig(data), preset);

    /// <summary>What is trained on.</summary>
    public DatasetConfig Dataset { get; init; }

    /// <summary>The recipe it started from; a name for people, read by nothing.</summary>
    public string Preset { get; init; }

    /// <summary>The network: exactly one of the three.</summary>
    public ArchitectureConfig Architecture { get; init; } = new();

    /// <summary>What the network learns: on which levels of noise, to give what, and how much each level counts.</summary>
    public ObjectiveConfig Objective { get; init; } = new();

    /// <summary>How the weights move.</summary>
    public OptimizationConfig Optimization { get; init; } = new();

    /// <summary>The averages of the weights.</summary>
    public AveragesConfig Averages { get; init; } = new();

    /// <summary>What a run writes while it goes, and how often.</summary>
    public OutputConfig Output { get; init; } = new();

    /// <summary>Of everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>Where the first weights came from, a text for people; null: they were drawn.</summary>
    public string? From { get; init; }

    /// <summary>
    /// The network of <see cref="OwnNetwork"/>: a function of the program, which no file holds; null where the network is another, or was not given.
    /// </summary>
    public NetworkFunction? Network { get; init; }

    /// <summary>The schedule, the default where none is written.</summary>
    public ScheduleConfig ScheduleOrDefault() => Schedule ?? ScheduleConfig.Linear;

    /// <summary>How noise levels are drawn, the default where nothing is written.</summary>
    public LevelConfig LevelsOrDefault() => Levels ?? new LevelConfig();

    /// <summary>The optimizer, the default where none is written.</summary>
    public AdamOptions OptimizerOrDefault() => Optimizer ?? new AdamOptions();

    /// <summary>The average of the weights, the default where none is written.</summary>
    public EmaOptions EmaOrDefault() => Ema ?? new EmaOptions();

    /// <summary>The averages beside the first, in the order of their names.</summary>
    public IReadOnlyList<(string Name, EmaOptions Options)> MoreEmaInOrder() =>
        [.. (MoreEma ?? new Dictionary<string, EmaOptions>()).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => (e.Key, e.Value))];

    /// <summary>Samples of a part of a step: of all of it, where it is computed in one.</summary>
    public int PartSize() => Batch / Accumulate;

    /// <summary>The update of a step.</summary>
    public AdamUpdate Update() => OptimizerOrDefault().ToUpdate() with { Parts = Accumulate, MoreAverages = MoreEma?.Count ?? 0 };

    /// <summary>What multiplies the learning rate at each step.</summary>
    public LearningRateSchedule LearningRate() => new(RateCurve, WarmupSteps, Steps);

    /// <summary>A run of another length: the warm-up shrinks to at most a tenth of it.</summary>
    /// <param name="steps">Optimizer steps, at least 1.</param>
    public RunConfig WithSteps(int steps) => this with { Steps = steps, WarmupSteps = Math.Min(WarmupSteps, steps / 10) };

    /// <summary>The shape of the samples that the network takes: [H, W, C] or [D], or what <see cref="OwnNetwork"/> says.</summary>
    public Shape SampleShape() => OwnNetwork is { } own ? Shape.Create([.. own.SampleShape])
        : UNet is { } unet ? [unet.SampleSize ?? 0, unet.SampleSize ?? 0, unet.InChannels]
        : [Mlp?.Dimensions ?? 0];

    /// <summary>The network's time input for a level: σ where the embedding makes the network divide its output by it, else that of the schedule.</summary>
    /// <param name="schedule">The run's.</param>
    /// <param name="level">A level of it.</param>
    /// <exception cref="InvalidOperationException">The network divides by σ, and there is none: the score of clean data is unbounded.</exception>
    public double TimeInput(Schedule schedule, NoiseLevel level)
    {
        if (!GivesScore()) return schedule.TimeInput(level);

        // As the network sees it: what float32 rounds to 0 is 0.
        if (!((float)level.Sigma > 0))
            throw new InvalidOperationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"TimeInput: the network divides its output by σ and was asked at σ = {level.Sigma}, where there is no score; end above clean data."));
        return level.Sigma;
    }

    /// <summary>Whether the network divides its output by its time input, as those do that are given σ and give the score.</summary>
    internal bool GivesScore() => UNet is { DividesByTime: true };

    /// <summary>Checks what types cannot say.</summary>
    /// <exception cref="ArgumentException">One clear line: the key, what is expected, what came.</exception>
    public RunConfig Validated()
    {
        AtLeast("steps", Steps, 1);
        AtLeast("batch", Batch, 1);
        AtLeast("logEvery", LogEvery, 1);
        AtLeast("sampleEvery", SampleEvery, 0);
        AtLeast("sampleCount", SampleCount, 1);
        AtLeast("sampleSteps", SampleSteps, 1);
        AtLeast("checkpointEvery", CheckpointEvery, 1);
        AtLeast("keepCheckpoints", KeepCheckpoints, 1);
        if (Size is { } size) AtLeast("size", size, 1);
        if (Channels is < 1 or > 4) throw new ArgumentException($"channels: 1 to 4 are expected, {Channels} was given.");
        AtMost("batch", Batch, 1_000_000);
        AtMost("sampleCount", SampleCount, 1_000_000);
        AtMost("uNet.layersPerBlock", UNet?.LayersPerBlock ?? 0, 64);
        AtMost("mlp.layers", Mlp?.Layers ?? 0, 1024);
        AtLeast("accumulate", Accumulate, 1);
        if (Batch % Accumulate != 0)
            throw new ArgumentException(
                $"accumulate: the {Batch} samples of a batch do not divide into {Accumulate} equal parts; choose a divisor of {Batch}, or another batch.");
        foreach (var width in UNet?.Channels ?? []) AtMost("uNet.channels", width, 65_536);
        AtMost("uNet.sampleSize", UNet?.SampleSize ?? 0, 16_384);
        AtMost("mlp.width", Mlp?.Width ?? 0, 65_536);
        AtLeast("warmupSteps", WarmupSteps, 0);
        if (new object?[] { UNet, Mlp, OwnNetwork }.Count(n => n is not null) != 1)
            throw new ArgumentException("config: exactly one of 'uNet', 'mlp' and 'ownNetwork' is needed.");
        if (Network is not null && OwnNetwork is null)
            throw new ArgumentException(
                $"Network: a function is given beside {(UNet is null ? "'mlp'" : "'uNet'")}; "
                + "leave that out and give 'ownNetwork' with the shape of a sample, or leave out the function.");
        CheckOwnNetwork();
        if (!Enum.IsDefined(Precision)) throw new ArgumentException($"precision: unknown value {Precision}.");
        var closed = ScheduleOrDefault().StandIn();
        var schedule = closed.Create();
        ConditioningRules.Check(this);

        // What is built: classes may take the place of time in a network that does not see it.
        (UNet is null ? null : UNet with { Classes = Conditioning?.Rows() })?.Validate();
        if (UNet is { SampleSize: null }) throw new ArgumentException("uNet.sampleSize: the side of the pictures is needed.");
        Mlp?.Validate();
        OptimizerOrDefault().Validate();
        EmaOrDefault().Validate();
        ModelWeights.Check(MoreEma);
        if (!Enum.IsDefined(Storage)) throw new ArgumentException($"storage: unknown value {Storage}.");
        LearningRate().Validate();
        if (Flip && SampleShape().Rank != 3) throw new ArgumentException("flip: only pictures can be mirrored.");
        ObjectiveRules.Check(this, closed, schedule);
        if (!schedule.HasNoiseLevels && SampleSteps > schedule.TrainedLevels)
            throw new ArgumentException($"sampleSteps: at most the {schedule.TrainedLevels} levels of the schedule, not {SampleSteps}.");
        return this;
    }

    private void CheckOwnNetwork()
    {
        if (OwnNetwork is not { SampleShape: var shape }) return;
        if (shape.Count is < 1 or > MostAxes)
            throw new ArgumentException(
                $"ownNetwork.sampleShape: 1 to {MostAxes} dimensions are expected, such as [2] or [32, 32, 3], {shape.Count} were given.");
        if (shape.Any(d => d < 1) || shape.Aggregate(1.0, (count, d) => count * d) > LargestSample)
            throw new ArgumentException(
                $"ownNetwork.sampleShape: dimensions of at least 1 and at most {LargestSample} values in all are expected, "
                + $"[{string.Join(", ", shape)}] was given.");
    }

    // A configuration may come from anywhere: nothing is built from numbers that no memory could hold.
    private static void AtMost(string key, int value, int most)
    {
        if (value > most) throw new ArgumentException($"{key}: at most {most} is expected, {value} was given.");
    }

    private static void AtLeast(string key, int value, int least)
    {
        if (value < least) throw new ArgumentException($"{key}: at least {least} is expected, {value} was given.");
    }
}

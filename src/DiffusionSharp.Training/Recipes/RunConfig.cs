using System.Globalization;
using System.Text.Json.Serialization;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Recipes;

/// <summary>Everything that determines a run: the same configuration, data and seed give the same bytes.</summary>
/// <param name="Data">The source, as on the command line.</param>
/// <param name="Preset">The recipe it started from; a name for people, read by nothing.</param>
/// <param name="UNet">The network for pictures; exactly one network is given.</param>
/// <param name="Mlp">The network for vectors.</param>
/// <param name="Schedule">α and σ.</param>
/// <param name="Prediction">What the network learns to give.</param>
/// <param name="Weighting">How noise levels count in the loss.</param>
/// <param name="Steps">Optimizer steps, at least 1.</param>
/// <param name="Batch">Samples a step, at least 1.</param>
/// <param name="Seed">Of everything random.</param>
/// <param name="Optimizer">Adam or AdamW, and clipping.</param>
/// <param name="RateCurve">How the learning rate moves after its warm-up, over all steps of the run.</param>
/// <param name="WarmupSteps">Steps in which the learning rate rises from 0.</param>
/// <param name="Ema">The average of the weights that sampling uses.</param>
/// <param name="Flip">Whether pictures are mirrored left to right at random.</param>
/// <param name="Size">Pictures are resized and centre-cropped to this side; null keeps theirs.</param>
/// <param name="Channels">Pictures of a folder are converted to this many channels, 1 to 4; null keeps theirs, which must then agree.</param>
/// <param name="LogEvery">Steps between lines of metrics.</param>
/// <param name="SampleEvery">Steps between sheets of samples; 0 gives only the last.</param>
/// <param name="SampleCount">Samples on a sheet.</param>
/// <param name="SampleSteps">DDIM steps of a sheet; where levels of σ are trained, how many of them annealed Langevin dynamics walks, at most all.</param>
/// <param name="CheckpointEvery">Steps between checkpoints; the last step always has one.</param>
/// <param name="KeepCheckpoints">How many of the newest stay, at least 1.</param>
/// <param name="Precision">What kernels may trade for speed; it changes bits, so a run keeps it.</param>
/// <param name="Gamma">γ of the weighting: min-SNR's cap, 5 where null, or P2's exponent, 1 where null.</param>
/// <param name="Levels">How noise levels are drawn; null: evenly in time.</param>
/// <param name="Preconditioning">Scales around the network; null: none.</param>
/// <param name="LearnedVariance">How the variance of reverse steps is learned beside their mean; null: it is not.</param>
/// <param name="Conditioning">The classes that are trained, with how many labels dropped; null: the model is unconditional.</param>
/// <param name="Accumulate">Equal parts in which the batch of a step is computed, one after another, to need less memory; at least 1, divides <paramref name="Batch"/>.</param>
/// <param name="MoreEma">Averages of the weights beside <paramref name="Ema"/>, by name (a-z, 0-9 and -); null: none.</param>
/// <param name="Storage">Type of the weights in a checkpoint's files for sampling; training goes on from float32 whatever it is.</param>
/// <param name="OwnNetwork">The samples of a network that is a function of the program that trains: <see cref="Network"/>.</param>
/// <param name="From">Where the first weights came from, a text for people; null: they were drawn.</param>
public sealed record RunConfig(
    string Data,
    string Preset,
    UNet2DOptions? UNet = null,
    MlpOptions? Mlp = null,
    ScheduleConfig? Schedule = null,
    Prediction Prediction = Prediction.Noise,
    LossWeighting Weighting = LossWeighting.Simple,
    int Steps = 1000,
    int Batch = 64,
    ulong Seed = 0,
    AdamOptions? Optimizer = null,
    RateCurve RateCurve = RateCurve.Constant,
    int WarmupSteps = 0,
    EmaOptions? Ema = null,
    bool Flip = false,
    int? Size = null,
    int? Channels = null,
    int LogEvery = 10,
    int SampleEvery = 0,
    int SampleCount = 64,
    int SampleSteps = 50,
    int CheckpointEvery = 500,
    int KeepCheckpoints = 2,
    Precision Precision = Precision.Fast,
    double? Gamma = null,
    LevelConfig? Levels = null,
    PreconditioningConfig? Preconditioning = null,
    LearnedVarianceConfig? LearnedVariance = null,
    ConditioningConfig? Conditioning = null,
    int Accumulate = 1,
    IReadOnlyDictionary<string, EmaOptions>? MoreEma = null,
    WeightStorage Storage = WeightStorage.Float32,
    OwnNetworkConfig? OwnNetwork = null,
    string? From = null)
{
    // Deeper nesting is no data of ours; more values are no sample.
    private const int MostAxes = 4, LargestSample = 1 << 28;

    /// <summary>The network of <see cref="OwnNetwork"/>: a function of the program, which no file holds; null where the network is another, or was not given.</summary>
    [JsonIgnore]
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
    public IReadOnlyList<(string Name, EmaOptions Options)> MoreEmaInOrder() => [.. (MoreEma ?? new Dictionary<string, EmaOptions>()).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => (e.Key, e.Value))];

    /// <summary>Samples of a part of a step: of all of it, where it is computed in one.</summary>
    public int PartSize() => Batch / Accumulate;

    /// <summary>The update of a step.</summary>
    public AdamUpdate Update() => OptimizerOrDefault().ToUpdate() with { Parts = Accumulate, MoreAverages = MoreEma?.Count ?? 0 };

    /// <summary>What multiplies the learning rate at each step.</summary>
    public LearningRateSchedule LearningRate() => new(RateCurve, WarmupSteps, Steps);

    /// <summary>A run of another length: the warm-up shrinks to at most a tenth of it.</summary>
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
        if (!((float)level.Sigma > 0)) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"TimeInput: the network divides its output by σ and was asked at σ = {level.Sigma}, where there is no score; end above clean data."));
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
        if (Batch % Accumulate != 0) throw new ArgumentException($"accumulate: the {Batch} samples of a batch do not divide into {Accumulate} equal parts; choose a divisor of {Batch}, or another batch.");
        foreach (var width in UNet?.Channels ?? []) AtMost("uNet.channels", width, 65_536);
        AtMost("uNet.sampleSize", UNet?.SampleSize ?? 0, 16_384);
        AtMost("mlp.width", Mlp?.Width ?? 0, 65_536);
        AtLeast("warmupSteps", WarmupSteps, 0);
        if (new object?[] { UNet, Mlp, OwnNetwork }.Count(n => n is not null) != 1) throw new ArgumentException("config: exactly one of 'uNet', 'mlp' and 'ownNetwork' is needed.");
        if (Network is not null && OwnNetwork is null) throw new ArgumentException($"Network: a function is given beside {(UNet is null ? "'mlp'" : "'uNet'")}; leave that out and give 'ownNetwork' with the shape of a sample, or leave out the function.");
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
        if (!schedule.HasNoiseLevels && SampleSteps > schedule.TrainedLevels) throw new ArgumentException($"sampleSteps: at most the {schedule.TrainedLevels} levels of the schedule, not {SampleSteps}.");
        return this;
    }

    private void CheckOwnNetwork()
    {
        if (OwnNetwork is not { SampleShape: var shape }) return;
        if (shape.Count is < 1 or > MostAxes) throw new ArgumentException($"ownNetwork.sampleShape: 1 to {MostAxes} dimensions are expected, such as [2] or [32, 32, 3], {shape.Count} were given.");
        if (shape.Any(d => d < 1) || shape.Aggregate(1.0, (count, d) => count * d) > LargestSample)
            throw new ArgumentException($"ownNetwork.sampleShape: dimensions of at least 1 and at most {LargestSample} values in all are expected, [{string.Join(", ", shape)}] was given.");
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

using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;

namespace DiffusionSharp.Training.Recipes;

/// <content>What a file calls by one word: the members of the groups, for those who read or change one.</content>
public sealed partial record RunConfig
{
    /// <summary>The source, as on the command line.</summary>
    public string Data
    {
        get => Dataset.Source;
        init => Dataset = Dataset with { Source = value };
    }

    /// <summary>The network for pictures; exactly one network is given.</summary>
    public UNet2DOptions? UNet
    {
        get => Architecture.UNet;
        init => Architecture = Architecture with { UNet = value };
    }

    /// <summary>The network for vectors.</summary>
    public MlpOptions? Mlp
    {
        get => Architecture.Mlp;
        init => Architecture = Architecture with { Mlp = value };
    }

    /// <summary>α and σ.</summary>
    public ScheduleConfig? Schedule
    {
        get => Objective.Schedule;
        init => Objective = Objective with { Schedule = value };
    }

    /// <summary>What the network learns to give.</summary>
    public Prediction Prediction
    {
        get => Objective.Prediction;
        init => Objective = Objective with { Prediction = value };
    }

    /// <summary>How noise levels count in the loss.</summary>
    public LossWeighting Weighting
    {
        get => Objective.Weighting;
        init => Objective = Objective with { Weighting = value };
    }

    /// <summary>Optimizer steps, at least 1.</summary>
    public int Steps
    {
        get => Optimization.Steps;
        init => Optimization = Optimization with { Steps = value };
    }

    /// <summary>Samples a step, at least 1.</summary>
    public int Batch
    {
        get => Optimization.Batch;
        init => Optimization = Optimization with { Batch = value };
    }

    /// <summary>Adam or AdamW, and clipping.</summary>
    public AdamOptions? Optimizer
    {
        get => Optimization.Optimizer;
        init => Optimization = Optimization with { Optimizer = value };
    }

    /// <summary>How the learning rate moves after its warm-up, over all steps of the run.</summary>
    public RateCurve RateCurve
    {
        get => Optimization.RateCurve;
        init => Optimization = Optimization with { RateCurve = value };
    }

    /// <summary>Steps in which the learning rate rises from 0.</summary>
    public int WarmupSteps
    {
        get => Optimization.WarmupSteps;
        init => Optimization = Optimization with { WarmupSteps = value };
    }

    /// <summary>The average of the weights that sampling uses.</summary>
    public EmaOptions? Ema
    {
        get => Averages.Ema;
        init => Averages = Averages with { Ema = value };
    }

    /// <summary>Whether pictures are mirrored left to right at random.</summary>
    public bool Flip
    {
        get => Dataset.Flip;
        init => Dataset = Dataset with { Flip = value };
    }

    /// <summary>Pictures are resized and centre-cropped to this side; null keeps theirs.</summary>
    public int? Size
    {
        get => Dataset.Size;
        init => Dataset = Dataset with { Size = value };
    }

    /// <summary>Pictures of a folder are converted to this many channels, 1 to 4; null keeps theirs, which must then agree.</summary>
    public int? Channels
    {
        get => Dataset.Channels;
        init => Dataset = Dataset with { Channels = value };
    }

    /// <summary>Steps between lines of metrics.</summary>
    public int LogEvery
    {
        get => Output.LogEvery;
        init => Output = Output with { LogEvery = value };
    }

    /// <summary>Steps between sheets of samples; 0 gives only the last.</summary>
    public int SampleEvery
    {
        get => Output.SampleEvery;
        init => Output = Output with { SampleEvery = value };
    }

    /// <summary>Samples on a sheet.</summary>
    public int SampleCount
    {
        get => Output.SampleCount;
        init => Output = Output with { SampleCount = value };
    }

    /// <summary>DDIM steps of a sheet; where levels of σ are trained, how many of them annealed Langevin dynamics walks, at most all.</summary>
    public int SampleSteps
    {
        get => Output.SampleSteps;
        init => Output = Output with { SampleSteps = value };
    }

    /// <summary>Steps between checkpoints; the last step always has one.</summary>
    public int CheckpointEvery
    {
        get => Output.CheckpointEvery;
        init => Output = Output with { CheckpointEvery = value };
    }

    /// <summary>How many of the newest stay, at least 1.</summary>
    public int KeepCheckpoints
    {
        get => Output.KeepCheckpoints;
        init => Output = Output with { KeepCheckpoints = value };
    }

    /// <summary>What kernels may trade for speed; it changes bits, so a run keeps it.</summary>
    public Precision Precision
    {
        get => Optimization.Precision;
        init => Optimization = Optimization with { Precision = value };
    }

    /// <summary>γ of the weighting: min-SNR's cap, 5 where null, or P2's exponent, 1 where null.</summary>
    public double? Gamma
    {
        get => Objective.Gamma;
        init => Objective = Objective with { Gamma = value };
    }

    /// <summary>How noise levels are drawn; null: evenly in time.</summary>
    public LevelConfig? Levels
    {
        get => Objective.Levels;
        init => Objective = Objective with { Levels = value };
    }

    /// <summary>Scales around the network; null: none.</summary>
    public PreconditioningConfig? Preconditioning
    {
        get => Objective.Preconditioning;
        init => Objective = Objective with { Preconditioning = value };
    }

    /// <summary>How the variance of reverse steps is learned beside their mean; null: it is not.</summary>
    public LearnedVarianceConfig? LearnedVariance
    {
        get => Objective.LearnedVariance;
        init => Objective = Objective with { LearnedVariance = value };
    }

    /// <summary>The classes that are trained, with how many labels dropped; null: the model is unconditional.</summary>
    public ConditioningConfig? Conditioning
    {
        get => Dataset.Conditioning;
        init => Dataset = Dataset with { Conditioning = value };
    }

    /// <summary>
    /// Equal parts in which the batch of a step is computed, one after another, to need less memory; at least 1, divides <see cref="Batch"/>.
    /// </summary>
    public int Accumulate
    {
        get => Optimization.Accumulate;
        init => Optimization = Optimization with { Accumulate = value };
    }

    /// <summary>Averages of the weights beside <see cref="Ema"/>, by name (a-z, 0-9 and -); null: none.</summary>
    public IReadOnlyDictionary<string, EmaOptions>? MoreEma
    {
        get => Averages.MoreEma;
        init => Averages = Averages with { MoreEma = value };
    }

    /// <summary>Type of the weights in a checkpoint's files for sampling; training goes on from float32 whatever it is.</summary>
    public WeightStorage Storage
    {
        get => Output.Storage;
        init => Output = Output with { Storage = value };
    }

    /// <summary>The samples of a network that is a function of the program that trains: <see cref="Network"/>.</summary>
    public OwnNetworkConfig? OwnNetwork
    {
        get => Architecture.OwnNetwork;
        init => Architecture = Architecture with { OwnNetwork = value };
    }
}

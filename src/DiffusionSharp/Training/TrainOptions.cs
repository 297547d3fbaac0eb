using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp;

/// <summary>How a model is trained; null leaves a choice to the recipe, and the recipe to the data.</summary>
public sealed record TrainOptions
{
    /// <summary>The recipe, one of <see cref="Presets.All"/>; <c>Presets.Find("mnist")</c>. Null: by the shape of the samples.</summary>
    public Preset? Preset { get; init; }

    /// <summary>A configuration in place of a recipe, such as that of another run.</summary>
    public RunConfig? Config { get; init; }

    /// <summary>
    /// A network of the caller's own in place of the recipe's: nodes in, the prediction out. It is not written to the run and must be given again to
    /// resume or open it.
    /// </summary>
    public NetworkFunction? Network { get; init; }

    /// <summary>Samples a step.</summary>
    public int? Batch { get; init; }

    /// <summary>Of the first weights, the order of the data and all noise.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Learning rate before its schedule, above 0.</summary>
    public double? Rate { get; init; }

    /// <summary>How the learning rate moves after its warm-up; where a run is lengthened, how it moves from there.</summary>
    public RateCurve? RateCurve { get; init; }

    /// <summary>What the network learns to give.</summary>
    public Prediction? Prediction { get; init; }

    /// <summary>
    /// How noise grows with time: a kind (<c>ScheduleConfig.Cosine</c>), or a schedule of the caller's own (<c>DiscreteSchedule.FromBetas(…)</c>,
    /// <c>new EdmSchedule(sigmaMax: 40)</c>).
    /// </summary>
    public ScheduleConfig? Schedule { get; init; }

    /// <summary>What kernels may trade for speed; part of the run, since it changes bits.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Learn the class of each sample too, for <see cref="SampleOptions.Class"/> and guidance; for sources that have labels.</summary>
    public bool Conditional { get; init; }

    /// <summary>Chance in [0, 1) that a label is dropped, so that the model also learns without. Null: 0.1.</summary>
    public double? LabelDropout { get; init; }

    /// <summary>Equal parts in which the batch of a step is computed, one after another: as many times less memory, the same step but for rounding.</summary>
    public int? Accumulate { get; init; }

    /// <summary>Steps after which a weight's share in the average has halved, with EDM's ramp-up of 0.05.</summary>
    public double? EmaHalfLife { get; init; }

    /// <summary>Type of the weights in the files that are sampled; training goes on from float32.</summary>
    public WeightStorage? Storage { get; init; }

    /// <summary>A model whose weights the run begins with, of the same network. Null: begins with random weights.</summary>
    public DiffusionModel? From { get; init; }

    /// <summary>
    /// What to do where the folder holds a run. Null: go on with it where its configuration is this one, longer at most, and refuse it
    /// otherwise, so that the same program run twice trains once. True: go on, and take from it what is not said here. False: refuse.
    /// </summary>
    public bool? Resume { get; init; }

    /// <summary>Threads to compute with; results do not depend on it. Null: as many as the machine has processors.</summary>
    public int? Threads { get; init; }

    /// <summary>The clock of rates and times left; null: the system's.</summary>
    public TimeProvider? Clock { get; init; }
}

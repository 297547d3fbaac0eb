using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Guidance;
using DiffusionSharp.Networks;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Models;

/// <summary>A configuration and its trained weights: what samples are drawn from.</summary>
public sealed class TrainedModel
{
    private readonly NetworkBlueprint blueprint;

    /// <summary>Joins a configuration and weights.</summary>
    /// <param name="config">The run's.</param>
    /// <param name="weights">Weights of its network.</param>
    /// <param name="step">Steps they were trained for.</param>
    /// <param name="name">Which weights of the run they are, a name of <see cref="ModelWeights"/>.</param>
    public TrainedModel(RunConfig config, ParameterBuffer weights, int step, string name = ModelWeights.Average)
    {
        (Config, Weights, Step, WeightsName) = (config, weights, step, name);
        blueprint = new NetworkBlueprint(config, config.SampleShape());
        Schedule = config.ScheduleOrDefault().Create();
    }

    /// <summary>How it was trained.</summary>
    public RunConfig Config { get; }

    /// <summary>The weights.</summary>
    public ParameterBuffer Weights { get; }

    /// <summary>Steps it was trained for.</summary>
    public int Step { get; }

    /// <summary>α and σ.</summary>
    public Schedule Schedule { get; }

    /// <summary>The shape of one sample: [H, W, C] or [D].</summary>
    public Shape SampleShape => blueprint.SampleShape;

    /// <summary>Whether samples are pictures.</summary>
    public bool IsPictures => SampleShape.Rank == 3;

    /// <summary>Which weights of its run they are, a name of <see cref="ModelWeights"/>.</summary>
    public string WeightsName { get; }

    /// <summary>Loads a run's newest checkpoint, a checkpoint of a run, or a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The folder of a run, or of one of its checkpoints; or the file.</param>
    /// <param name="name">
    /// Which weights, a name of <see cref="ModelWeights"/>: the average, as sampling should, the weights themselves, or a further average.
    /// Null: the average of a run, and what a file holds.
    /// </param>
    /// <param name="network">The network where the run's is a function of the program that trained it; null where it is not.</param>
    /// <exception cref="DataException">There is no run, no checkpoint yet, a file is damaged or holds other weights, or the network's function is needed.</exception>
    /// <exception cref="ArgumentException">The run has no weights of this name, or a function is given for a network that is none.</exception>
    public static TrainedModel Load(string path, string? name = null, NetworkFunction? network = null)
    {
        if (File.Exists(path)) return ModelFile.Read(path, name, network);
        var folder = new RunFolder(path);
        string checkpoint;
        if (folder.Exists)
        {
            var steps = folder.CheckpointSteps();
            if (steps.Count == 0) throw new DataException($"{path}: the run has no checkpoint yet; it writes one every {folder.ReadConfig().CheckpointEvery} steps and at its end.");
            checkpoint = folder.CheckpointFolder(steps[^1]);
        }
        else
        {
            checkpoint = folder.Path;
            if (!File.Exists(Path.Combine(checkpoint, "state.json"))) throw new DataException(Directory.Exists(path) ? $"{path}: neither a run (config.json) nor a checkpoint (state.json) is here." : $"{path}: there is no such file or folder.");
            folder = new RunFolder(Path.Combine(checkpoint, "..", ".."));
        }

        name ??= ModelWeights.Average;
        var config = OwnNetwork.Given(folder.ReadConfig(), network, path);
        ModelWeights.Require(config, name);
        var weights = new ParameterBuffer(new NetworkBlueprint(config, config.SampleShape()).Layout());
        Checkpoint.ReadWeights(checkpoint, name, weights);
        return new TrainedModel(config, weights, Checkpoint.ReadState(checkpoint).Step, name);
    }

    /// <summary>Whether a safetensors file is one that <see cref="Save"/> wrote, weights with their configuration; it may be damaged all the same.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">It is missing, or no safetensors file.</exception>
    public static bool IsFile(string path) => ModelFile.IsModel(path);

    /// <summary>Writes the model as one file that <see cref="Load"/> reads: weights in float32 and, in the file's metadata, its configuration without this machine's paths.</summary>
    /// <param name="path">The file to make or to replace, whole or not at all; the same model gives the same bytes.</param>
    /// <exception cref="InvalidOperationException">A weight is not a finite number.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => ModelFile.Write(path, this);

    /// <summary>The same model, computed with another precision than its run was.</summary>
    public TrainedModel With(Precision precision) => new(Config with { Precision = precision }, Weights, Step, WeightsName);

    /// <summary>Compiles the network and gives it its meaning; pictures are clipped to [−1, 1].</summary>
    /// <param name="batch">Samples at a time.</param>
    /// <param name="parallelism">The threads.</param>
    /// <exception cref="InvalidOperationException">The model knows nothing without a class: all of its labels were kept in training.</exception>
    public Denoiser Denoiser(int batch, Parallelism parallelism) => Denoiser(Network(batch, parallelism));

    /// <summary>Gives a compiled network its meaning, for samples of given classes; pictures are clipped to [−1, 1].</summary>
    /// <param name="network">Of <see cref="Network(int, Parallelism)"/>.</param>
    /// <param name="labels">The class of each sample of the batches to come; null for none, whatever the model was trained with.</param>
    /// <param name="guidance">How far past the conditional estimate; null is that estimate itself, as is weight 1.</param>
    /// <remarks>
    /// With guidance the network is asked twice, with the classes and without, one after the other in the same compiled program: twice the
    /// time, no more memory. What is clipped is the guided estimate, not the two that it is made of.
    /// </remarks>
    /// <exception cref="ArgumentException">Classes are given to a model without them, or guidance without classes.</exception>
    /// <exception cref="InvalidOperationException">The model knows nothing without a class: all of its labels were kept in training.</exception>
    public Denoiser Denoiser(BoundNetwork network, IReadOnlyList<int>? labels = null, GuidanceOptions? guidance = null)
    {
        if (labels is not null && Config.Conditioning is null) throw new ArgumentException("Denoiser: classes were given to a model that was trained without them.", nameof(labels));
        if (guidance is not null && labels is null) throw new ArgumentException("Denoiser: guidance goes towards a class; give the class of each sample.", nameof(guidance));
        if ((labels is null || guidance is not (null or { Weight: 1 })) && Config.Conditioning is { LabelDropout: 0 })
            throw new InvalidOperationException("Denoiser: the model was trained with every label kept, and knows nothing without a class; give classes and no guidance, or train with labels dropped.");

        // w = 0 that acts everywhere is the model without a class: one call instead of two.
        var unconditional = guidance is { Weight: 0, Rescale: 0, Interval: null };
        Denoiser denoiser = Bare(network, unconditional ? null : labels);
        if (!unconditional && guidance is { Weight: not 1 } g) denoiser = new ClassifierFreeGuidance(denoiser, Bare(network, null), g.Weight, g.Rescale, g.Interval);
        return IsPictures ? new ClippedDenoiser(denoiser) : denoiser;
    }

    /// <summary>The compiled network alone.</summary>
    /// <param name="batch">Samples at a time.</param>
    /// <param name="parallelism">The threads.</param>
    public BoundNetwork Network(int batch, Parallelism parallelism) => new(blueprint, Weights, batch, parallelism);

    private NetworkDenoiser Bare(BoundNetwork network, IReadOnlyList<int>? labels)
    {
        Func<NoiseLevel, double> timeInput = Config.TimeInput;
        return Config.Preconditioning is { } scales
            ? new NetworkDenoiser(network, scales.Create(), timeInput, labels, blueprint.LearnsVariance)
            : new NetworkDenoiser(network, Config.Prediction, timeInput, labels, blueprint.LearnsVariance);
    }
}

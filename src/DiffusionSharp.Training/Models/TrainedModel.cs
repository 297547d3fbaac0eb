using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Guidance;
using DiffusionSharp.Networks;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;

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

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Which weights it is to hold, a name of <see cref="ModelWeights"/>; null: whichever it holds.</param>
    /// <param name="network">The network where the model's is a function of the program that trained it; null where it is not.</param>
    /// <exception cref="DataException">It is missing, damaged, holds other weights, or the network's function is needed.</exception>
    /// <exception cref="ArgumentException">A function is given for a network that is none.</exception>
    public static TrainedModel ReadFile(string path, string? name = null, NetworkFunction? network = null) => ModelFile.Read(path, name, network);

    /// <summary>Whether a safetensors file is one that <see cref="Save"/> wrote, weights with their configuration; it may be damaged all the same.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">It is missing, or no safetensors file.</exception>
    public static bool IsFile(string path) => ModelFile.IsModel(path);

    /// <summary>
    /// Writes the model as one file that <see cref="ReadFile"/> reads: weights in float32 and, in the file's metadata, its configuration without this
    /// machine's paths.
    /// </summary>
    /// <param name="path">The file to make or to replace, whole or not at all; the same model gives the same bytes.</param>
    /// <exception cref="InvalidOperationException">A weight is not a finite number.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => ModelFile.Write(path, this);

    /// <summary>The same model, computed with another precision than its run was.</summary>
    /// <param name="precision">What kernels may trade for speed.</param>
    public TrainedModel With(Precision precision) => new(Config with { Precision = precision }, Weights, Step, WeightsName);

    /// <summary>Compiles the network and gives it its meaning; pictures are clipped to [−1, 1].</summary>
    /// <param name="batch">Samples at a time.</param>
    /// <param name="executor">The machine.</param>
    /// <exception cref="InvalidOperationException">The model knows nothing without a class: all of its labels were kept in training.</exception>
    public Denoiser Denoiser(int batch, Executor executor) => Denoiser(Network(batch, executor));

    /// <summary>Gives a compiled network its meaning, for samples of given classes; pictures are clipped to [−1, 1].</summary>
    /// <param name="network">Of <see cref="Network(int, Executor)"/>.</param>
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
        if (labels is not null && Config.Conditioning is null)
            throw new ArgumentException("Denoiser: classes were given to a model that was trained without them.", nameof(labels));
        if (guidance is not null && labels is null)
            throw new ArgumentException("Denoiser: guidance goes towards a class; give the class of each sample.", nameof(guidance));
        if ((labels is null || guidance is not (null or { Weight: 1 })) && Config.Conditioning is { LabelDropout: 0 })
            throw new InvalidOperationException(
                "Denoiser: the model was trained with every label kept, and knows nothing without a class; "
                + "give classes and no guidance, or train with labels dropped.");

        // w = 0 that acts everywhere is the model without a class: one call instead of two.
        var unconditional = guidance is { Weight: 0, Rescale: 0, Interval: null };
        Denoiser denoiser = Bare(network, unconditional ? null : labels);
        if (!unconditional && guidance is { Weight: not 1 } g)
            denoiser = new ClassifierFreeGuidance(denoiser, Bare(network, null), g.Weight, g.Rescale, g.Interval);
        return IsPictures ? new ClippedDenoiser(denoiser) : denoiser;
    }

    /// <summary>The compiled network alone.</summary>
    /// <param name="batch">Samples at a time.</param>
    /// <param name="executor">The machine.</param>
    public BoundNetwork Network(int batch, Executor executor) => new(blueprint, Weights, batch, executor);

    private NetworkDenoiser Bare(BoundNetwork network, IReadOnlyList<int>? labels)
    {
        double TimeInput(NoiseLevel level) => Config.TimeInput(Schedule, level);
        return Config.Preconditioning is { } scales
            ? new NetworkDenoiser(network, scales.Create(), TimeInput, labels, blueprint.LearnsVariance)
            : new NetworkDenoiser(network, Config.Prediction, TimeInput, labels, blueprint.LearnsVariance);
    }
}

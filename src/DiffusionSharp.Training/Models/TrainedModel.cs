using DiffusionSharp.Data;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
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
    public TrainedModel(RunConfig config, ParameterBuffer weights, int step)
    {
        (Config, Weights, Step) = (config, weights, step);
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

    /// <summary>Loads a run's newest checkpoint, or a checkpoint of a run.</summary>
    /// <param name="path">The folder of a run, or of one of its checkpoints.</param>
    /// <param name="average">Whether to take the average of the weights, as sampling should, or the weights themselves.</param>
    /// <exception cref="DataException">There is no run, no checkpoint yet, or a file is damaged.</exception>
    public static TrainedModel Load(string path, bool average = true)
    {
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
            if (!File.Exists(Path.Combine(checkpoint, "state.json"))) throw new DataException(Directory.Exists(path) ? $"{path}: neither a run (config.json) nor a checkpoint (state.json) is here." : $"{path}: there is no such folder.");
            folder = new RunFolder(Path.Combine(checkpoint, "..", ".."));
        }

        var config = folder.ReadConfig();
        var weights = new ParameterBuffer(new NetworkBlueprint(config, config.SampleShape()).Layout());
        Checkpoint.ReadWeights(checkpoint, average, weights);
        return new TrainedModel(config, weights, Checkpoint.ReadState(checkpoint).Step);
    }

    /// <summary>The same model, computed with another precision than its run was.</summary>
    public TrainedModel With(Precision precision) => new(Config with { Precision = precision }, Weights, Step);

    /// <summary>Compiles the network and gives it its meaning; pictures are clipped to [−1, 1].</summary>
    /// <param name="batch">Samples at a time.</param>
    /// <param name="parallelism">The threads.</param>
    public Denoiser Denoiser(int batch, Parallelism parallelism) => Denoiser(Network(batch, parallelism));

    /// <summary>Gives a compiled network its meaning; pictures are clipped to [−1, 1].</summary>
    /// <param name="network">Of <see cref="Network(int, Parallelism)"/>.</param>
    public Denoiser Denoiser(BoundNetwork network)
    {
        Func<NoiseLevel, double> timeInput = Config.ScheduleOrDefault().TimeInput;
        var denoiser = Config.Preconditioning is { } scales
            ? new NetworkDenoiser(network, scales.Create(), timeInput, learnedVariance: blueprint.LearnsVariance)
            : new NetworkDenoiser(network, Config.Prediction, timeInput, learnedVariance: blueprint.LearnsVariance);
        return IsPictures ? new ClippedDenoiser(denoiser) : denoiser;
    }

    /// <summary>The compiled network alone.</summary>
    /// <param name="batch">Samples at a time.</param>
    /// <param name="parallelism">The threads.</param>
    public BoundNetwork Network(int batch, Parallelism parallelism) => new(blueprint, Weights, batch, parallelism);
}

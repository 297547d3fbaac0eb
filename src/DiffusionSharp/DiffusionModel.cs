using DiffusionSharp.Denoisers;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp;

/// <summary>A denoiser with its schedule, the shape of its samples, and its usual grid and sampler: one object to train, open, sample and measure.</summary>
/// <remarks>
/// <code>
/// var data  = DataSource.Open("photos", size: 64);
/// var model = DiffusionModel.Train(data, "runs/photos", steps: 20_000);
/// model.Sample(64, seed: 1).Save("photos.png");
/// </code>
/// A model may be used from many threads at once; calls share the machine loop by loop. There is nothing to dispose of.
/// </remarks>
public sealed partial class DiffusionModel
{
    private readonly TrainedModel? trained;
    private readonly Denoiser? own;
    private readonly NetworkPool? networks;

    /// <summary>A model of a denoiser of the caller's own: a closed form, or any class that estimates E[x₀ | x_t].</summary>
    /// <param name="denoiser">The estimate of the data, for samples of <paramref name="sampleShape"/>.</param>
    /// <param name="schedule">α and σ at every time.</param>
    /// <param name="sampleShape">The shape of one sample: [H, W, C], values in [−1, 1], for pictures; [D] for vectors.</param>
    /// <exception cref="ArgumentException">The shape is neither.</exception>
    public DiffusionModel(Denoiser denoiser, Schedule schedule, Shape sampleShape)
    {
        if (sampleShape.Rank is not (1 or 3) || sampleShape.Count == 0)
            throw new ArgumentException($"DiffusionModel: the shape of one sample is [H, W, C] or [D], {sampleShape} was given.", nameof(sampleShape));
        (own, Schedule, SampleShape, Machine) = (denoiser, schedule, sampleShape, Executors.Cpu(Pools.Of(null)));
    }

    internal DiffusionModel(TrainedModel trained, Executor machine)
    {
        (this.trained, Schedule, SampleShape, Machine) = (trained, trained.Schedule, trained.SampleShape, machine);
        networks = new NetworkPool(trained, machine);
    }

    /// <summary>α and σ at every time.</summary>
    public Schedule Schedule { get; }

    /// <summary>The shape of one sample: [H, W, C] or [D].</summary>
    public Shape SampleShape { get; }

    /// <summary>Whether samples are pictures: [H, W, C] with values in [−1, 1].</summary>
    public bool IsPictures => SampleShape.Rank == 3;

    /// <summary>Whether a trained network estimates; false for a denoiser of the caller's own.</summary>
    public bool IsTrained => trained is not null;

    /// <summary>How it was trained; null for a denoiser of the caller's own.</summary>
    public RunConfig? Config => trained?.Config;

    /// <summary>Steps it was trained for; 0 for a denoiser of the caller's own.</summary>
    public int TrainedSteps => trained?.Step ?? 0;

    /// <summary>The names of the classes by number; empty where it was trained without.</summary>
    public IReadOnlyList<string> ClassNames => Conditioning is { } c ? [.. Enumerable.Range(0, c.Classes).Select(c.NameOf)] : [];

    /// <summary>What its data was asked for when it was opened for training: size, channels, labels; nothing for a denoiser of the caller's own.</summary>
    public DataSourceOptions DataOptions => new(Config?.Size, Config?.Channels, Labels: Conditioning?.Labels);

    internal ConditioningConfig? Conditioning => Config?.Conditioning;

    internal TrainedModel? Trained => trained;

    internal Executor Machine { get; }

    /// <summary>Samples at a time where nothing is said: memory grows with it, results do not depend on it.</summary>
    internal int UsualBatch => SamplingJob.UsualBatch(SampleShape);

    /// <summary>The number of trained noise levels; null where time is continuous.</summary>
    internal int? Levels => Schedule.TrainedLevels;

    /// <summary>Whether levels of σ were trained, which annealed Langevin dynamics walks.</summary>
    internal bool HasNoiseLevels => Schedule.HasNoiseLevels;

    /// <summary>The time of the least noise that was trained.</summary>
    internal double EarliestTime => Schedule.LeastNoiseTime;

    /// <summary>The time of the most noise that was trained, where sampling starts.</summary>
    internal double LatestTime => Schedule.StartTime;

    /// <summary>Opens a trained model.</summary>
    /// <param name="path">The folder of a run (its newest checkpoint), the folder of one of its checkpoints, or one file that <see cref="Save"/> wrote.</param>
    /// <param name="options">Which weights, precision, threads; null: the average of a run, as trained, all.</param>
    /// <exception cref="DataException">There is no model, or a file is damaged; the message says which and what to do.</exception>
    /// <exception cref="OptionException">The run has no such weights; the message names those that it has.</exception>
    /// <exception cref="ArgumentException">A network is given for a run that has one of its own.</exception>
    public static DiffusionModel Open(string path, OpenOptions? options = null)
    {
        options ??= new OpenOptions();
        var trained = Load(path, options);
        return new DiffusionModel(options.Precision is { } precision ? trained.With(precision) : trained, Executors.Cpu(Pools.Of(options.Threads)));
    }

    /// <summary>Opens a trained model on another thread: <see cref="Open"/>.</summary>
    /// <inheritdoc cref="Open"/>
    public static Task<DiffusionModel> OpenAsync(string path, OpenOptions? options = null) => Task.Run(() => Open(path, options));

    /// <summary>
    /// Writes the model as one file, weights with their configuration, that <see cref="Open"/> and every command take: what one ships in a program.
    /// </summary>
    /// <param name="path">A <c>.safetensors</c> file; replaced whole or not at all. It holds no path of this machine.</param>
    /// <exception cref="InvalidOperationException">The denoiser is the caller's own, which no file holds.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) =>
        (trained
            ?? throw new InvalidOperationException(
                "DiffusionModel.Save: the denoiser is the caller's own, and no file holds it; a trained model is saved.")).Save(path);

    // The names of weights are lower case throughout.
    private static TrainedModel Load(string path, OpenOptions options)
    {
        try
        {
            return SavedModel.Load(path, options.Weights?.ToLowerInvariant(), options.Network);
        }
        catch (UnknownWeightsException error)
        {
            throw new OptionException($"{{Weights}}: {error.Reason}");
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var shape = IsPictures ? $"pictures of {SampleShape[0]}×{SampleShape[1]}×{SampleShape[2]}" : $"vectors of {SampleShape.Count} values";
        return IsTrained
            ? FormattableString.Invariant(
                $"{shape}, {ClassNames.Count switch { 0 => "no classes", var n => $"{n} classes" }}, trained for {TrainedSteps:#,0} steps on {Config!.Data}")
            : $"{shape} by {own!.GetType().Name} on {Schedule.GetType().Name}";
    }
}

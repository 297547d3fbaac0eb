using System.Text.Json;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Graphs;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Objectives;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Runs;

/// <summary>All that a run needs to go on: weights, their average, the optimizer's moments, and where it stood.</summary>
/// <remarks>
/// Written whole or not at all: into a folder beside the checkpoints, every file flushed to the disk, then the folder renamed. A stop at any
/// instant leaves the checkpoints before it untouched. Where weights are stored in 16 bits, <c>weights.safetensors</c> and the averages are for
/// sampling and handing on, but for what is never trained, and <c>training.safetensors</c> holds the float32 values that training goes on from.
/// </remarks>
public static class Checkpoint
{
    private const string Training = "training.safetensors";
    private const string Optimizer = "optimizer.safetensors";
    private const string History = "levels.safetensors";
    private const string State = "state.json";

    /// <summary>Writes a checkpoint, then removes all but the newest.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="config">The run's: how many checkpoints stay, its averages, and how weights are stored.</param>
    /// <param name="weights">Those of the last step, float32.</param>
    /// <param name="training">The moments and the averages.</param>
    /// <param name="state">Where the run stands.</param>
    /// <param name="history">The losses that importance sampling draws levels by; null where it is not used.</param>
    /// <param name="watch">Told how many files of how many are written, 0 first; null where nobody watches.</param>
    /// <exception cref="IOException">The disk is full, or the like; older checkpoints are untouched.</exception>
    public static void Write(
        RunFolder folder,
        RunConfig config,
        ParameterBuffer weights,
        TrainingState training,
        CheckpointState state,
        LossHistory? history = null,
        Action<int,
        int>? watch = null)
    {
        var final = folder.CheckpointFolder(state.Step);
        var partial = final + RunFolder.Partial;
        try
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
            Directory.CreateDirectory(partial);
            var files = new List<(string Name, Action<string> Write)>();
            foreach (var (name, values) in Models(config, weights, training)) files.Add((FileOf(name), path => WriteModel(path, config.Storage, values)));
            if (config.Storage != WeightStorage.Float32)
                files.Add(
                    (Training, path => SafetensorsFile.Write(path, [.. Models(config, weights, training).SelectMany(m => Named(m.Name + ".", m.Values))])));
            files.Add((Optimizer, path => SafetensorsFile.Write(path, [.. Named("first.", training.FirstMoment), .. Named("second.", training.SecondMoment)])));
            if (history is not null) files.Add((History, path => SafetensorsFile.Write(path, history.Export())));
            files.Add((State, path => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(state, RunJson.Whole.CheckpointState))));
            watch?.Invoke(0, files.Count);
            foreach (var (i, (name, write)) in files.Index())
            {
                write(Path.Combine(partial, name));
                watch?.Invoke(i + 1, files.Count);
            }

            Retire(final);
            Directory.Move(partial, final);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Remove(partial);
            var last = folder.CheckpointSteps();
            throw new IOException(
                $"the checkpoint of step {state.Step} could not be written: "
                + $"{error.Message} {(last.Count == 0 ? "There is none before it." : $"The checkpoint of step {last[^1]} is whole.")}",
                error);
        }

        var steps = folder.CheckpointSteps();
        for (var i = 0; i < steps.Count - config.KeepCheckpoints; i++) Retire(folder.CheckpointFolder(steps[i]));
        foreach (var stale in folder.PartialCheckpoints()) Remove(stale);
    }

    /// <summary>Whether a folder is that of a checkpoint.</summary>
    /// <param name="folder">The folder.</param>
    internal static bool IsHere(string folder) => File.Exists(Path.Combine(folder, State));

    /// <summary>Reads where a checkpoint's run stood.</summary>
    /// <param name="checkpoint">The checkpoint's folder.</param>
    /// <exception cref="DataException">The file is missing or damaged.</exception>
    public static CheckpointState ReadState(string checkpoint)
    {
        var path = Path.Combine(checkpoint, State);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), RunJson.Whole.CheckpointState)
                ?? throw new DataException($"{path}: a JSON object is expected, null was given.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DataException($"{path}: the checkpoint is damaged: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>
    /// Reads weights, moments and averages back: from the float32 values where the checkpoint was stored in 16 bits, whatever the next one is to be.
    /// </summary>
    /// <param name="checkpoint">Its folder.</param>
    /// <param name="config">The run's, which names its averages.</param>
    /// <param name="weights">Where the weights go.</param>
    /// <param name="training">Where moments and averages go.</param>
    public static void ReadTraining(string checkpoint, RunConfig config, ParameterBuffer weights, TrainingState training)
    {
        var apart = Path.Combine(checkpoint, Training);
        var rounded = File.Exists(apart);
        foreach (var (name, values) in Models(config, weights, training))
            WeightsFile.Read(rounded ? apart : Path.Combine(checkpoint, FileOf(name)), rounded ? name + "." : "", values);
        WeightsFile.Read(Path.Combine(checkpoint, Optimizer), "first.", training.FirstMoment);
        WeightsFile.Read(Path.Combine(checkpoint, Optimizer), "second.", training.SecondMoment);
    }

    /// <summary>Reads the losses of importance sampling back.</summary>
    /// <param name="checkpoint">Its folder.</param>
    /// <param name="history">Where the losses go; of the bins and length that the run has.</param>
    /// <exception cref="DataException">The file is missing or does not fit the run's configuration.</exception>
    public static void ReadHistory(string checkpoint, LossHistory history)
    {
        var path = Path.Combine(checkpoint, History);
        using var file = SafetensorsFile.Open(path);
        try
        {
            history.Import(name => file.Contains(name) ? file.Read(name) : throw new DataException($"{path}: '{name}' is missing; the checkpoint is damaged."));
        }
        catch (ArgumentException error)
        {
            throw new DataException($"{path}: the checkpoint is damaged: {error.Message}");
        }
    }

    /// <summary>Reads the weights of a name of <see cref="ModelWeights"/>, widened to float32.</summary>
    /// <param name="checkpoint">Its folder.</param>
    /// <param name="name">Which weights.</param>
    /// <param name="weights">Where they go; of the run's network.</param>
    public static void ReadWeights(string checkpoint, string name, ParameterBuffer weights) =>
        WeightsFile.Read(Path.Combine(checkpoint, FileOf(name)), "", weights);

    // All that can be sampled, by name.
    private static IEnumerable<(string Name, ParameterBuffer Values)> Models(RunConfig config, ParameterBuffer weights, TrainingState training)
    {
        yield return (ModelWeights.Raw, weights);
        yield return (ModelWeights.Average, training.Average!);
        foreach (var (i, (name, _)) in config.MoreEmaInOrder().Index()) yield return (name, training.MoreAverages![i]);
    }

    // What is never trained stays exact: a random frequency of a Fourier embedding, rounded to 8 bits, is a phase off by radians.
    private static void WriteModel(string path, WeightStorage storage, ParameterBuffer values) => SafetensorsFile.Write(
        path,
        values.Export(),
        null,
        storage switch
        {
            WeightStorage.Float16 => StorageType.F16,
            WeightStorage.Bfloat16 => StorageType.BF16,
            _ => StorageType.F32,
        },
        values.Layout.Entries.Where(e => !e.Trained).Select(e => e.Name).ToHashSet(StringComparer.Ordinal));

    private static string FileOf(string name) => name switch
    {
        ModelWeights.Raw => "weights.safetensors",
        ModelWeights.Average => "ema.safetensors",
        _ => $"ema-{name}.safetensors",
    };

    private static IEnumerable<(string Name, Tensors.FloatTensor Value)> Named(string prefix, ParameterBuffer buffer) =>
        buffer.Export().Select(e => (prefix + e.Name, e.Value));

    // Renamed first, so that a stop while files are deleted never leaves a half folder that looks like a checkpoint.
    private static void Retire(string folder)
    {
        if (!Directory.Exists(folder)) return;
        var retired = folder + ".old" + RunFolder.Partial;
        Remove(retired);
        Directory.Move(folder, retired);
        Remove(retired);
    }

    private static void Remove(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed does no harm: its name says that it is partial, and nothing reads it.
        }
    }
}

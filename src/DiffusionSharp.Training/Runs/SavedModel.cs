using DiffusionSharp.Graphs;
using DiffusionSharp.Networks;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Runs;

/// <summary>Finds a trained model wherever it lies: in the folder of a run or of a checkpoint, or in a file.</summary>
public static class SavedModel
{
    /// <summary>Loads a run's newest checkpoint, a checkpoint of a run, or a file that <see cref="TrainedModel.Save"/> wrote.</summary>
    /// <param name="path">The folder of a run, or of one of its checkpoints; or the file.</param>
    /// <param name="name">
    /// Which weights, a name of <see cref="ModelWeights"/>: the average, as sampling should, the weights themselves, or a further average.
    /// Null: the average of a run, and what a file holds.
    /// </param>
    /// <param name="network">The network where the run's is a function of the program that trained it; null where it is not.</param>
    /// <exception cref="DataException">
    /// There is no run, no checkpoint yet, a file is damaged or holds other weights, or the network's function is needed.
    /// </exception>
    /// <exception cref="ArgumentException">The run has no weights of this name, or a function is given for a network that is none.</exception>
    public static TrainedModel Load(string path, string? name = null, NetworkFunction? network = null)
    {
        if (File.Exists(path)) return TrainedModel.ReadFile(path, name, network);
        var (folder, checkpoint) = Find(path);
        name ??= ModelWeights.Average;
        var config = OwnNetwork.Given(folder.ReadConfig(), network, path);
        ModelWeights.Require(config, name);
        var weights = new ParameterBuffer(new NetworkBlueprint(config, config.SampleShape()).Layout());
        Checkpoint.ReadWeights(checkpoint, name, weights);
        return new TrainedModel(config, weights, Checkpoint.ReadState(checkpoint).Step, name);
    }

    // A run and its newest checkpoint, or the one that is named and its run.
    private static (RunFolder Run, string Checkpoint) Find(string path)
    {
        var folder = new RunFolder(path);
        if (folder.Exists)
        {
            var steps = folder.CheckpointSteps();
            if (steps.Count == 0)
                throw new DataException(
                    $"{path}: the run has no checkpoint yet; it writes one every {folder.ReadConfig().CheckpointEvery} steps and at its end.");
            return (folder, folder.CheckpointFolder(steps[^1]));
        }

        if (!Directory.Exists(path)) throw new DataException($"{path}: there is no such file or folder.");
        if (!Checkpoint.IsHere(folder.Path)) throw new DataException($"{path}: neither a run (config.json) nor a checkpoint (state.json) is here.");
        return (new RunFolder(Path.Combine(folder.Path, "..", "..")), folder.Path);
    }
}

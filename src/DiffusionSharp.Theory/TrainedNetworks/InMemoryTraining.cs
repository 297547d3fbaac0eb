using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp.Theory.TrainedNetworks;

/// <summary>Trains a configuration as a run does, but in memory: what experiments need of a network they show, with no file.</summary>
/// <remarks>The weights are those of a run of the same configuration, data and seed, at any number of threads.</remarks>
internal static class InMemoryTraining
{
    /// <summary>Trains from the first step to the last and gives the model of the averaged weights.</summary>
    /// <param name="config">The configuration; its steps are all done.</param>
    /// <param name="source">The data.</param>
    /// <param name="executor">What the network runs on; the weights do not depend on how many threads it has.</param>
    /// <param name="stop">Ends it between two steps.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="InvalidOperationException">A loss is not finite.</exception>
    public static (TrainedModel Model, double[] Losses) Run(RunConfig config, DataSource source, Executor executor, CancellationToken stop)
    {
        config = config.Validated();
        var loop = new TrainingLoop(config, source, executor);
        var losses = new double[config.Steps];
        for (var step = 0; step < config.Steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            losses[step] = loop.Step(step).Loss;
            if (!double.IsFinite(losses[step])) throw new InvalidOperationException($"Training: the loss of step {step + 1} is not finite.");
        }

        return (new TrainedModel(config, loop.Average, config.Steps), losses);
    }
}

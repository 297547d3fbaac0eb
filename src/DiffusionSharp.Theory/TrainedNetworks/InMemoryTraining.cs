using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Theory.TrainedNetworks;

/// <summary>Trains a configuration as a run does, but in memory: what experiments need of a network they show, with no file.</summary>
/// <remarks>The weights are those of a run of the same configuration, data and seed, at any number of threads.</remarks>
internal static class InMemoryTraining
{
    /// <summary>Trains from the first step to the last and gives the model of the averaged weights.</summary>
    /// <param name="config">The configuration; its steps are all done.</param>
    /// <param name="source">The data.</param>
    /// <param name="parallelism">The threads.</param>
    /// <param name="stop">Ends it between two steps.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="InvalidOperationException">A loss is not finite.</exception>
    public static (TrainedModel Model, double[] Losses) Run(RunConfig config, DataSource source, Parallelism parallelism, CancellationToken stop)
    {
        config = config.Validated();
        var loop = new TrainingLoop(config, source, parallelism);
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

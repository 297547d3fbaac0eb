using DiffusionSharp.Data.Sources;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Objectives;

namespace DiffusionSharp.Theory.Laboratory;

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
        var blueprint = new NetworkBlueprint(config, source.SampleShape);
        var layout = blueprint.Layout();
        var weights = new ParameterBuffer(layout);
        var state = new TrainingState(new ParameterBuffer(layout), new ParameterBuffer(layout), new ParameterBuffer(layout));
        var root = new Rng(config.Seed);
        weights.Initialize(root.Split("weights"));
        state.Average!.CopyFrom(weights);
        var program = new TrainingProgram(blueprint, config.Batch, config.OptimizerOrDefault(), weights, state, parallelism);
        var batches = new BatchMaker(config, source, config.ScheduleOrDefault().Create(), program, parallelism);
        var losses = new double[config.Steps];
        for (var step = 0; step < config.Steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            batches.Fill(step);
            TrainingRates.Write(program.Rates, step + 1, config.OptimizerOrDefault(), config.LearningRate(), config.EmaOrDefault());
            program.Run(root.Split("dropout").Split(step));
            batches.Remember();
            losses[step] = program.Loss;
            if (!double.IsFinite(losses[step])) throw new InvalidOperationException($"Training: the loss of step {step + 1} is not finite.");
        }

        return (new TrainedModel(config, state.Average, config.Steps), losses);
    }
}

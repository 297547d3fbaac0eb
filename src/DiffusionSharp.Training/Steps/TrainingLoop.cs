using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Objectives;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Steps;

/// <summary>A configuration's training in memory: weights, what the optimizer keeps, and steps; no files.</summary>
/// <remarks>
/// A step is computed in <see cref="RunConfig.Accumulate"/> equal parts: each fills, runs and is remembered in turn, and the last updates
/// the weights by the mean of all gradients. Same configuration and data, same bytes, at any number of threads. A step allocates nothing.
/// </remarks>
public sealed class TrainingLoop
{
    private readonly RunConfig config;
    private readonly BatchMaker batches;
    private readonly LearningRateSchedule learningRate;
    private readonly EmaOptions ema;
    private readonly EmaOptions[] more;
    private readonly AdamOptions optimizer;
    private readonly Rng dropout;
    private (int Step, int Part) last;

    /// <summary>Begins the weights and compiles the step.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="source">The data.</param>
    /// <param name="executor">The machine; the precision is the configuration's.</param>
    /// <exception cref="ArgumentException">The data does not fit the network.</exception>
    public TrainingLoop(RunConfig config, DataSource source, Executor executor)
    {
        this.config = config;
        (learningRate, ema, optimizer) = (config.LearningRate(), config.EmaOrDefault(), config.OptimizerOrDefault());
        var averages = config.MoreEmaInOrder();
        more = [.. averages.Select(a => a.Options)];
        var blueprint = new NetworkBlueprint(config, source.SampleShape);
        var layout = blueprint.Layout();
        Weights = new ParameterBuffer(layout);
        State = new TrainingState(
            new ParameterBuffer(layout), new ParameterBuffer(layout), new ParameterBuffer(layout), [.. averages.Select(_ => new ParameterBuffer(layout))]);
        var root = new Rng(config.Seed);
        Weights.Initialize(root.Split("weights"));
        BeginAverages();
        dropout = root.Split("dropout");
        Program = new TrainingProgram(blueprint, config.PartSize(), config.Update(), Weights, State, executor);
        batches = new BatchMaker(config, source, config.ScheduleOrDefault().Create(), Program, executor.Parallelism);
    }

    /// <summary>What is trained.</summary>
    public ParameterBuffer Weights { get; }

    /// <summary>The moments and averages.</summary>
    public TrainingState State { get; }

    /// <summary>The average that sampling uses.</summary>
    public ParameterBuffer Average => State.Average!;

    /// <summary>The losses that importance sampling draws by; null where levels are drawn otherwise.</summary>
    public LossHistory? History => batches.History;

    /// <summary>What runs.</summary>
    internal TrainingProgram Program { get; }

    /// <summary>Begins the weights and averages with given values instead of drawn ones; to be called before the first step.</summary>
    /// <param name="source">Values by the parameter's name.</param>
    /// <exception cref="ArgumentException">A value has another shape than its parameter.</exception>
    public void BeginWith(Func<string, FloatTensor> source)
    {
        Weights.Import(source);
        BeginAverages();
    }

    /// <summary>Does one step.</summary>
    /// <param name="step">0 is the first.</param>
    /// <returns>
    /// Mean loss and norm of all gradients, of the whole batch; where one is not finite the weights are as before, and the part at fault was the last
    /// to run.
    /// </returns>
    public (double Loss, double GradientNorm) Step(int step) => StepUnlessStopped(step, CancellationToken.None);

    /// <summary>Does one step as <see cref="Step"/> does, unless it is stopped before its update begins.</summary>
    /// <param name="step">0 is the first.</param>
    /// <param name="stop">Asked between the passes of each part up to the update, which then runs to its end.</param>
    /// <returns>As <see cref="Step"/>.</returns>
    /// <exception cref="OperationCanceledException">
    /// It was stopped: weights, moments, averages and the losses that levels are drawn by are as before.
    /// </exception>
    public (double Loss, double GradientNorm) StepUnlessStopped(int step, CancellationToken stop)
    {
        var loss = 0.0;
        batches.Begin();
        for (var part = 0; part < config.Accumulate; part++)
        {
            stop.ThrowIfCancellationRequested();
            batches.Fill(step, part);
            TrainingRates.Write(Program.Rates, step + 1, optimizer, learningRate, ema, more, config.Accumulate > 1 ? part : null);
            last = (step, part);
            Program.RunUnlessStopped(Dropout(step, part), stop);
            loss += Program.Loss;
            if (!float.IsFinite(Program.Loss) || !float.IsFinite(Program.GradientNorm)) return (Program.Loss, Program.GradientNorm);
            batches.Remember();
        }

        return (loss / config.Accumulate, Program.GradientNorm);
    }

    /// <summary>Names the layer where a value of the last step that is not finite arose first; null where all are finite.</summary>
    /// <remarks>The part that ran last is looked at first, then those before it, filled once more.</remarks>
    public string? FindNonFinite()
    {
        var found = Program.FindNonFinite(Dropout(last.Step, last.Part));
        for (var part = 0; found is null && part < last.Part; part++)
        {
            batches.Fill(last.Step, part);
            found = Program.FindNonFinite(Dropout(last.Step, part));
        }

        return found;
    }

    // An average begins with the weights.
    internal void BeginAverages()
    {
        Average.CopyFrom(Weights);
        foreach (var average in State.MoreAverages!) average.CopyFrom(Weights);
    }

    // A mask is drawn by its place in the part: each part has its own.
    private Rng Dropout(int step, int part) => dropout.Split(((long)step * config.Accumulate) + part);
}

using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Inspection;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Steps;

namespace DiffusionSharp;

/// <summary>
/// What the processor is given of a configuration: a training step, or the forward pass that sampling runs. It can be looked at before anything is
/// trained.
/// </summary>
/// <param name="Config">The network, its batch, optimizer and precision.</param>
/// <param name="Training">Whether it is the training step.</param>
public sealed record NetworkProgram(RunConfig Config, bool Training)
{
    private const int Levels = 1000;

    /// <summary>The shape of one sample.</summary>
    public Shape SampleShape => Config.SampleShape();

    /// <summary>Samples of one run: of a pass, or of the part of a training step that is computed at a time.</summary>
    public int Samples => Training ? Config.PartSize() : Config.Batch;

    /// <summary>Every step and what the whole needs; nothing is allocated or run.</summary>
    public PlanSummary Plan()
    {
        var executor = Executors.Cpu(Parallelism.Single, Config.Precision);
        return PlanSummary.Of(executor.Plan(Outputs()), executor);
    }

    /// <summary>Runs on random numbers and times every step.</summary>
    /// <param name="parallelism">The threads.</param>
    /// <param name="warmUp">How long to run before the timed runs, twice at least: the runtime compiles hot methods again after a while.</param>
    /// <param name="runs">Timed runs, 1 or more.</param>
    /// <param name="clock">What time is read from; null: the system's.</param>
    /// <param name="stop">Ends it between two runs.</param>
    /// <returns>The plan, and the time of each of its steps.</returns>
    /// <exception cref="OperationCanceledException">A stop was asked for.</exception>
    public (PlanSummary Plan, ProgramProfile Times) Profile(
        Parallelism parallelism, TimeSpan warmUp, int runs, TimeProvider? clock = null, CancellationToken stop = default)
    {
        clock ??= TimeProvider.System;
        EmaOptions[] averages = [.. Config.MoreEmaInOrder().Select(a => a.Options)];
        var executor = Executors.Cpu(parallelism, Config.Precision);
        var program = Compiled(executor, averages.Length);
        var profile = new ProgramProfile(program.Plan.Steps.Count, runs, clock);
        var begun = clock.GetTimestamp();
        for (int i = 0, timed = 0; timed < runs; i++)
        {
            stop.ThrowIfCancellationRequested();
            if (Training) WriteRates(program, i, averages);
            if (timed == 0 && (i < 2 || clock.GetElapsedTime(begun) < warmUp))
            {
                program.Run(new Rng((ulong)i));
                continue;
            }

            program.Run(new Rng((ulong)i), profile);
            timed++;
        }

        return (PlanSummary.Of(program.Plan, executor), profile);
    }

    private IReadOnlyDictionary<string, Node> Outputs()
    {
        var blueprint = new NetworkBlueprint(Config, SampleShape);
        return Training ? TrainingProgram.Outputs(blueprint, Samples, Config.Update()) : BoundNetwork.Outputs(blueprint, Samples);
    }

    // First weights, and inputs of the size that data and noise have.
    private CompiledGraph Compiled(Executor executor, int averages)
    {
        var outputs = Outputs();
        var layout = outputs.Values.First().Graph.Layout;
        var weights = new ParameterBuffer(layout);
        weights.Initialize(new Rng(1));
        TrainingState? state = null;
        if (Training)
        {
            ParameterBuffer[] more = [.. Enumerable.Range(0, averages).Select(_ => new ParameterBuffer(layout))];
            state = new TrainingState(new ParameterBuffer(layout), new ParameterBuffer(layout), new ParameterBuffer(layout), more);
            state.Average!.CopyFrom(weights);
        }

        var program = CompiledGraph.Compile(outputs, weights, executor, state);
        new Rng(2).FillNormal(program.Input("x"));
        var times = program.Input("t");
        for (var i = 0; i < times.Length; i++) times[i] = new Rng(3).Integer(Levels, (ulong)i);
        if (!Training) return program;
        new Rng(4).FillNormal(program.Input("target"));
        program.Input("weight").Fill(1);
        return program;
    }

    private void WriteRates(CompiledGraph program, int run, EmaOptions[] averages)
    {
        var parts = Config.Accumulate;
        int? part = parts > 1 ? run % parts : null;
        var (optimizer, average) = (Config.OptimizerOrDefault(), Config.EmaOrDefault());
        TrainingRates.Write(program.Input("rates"), (run / parts) + 1, optimizer, new LearningRateSchedule(), average, averages, part);
    }
}

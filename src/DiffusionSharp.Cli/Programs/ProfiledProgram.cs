using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Inspection;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cli.Programs;

/// <summary>A program on random inputs, to be timed.</summary>
internal sealed class ProfiledProgram
{
    private const int Levels = 1000;

    private readonly NamedNetwork network;
    private readonly Graphs.CompiledGraph program;
    private readonly EmaOptions[] averages;

    public ProfiledProgram(NamedNetwork network, bool training, Parallelism parallelism)
    {
        this.network = network;
        averages = [.. network.Config.MoreEmaInOrder().Select(a => a.Options)];
        var outputs = network.Outputs(training);
        var layout = outputs.Values.First().Graph.Layout;
        var weights = new ParameterBuffer(layout);
        weights.Initialize(new Rng(1));
        var state = training ? new TrainingState(new ParameterBuffer(layout), new ParameterBuffer(layout), new ParameterBuffer(layout), [.. averages.Select(_ => new ParameterBuffer(layout))]) : null;
        state?.Average!.CopyFrom(weights);
        var executor = new CpuExecutor(parallelism, network.Config.Precision);
        program = Graphs.CompiledGraph.Compile(outputs, weights, executor, state);
        Summary = PlanSummary.Of(program.Plan, executor);
        new Rng(2).FillNormal(program.Input("x"));
        var times = program.Input("t");
        for (var i = 0; i < times.Length; i++) times[i] = new Rng(3).Integer(Levels, (ulong)i);
        if (!training) return;
        new Rng(4).FillNormal(program.Input("target"));
        program.Input("weight").Fill(1);
    }

    /// <summary>The plan.</summary>
    public PlanSummary Summary { get; }

    /// <summary>Runs and times.</summary>
    /// <param name="warmUp">How long to run before the timed runs, twice at least: the runtime compiles hot methods again after a while.</param>
    /// <param name="runs">Timed runs.</param>
    /// <param name="clock">What time is read from.</param>
    /// <param name="stop">Ends it between two runs.</param>
    public ProgramProfile Profile(TimeSpan warmUp, int runs, TimeProvider clock, CancellationToken stop)
    {
        var profile = new ProgramProfile(program.Plan.Steps.Count, runs, clock);
        var begun = clock.GetTimestamp();
        for (int i = 0, timed = 0; timed < runs; i++)
        {
            stop.ThrowIfCancellationRequested();
            var parts = network.Config.Accumulate;
            if (program.Plan.Trains) TrainingRates.Write(program.Input("rates"), (i / parts) + 1, network.Config.OptimizerOrDefault(), new LearningRateSchedule(), network.Config.EmaOrDefault(), averages, parts > 1 ? i % parts : null);
            if (timed == 0 && (i < 2 || clock.GetElapsedTime(begun) < warmUp))
            {
                program.Run(new Rng((ulong)i));
                continue;
            }

            program.Run(new Rng((ulong)i), profile);
            timed++;
        }

        return profile;
    }
}

using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>A run that is stopped in each of its passes.</summary>
public sealed class StoppedProgramTests
{
    [Fact]
    public void A_training_step_stopped_before_its_update_changes_nothing_and_one_stopped_in_it_ends()
    {
        using var never = new CancellationTokenSource();
        var (straight, update) = Step(-1, never, out var before);
        Assert.True(update > 5, $"The update is pass {update}.");
        Assert.NotEqual(before, straight);
        for (var pass = 0; pass <= update; pass++)
        {
            using var stop = new CancellationTokenSource();
            Assert.Equal(pass < update ? before : straight, Step(pass, stop, out _).Everything);
        }
    }

    [Fact]
    public void A_network_stopped_in_any_pass_gives_the_same_when_it_is_asked_again()
    {
        var weights = Weights(out var outputs, trains: false);
        var passes = CompiledGraph.Compile(outputs, weights, new CpuExecutor(Parallelism.Single)).Plan;
        Assert.True(passes.OnceSteps > 0, "Some passes make what stays from run to run.");
        var expected = Run(-1);
        for (var pass = 0; pass < passes.Steps.Count - 1; pass++) Assert.Equal(expected, Run(pass));

        float[] Run(int stopped)
        {
            using var stop = new CancellationTokenSource();
            var program = CompiledGraph.Compile(outputs, weights, new WatchedExecutor(new CpuExecutor(Parallelism.Single), pass => Cancel(stop, pass == stopped)));
            program.Input("x").Fill(0.3f);
            if (stopped >= 0) Assert.Throws<OperationCanceledException>(() => program.RunUnlessStopped(default, stop.Token));
            program.RunUnlessStopped(default, CancellationToken.None);
            return program.Output("out").ToArray();
        }
    }

    private static (float[] Everything, int Update) Step(int stopped, CancellationTokenSource stop, out float[] before)
    {
        var weights = Weights(out var outputs, trains: true);
        var state = new TrainingState(new ParameterBuffer(weights.Layout), new ParameterBuffer(weights.Layout), new ParameterBuffer(weights.Layout));
        var program = CompiledGraph.Compile(outputs, weights, new WatchedExecutor(new CpuExecutor(Parallelism.Single), pass => Cancel(stop, pass == stopped)), state);
        program.Input("x").Fill(0.3f);
        new[] { 1e-2f, 0.1f, 0.001f, 0.1f }.CopyTo(program.Input("rates"));
        before = Everything();
        var update = program.Plan.Steps.TakeWhile(s => s.Operation is not AdamUpdate).Count();
        if (stopped >= 0 && stopped < update) Assert.Throws<OperationCanceledException>(() => program.RunUnlessStopped(default, stop.Token));
        else program.RunUnlessStopped(default, stop.Token);
        return (Everything(), update);

        float[] Everything() => [.. weights.Memory.Span, .. state.FirstMoment.Memory.Span, .. state.SecondMoment.Memory.Span, .. state.Average!.Memory.Span];
    }

    private static void Cancel(CancellationTokenSource stop, bool now)
    {
        if (now) stop.Cancel();
    }

    private static ParameterBuffer Weights(out IReadOnlyDictionary<string, Node> outputs, bool trains)
    {
        var graph = new Graph();
        var h = Op.Silu(Op.Linear(graph.Input("x", [8, 32]), graph.Parameter("a", [32, 64], Normal), graph.Parameter("b", [64], Normal)));
        var output = Op.Linear(Op.Softmax(h), graph.Parameter("c", [64, 32], Normal), graph.Parameter("d", [32], Normal));
        outputs = trains
            ? new Dictionary<string, Node> { ["norm"] = Op.Train(Op.Mean(Op.Square(output)), graph.Input("rates", [AdamUpdate.LeastRates]), new AdamUpdate(0.9, 0.999, 1e-8, 0.01, true, 1)) }
            : new Dictionary<string, Node> { ["out"] = output };
        var weights = new ParameterBuffer(graph.Layout);
        weights.Initialize(new Rng(1));
        return weights;

        static void Normal(Span<float> values, Rng rng) => rng.FillNormal(values);
    }

    /// <summary>Tells of each pass while it runs.</summary>
    private sealed class WatchedExecutor(Executor inner, Action<int> pass) : Executor
    {
        public override Parallelism Parallelism => inner.Parallelism;

        public override Precision Precision => inner.Precision;

        public override Executor At(Precision precision) => this;

        public override int WorkspaceLength(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => inner.WorkspaceLength(operation, inputs, output);

        public override Packing PackingOf(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => inner.PackingOf(operation, inputs, output);

        public override string Describe(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => inner.Describe(operation, inputs, output);

        public override bool IsDoneByNext(IReadOnlyList<PlanStep> steps, int index) => inner.IsDoneByNext(steps, index);

        public override IReadOnlyList<StepAction> Bind(Plan plan, PlanMemory memory) => [.. inner.Bind(plan, memory).Select((step, i) => (StepAction)(rng =>
        {
            step(rng);
            pass(i);
        }))];
    }
}

using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Tests;

public sealed class TrainingStepTests
{
    [Fact]
    public void A_training_step_of_a_U_Net_gives_the_same_bytes_on_one_two_and_three_threads()
    {
        var one = Train(1);
        Assert.True(one.AsSpan().SequenceEqual(Train(2)), "two threads");
        Assert.True(one.AsSpan().SequenceEqual(Train(3)), "three threads");

        static float[] Train(int threads)
        {
            using var parallelism = new Parallelism(threads);
            var (program, weights, state) = UNetStep(parallelism);
            for (var step = 1; step <= 3; step++) Step(program, step);
            return [.. weights.Memory.Span, .. state.FirstMoment.Memory.Span, .. state.SecondMoment.Memory.Span, .. state.Average!.Memory.Span, program.Output("loss")[0], program.Output("norm")[0]];
        }
    }

    [Fact]
    public void A_training_step_allocates_nothing_after_the_first()
    {
        using var parallelism = new Parallelism(2);
        var (program, _, _) = UNetStep(parallelism);
        AssertAllocatesNothing(program);
    }

    [Fact]
    public void A_training_step_for_vectors_allocates_nothing_after_the_first()
    {
        using var parallelism = new Parallelism(2);
        var (program, _, _) = MlpStep(parallelism, new MlpOptions(2, Width: 64), 32);
        AssertAllocatesNothing(program);
    }

    [Fact]
    public void The_average_of_the_weights_follows_its_decay()
    {
        using var parallelism = new Parallelism(1);
        var (program, weights, state) = MlpStep(parallelism, new MlpOptions(2, Width: 16), 8);
        Step(program, 1);
        Assert.Equal(weights.Memory.Span.ToArray(), state.Average!.Memory.Span.ToArray());
        var before = state.Average.Memory.Span.ToArray();
        Step(program, 2);
        var decay = new EmaOptions().Decay(2);
        for (var i = 0; i < before.Length; i++) Assert.Equal((decay * before[i]) + ((1 - decay) * weights.Memory.Span[i]), state.Average.Memory.Span[i], 1e-6);
    }

    [Fact]
    public void A_network_for_vectors_learns_to_repeat_its_input()
    {
        using var parallelism = new Parallelism(1);
        var (program, _, _) = MlpStep(parallelism, new MlpOptions(2, Width: 32), 64);
        new Rng(3).FillNormal(program.Input("x"));
        program.Input("x").CopyTo(program.Input("target"));
        Step(program, 1);
        var first = program.Output("loss")[0];
        for (var step = 2; step <= 300; step++) Step(program, step);
        Assert.True(program.Output("loss")[0] < 0.02 * first, $"{first} fell to {program.Output("loss")[0]} only");
    }

    [Fact]
    public void Dropout_is_there_in_training_alone_and_differs_from_run_to_run()
    {
        using var parallelism = new Parallelism(1);
        var options = Networks.MiniA with { Dropout = 0.5 };
        var (a, b) = (Run(true, 1), Run(true, 2));
        Assert.NotEqual(a, b);
        Assert.Equal(a, Run(true, 1));
        Assert.Equal(Run(false, 1), Run(false, 2));

        float[] Run(bool training, ulong seed)
        {
            var graph = new Graph();
            var y = UNet2D.Build(graph, options, graph.Input("x", [1, 8, 8, 3]), graph.Input("t", [1]), training: training);
            var weights = new ParameterBuffer(graph.Layout);
            weights.Initialize(new Rng(1));
            var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["y"] = y }, weights, new CpuExecutor(parallelism));
            new Rng(2).FillNormal(program.Input("x"));
            program.Run(new Rng(seed));
            return program.Output("y").ToArray();
        }
    }

    private static (CompiledGraph Program, ParameterBuffer Weights, TrainingState State) UNetStep(Parallelism parallelism)
    {
        var graph = new Graph();
        var x = graph.Input("x", [3, 16, 16, 3]);
        return Compile(graph, UNet2D.Build(graph, Networks.MiniA with { Dropout = 0.1, Classes = 4 }, x, graph.Input("t", [3]), graph.Input("y", [3]), training: true), parallelism);
    }

    private static (CompiledGraph Program, ParameterBuffer Weights, TrainingState State) MlpStep(Parallelism parallelism, MlpOptions options, int batch)
    {
        var graph = new Graph();
        return Compile(graph, Mlp.Build(graph, options, graph.Input("x", [batch, options.Dimensions]), graph.Input("t", [batch])), parallelism);
    }

    private static (CompiledGraph Program, ParameterBuffer Weights, TrainingState State) Compile(Graph graph, Node output, Parallelism parallelism)
    {
        var loss = Op.MeanSquaredError(output, graph.Input("target", output.Shape));
        var norm = Op.Train(loss, graph.Input("rates", [TrainingRates.Count]), new AdamOptions(WeightDecay: 0.01, ClipNorm: 1).ToUpdate());
        var weights = new ParameterBuffer(graph.Layout);
        weights.Initialize(new Rng(1));
        var state = new TrainingState(new ParameterBuffer(graph.Layout), new ParameterBuffer(graph.Layout), new ParameterBuffer(graph.Layout));
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["loss"] = loss, ["norm"] = norm }, weights, new CpuExecutor(parallelism), state);
        new Rng(2).FillNormal(program.Input("x"));
        new Rng(3).FillNormal(program.Input("target"));
        program.Input("t").Fill(500);
        return (program, weights, state);
    }

    private static void Step(CompiledGraph program, long step)
    {
        TrainingRates.Write(program.Input("rates"), step, new AdamOptions(Rate: 3e-3), new LearningRateSchedule(), new EmaOptions());
        program.Run(new Rng((ulong)step));
    }

    private static void AssertAllocatesNothing(CompiledGraph program)
    {
        for (var step = 1; step <= 2; step++) Step(program, step);
        var (adam, schedule, ema) = (new AdamOptions(), new LearningRateSchedule(), new EmaOptions());
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 3; step <= 5; step++)
        {
            TrainingRates.Write(program.Input("rates"), step, adam, schedule, ema);
            program.Run(new Rng((ulong)step));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

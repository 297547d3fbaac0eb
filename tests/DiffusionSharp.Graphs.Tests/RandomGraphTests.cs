using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

public sealed class RandomGraphTests
{
    private const int Graphs = 240, GraphsPerTest = 20;

    public static TheoryData<int> Starts => [.. Enumerable.Range(0, Graphs / GraphsPerTest).Select(i => i * GraphsPerTest)];

    [Theory]
    [MemberData(nameof(Starts))]
    public void A_program_of_a_random_graph_computes_what_the_interpreter_does(int start)
    {
        for (var seed = start; seed < start + GraphsPerTest; seed++)
        {
            var graph = new RandomGraph(seed, 16 + (seed % 40));
            Replay.AssertOutputs(graph.Builder, graph.Outputs, 3e-4);
        }
    }

    [Fact]
    public void Random_graphs_hold_every_operation_and_every_way_of_fusing()
    {
        var operations = new HashSet<Type>();
        var (addends, longest, inPlace, scratch) = (new HashSet<(bool, bool, bool)>(), 0, 0, 0);
        for (var seed = 0; seed < Graphs; seed++)
        {
            var graph = new RandomGraph(seed, 16 + (seed % 40));
            operations.UnionWith(graph.Builder.Graph.Nodes.Select(n => n.Operation.GetType()));
            foreach (var step in new CpuExecutor(Parallelism.Single).Plan(graph.Outputs).Steps)
            {
                if (step.Fusion is EpilogueFusion e) addends.Add((e.Bias >= 0, e.PerSample >= 0, e.Residual >= 0));
                if (step.Fusion is ChainFusion c) longest = Math.Max(longest, c.Code.Count);
                if (step.Inputs.Any(i => i == step.Output)) inPlace++;
                if (step.Workspace.Shape.Rank > 0) scratch++;
            }
        }

        Assert.Empty(GradientTests.AllOperations().Except(operations).Except([typeof(AdamUpdate)]).Select(t => t.Name));
        Assert.Equal(7, addends.Count);
        Assert.True(longest >= 32 && inPlace > 100 && scratch > 100, $"longest chain {longest}, in place {inPlace}, with scratch {scratch}");
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_byte()
    {
        using var two = new Parallelism(2);
        using var three = new Parallelism(3);
        for (var seed = 0; seed < 30; seed++)
        {
            var graph = new RandomGraph(seed, 30);
            var single = Replay.Compile(graph.Builder, graph.Outputs);
            single.Run(CaseBuilder.Rng);
            foreach (var parallelism in new[] { two, three })
            {
                var program = Replay.Compile(graph.Builder, graph.Outputs, parallelism);
                program.Run(CaseBuilder.Rng);
                foreach (var name in graph.Outputs.Keys) Assert.Equal(single.Output(name).ToArray(), program.Output(name).ToArray());
            }
        }
    }

    [Fact]
    public void A_plan_depends_on_the_graph_alone()
    {
        var executor = new CpuExecutor(Parallelism.Single);
        for (var seed = 0; seed < 20; seed++)
        {
            var (first, second) = (new RandomGraph(seed, 30), new RandomGraph(seed, 30));
            Assert.Equal(
                Replay.Describe(executor.Plan(first.Outputs)),
                Replay.Describe(executor.Plan(second.Outputs)));
        }
    }
}

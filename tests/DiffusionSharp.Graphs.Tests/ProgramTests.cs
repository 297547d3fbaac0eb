using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;

namespace DiffusionSharp.Graphs.Tests;

public sealed class ProgramTests
{
    public static TheoryData<string> Names => [.. OperationCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_program_computes_what_the_interpreter_does(string name)
    {
        var (builder, y, loss, gradients) = OperationCases.All[name].Create();
        var outputs = new Dictionary<string, Node> { ["y"] = y, ["loss"] = loss };
        for (var i = 0; i < gradients.Count; i++) outputs[$"gradient {i}"] = gradients[i];
        Replay.AssertOutputs(builder, outputs, 2e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_result_is_the_same_alone_as_among_others(string name)
    {
        var (builder, _, loss, _) = OperationCases.All[name].Create();
        Replay.AssertOutputs(builder, new Dictionary<string, Node> { ["loss"] = loss }, 2e-5);
    }

    [Fact]
    public void Every_operation_is_run_by_the_cases()
    {
        var run = new HashSet<Type>();
        foreach (var (builder, y, loss, gradients) in OperationCases.All.Values.Select(c => c.Create()))
        {
            List<Node> outputs = [y, loss, .. gradients];
            var plan = Planner.Plan(outputs.Index().ToDictionary(o => $"{o.Index}", o => o.Item), (_, _, _) => 0);
            run.UnionWith(plan.Steps.Select(s => s.Operation.GetType()));
        }

        // What is no step of its own; the optimizer's update has tests of its own.
        Type[] others = [typeof(Input), typeof(Parameter), typeof(Constant), typeof(Scalar), typeof(Reshape), typeof(AdamUpdate)];
        Assert.Empty(GradientTests.AllOperations().Except(run).Except(others).Select(t => t.Name));
    }
}

using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>Compiles outputs for the CPU and holds them to the interpreter.</summary>
internal static class Replay
{
    /// <summary>Compiled, filled, not yet run.</summary>
    public static CompiledGraph Compile(CaseBuilder builder, IReadOnlyDictionary<string, Node> outputs, Parallelism? parallelism = null, PlanOptions? options = null)
    {
        var program = CompiledGraph.Compile(outputs, builder.Weights(), new CpuExecutor(parallelism ?? Parallelism.Single), options: options);
        builder.Fill(program);
        return program;
    }

    /// <summary>Runs twice, so that a run which spoils what the next one reads is seen, and compares every output.</summary>
    public static CompiledGraph AssertOutputs(CaseBuilder builder, IReadOnlyDictionary<string, Node> outputs, double tolerance, PlanOptions? options = null)
    {
        var program = Compile(builder, outputs, options: options);
        PlanCheck.AssertSound(program.Plan);
        program.Run(CaseBuilder.Rng);
        var first = outputs.Keys.ToDictionary(name => name, name => program.Output(name).ToArray());
        program.Run(CaseBuilder.Rng);
        var oracle = builder.Interpret();
        foreach (var (name, node) in outputs)
        {
            Assert.Equal(first[name], program.Output(name).ToArray());
            Close.Assert(oracle.Evaluate(node), program.Output(name), tolerance, $"{name} = {node}");
        }

        return program;
    }

    /// <summary>A plan as text: equal plans read the same.</summary>
    public static string Describe(Plan plan)
    {
        static string Place(Operand o) => $"{o.Region}+{o.Start}{o.Shape}";
        static string Fused(Fusion? f) => f is ChainFusion c ? string.Join(';', c.Code) : f?.ToString() ?? "";
        var steps = plan.Steps.Select(s => $"{s.Operation} {s.Scope} ({string.Join(", ", s.Inputs.Select(Place))}) → {Place(s.Output)} ~ {Place(s.Workspace)} {Fused(s.Fusion)}");
        return string.Join('\n', [.. steps, .. plan.Inputs.Select(i => $"{i.Key}: {Place(i.Value)}"), .. plan.Outputs.Select(o => $"{o.Key} = {Place(o.Value)}"), $"{plan.ArenaLength}"]);
    }
}

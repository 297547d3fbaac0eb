using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;

namespace DiffusionSharp.Networks.Inspection;

/// <summary>One step of a plan.</summary>
/// <param name="Index">Its position, from 0.</param>
/// <param name="Step">The step itself: operation, layer, places, phase.</param>
/// <param name="Fused">What is done in the same pass: addends, the length of a chain, whether in place; empty where nothing is.</param>
/// <param name="Read">Bytes that it must read: each operand once.</param>
/// <param name="Written">Bytes that it writes.</param>
/// <param name="Cost">Its arithmetic.</param>
/// <param name="Method">How the executor computes it.</param>
public sealed record StepSummary(int Index, PlanStep Step, string Fused, long Read, long Written, OperationCost Cost, string Method);

/// <summary>A plan step by step, and the memory it needs.</summary>
public sealed class PlanSummary
{
    private PlanSummary(Plan plan, IReadOnlyList<StepSummary> steps)
    {
        (Plan, Steps) = (plan, steps);
        Cost = steps.Aggregate(default(OperationCost), (sum, s) => sum + s.Cost);
        PeakBytes = sizeof(float) * Liveness.Peak(plan);
    }

    /// <summary>The plan.</summary>
    public Plan Plan { get; }

    /// <summary>Its steps in order.</summary>
    public IReadOnlyList<StepSummary> Steps { get; }

    /// <summary>Arithmetic of one run.</summary>
    public OperationCost Cost { get; }

    /// <summary>Bytes of inputs, constants, values and scratch.</summary>
    public long ArenaBytes => sizeof(float) * (long)Plan.ArenaLength;

    /// <summary>Bytes of what is made of the weights alone and kept from run to run.</summary>
    public long PersistentBytes => sizeof(float) * (long)Plan.PersistentLength;

    /// <summary>Bytes of the arena that are in use at once, at most: what no other placement in this order could go below.</summary>
    public long PeakBytes { get; }

    /// <summary>Bytes of the parameters.</summary>
    public long ParameterBytes => sizeof(float) * (long)Plan.Layout.Length;

    /// <summary>Bytes of the gradients, and of their sum over the parts of a step; 0 where nothing is trained.</summary>
    public long GradientBytes => (Plan.Update?.GradientsPerWeight ?? 0) * ParameterBytes;

    /// <summary>Bytes of both moments and the averages; 0 where nothing is trained.</summary>
    public long OptimizerBytes => (Plan.Update?.KeptPerWeight ?? 0) * ParameterBytes;

    /// <summary>Summarises a plan as an executor would run it.</summary>
    /// <param name="plan">What runs, and where.</param>
    /// <param name="executor">What would run it; its words name the methods.</param>
    public static PlanSummary Of(Plan plan, Executor executor) => new(plan, [.. plan.Steps.Select((s, i) => Summarize(s, i, plan, executor))]);

    private static StepSummary Summarize(PlanStep step, int index, Plan plan, Executor executor)
    {
        // What the next step does in its own pass is counted there.
        if (executor.IsDoneByNext(plan.Steps, index)) return new StepSummary(index, step, Fused(step), 0, 0, default, "by the next step");
        var (read, written) = Traffic(step, plan);
        var method = executor.Describe(step.Operation, [.. step.Inputs.Select(i => i.Shape)], step.Output.Shape);
        return new StepSummary(index, step, Fused(step), sizeof(float) * read, sizeof(float) * written, CostOf(index, plan, executor), method);
    }

    private static OperationCost CostOf(int index, Plan plan, Executor executor)
    {
        var cost = plan.Steps[index].Cost();
        return index > 0 && executor.IsDoneByNext(plan.Steps, index - 1) ? cost + plan.Steps[index - 1].Cost() : cost;
    }

    // Each operand once, however often a kernel comes back to it; of a part, only the part. The optimizer goes over everything that is trained.
    private static (long Read, long Written) Traffic(PlanStep step, Plan plan)
    {
        long all = plan.Layout.Length;
        if (step.Operation.Update is { } update) return (update.ReadsPerWeight * all, update.WritesPerWeight * all);
        var output = step.Output.Shape;
        var packed = step.Packed.Shape.Rank > 0;

        // Weights that were packed are read as they were packed.
        var read = packed ? (long)step.Packed.Shape.Count : 0;
        foreach (var (index, operand) in step.Inputs.Index().Where(i => !packed || i.Index != 1).DistinctBy(i => i.Item))
            read += step.Operation.Reads(index, operand.Shape, output);
        return (read, output.Count);
    }

    private static string Fused(PlanStep step)
    {
        var parts = new List<string>();
        if (step.Fusion is EpilogueFusion e)
        {
            if (e.Bias >= 0) parts.Add("bias");
            if (e.PerSample >= 0) parts.Add("per-sample");
            if (e.Residual >= 0) parts.Add("residual");
        }

        if (step.Fusion is ChainFusion { Code.Count: > 1 and var count }) parts.Add($"chain of {count}");
        if (step.Operation.Included.Length > 0) parts.Add(step.Operation.Included);
        var output = step.Output;
        var inPlace = step.Inputs.Any(i => i.Region == output.Region && i.Start == output.Start && i.Shape.Count == output.Shape.Count);
        if (inPlace) parts.Add("in place");
        return string.Join(", ", parts);
    }
}

using DiffusionSharp.Cpu.Binders;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu;

/// <summary>Runs plans on this machine's processor, with the managed kernels: each step becomes one kernel call on its operands' memory.</summary>
/// <param name="parallelism">The threads; results do not depend on how many.</param>
/// <param name="precision">What the kernels may trade for speed.</param>
public sealed class CpuExecutor(Parallelism parallelism, Precision precision = Precision.Fast) : Executor
{
    /// <inheritdoc/>
    public override Parallelism Parallelism => parallelism;

    /// <inheritdoc/>
    public override Precision Precision => precision;

    /// <inheritdoc/>
    public override Executor At(Precision precision) => precision == Precision ? this : new CpuExecutor(parallelism, precision);

    /// <inheritdoc/>
    public override int WorkspaceLength(Operation operation, IReadOnlyList<Shape> inputs, Shape output) =>
        BinderTable.Of(operation).WorkspaceLength(operation, new Call(inputs, output, precision));

    /// <inheritdoc/>
    public override Packing PackingOf(Operation operation, IReadOnlyList<Shape> inputs, Shape output) =>
        BinderTable.Of(operation).PackingOf(operation, new Call(inputs, output, precision));

    /// <inheritdoc/>
    public override string Describe(Operation operation, IReadOnlyList<Shape> inputs, Shape output) =>
        BinderTable.Of(operation).Describe(operation, new Call(inputs, output, precision));

    /// <inheritdoc/>
    public override bool IsDoneByNext(IReadOnlyList<PlanStep> steps, int index) =>
        index + 1 < steps.Count && BinderTable.Of(steps[index].Operation).IsDoneByNext(steps[index], steps[index + 1]);

    /// <inheritdoc/>
    public override IReadOnlyList<StepAction> Bind(Plan plan, PlanMemory memory)
    {
        var actions = new List<StepAction>();
        PlanStep? left = null;
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            var waits = IsDoneByNext(plan.Steps, i);
            actions.Add(waits ? _ => { } : BinderTable.Of(step.Operation).Bind(new BoundStep(step, left, plan, memory, parallelism, precision)));
            left = waits ? step : null;
        }

        return actions;
    }
}

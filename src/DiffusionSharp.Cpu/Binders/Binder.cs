using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>How the processor computes one kind of operation: what that needs, and the kernel call that a step becomes.</summary>
internal abstract class Binder
{
    /// <summary>The operation's type.</summary>
    public abstract Type Operation { get; }

    /// <summary>Floats of scratch.</summary>
    public abstract int WorkspaceLength(Operation operation, Call call);

    /// <summary>What it needs if its operand 1 is packed once.</summary>
    public abstract Packing PackingOf(Operation operation, Call call);

    /// <summary>How it would be computed, in a word or two for people.</summary>
    public abstract string Describe(Operation operation, Call call);

    /// <summary>Whether a step's work is done by the step after it.</summary>
    public abstract bool IsDoneByNext(PlanStep step, PlanStep next);

    /// <summary>The action of a step.</summary>
    public abstract StepAction Bind(BoundStep step);

    /// <summary>The action of the step that packs operand 1.</summary>
    /// <param name="consumer">The operation that reads it packed.</param>
    /// <param name="call">What that is computed on.</param>
    /// <param name="step">The step that packs: from its operand to its result.</param>
    public abstract StepAction BindPack(Operation consumer, Call call, BoundStep step);
}

/// <summary>The same, of functions of the operation itself; those that are not given stand for no scratch, no packing and one pass.</summary>
/// <param name="bind">The action of a step.</param>
internal sealed class Binder<TOperation>(Func<TOperation, BoundStep, StepAction> bind) : Binder
    where TOperation : Operation
{
    // Where packing takes a twentieth of the product or more.
    private const int MostPackedRows = 4096;

    /// <summary>Floats of scratch.</summary>
    public Func<TOperation, Call, int>? Workspace { get; init; }

    /// <summary>What it needs if its operand 1 is packed; asked only where packing may pay.</summary>
    public Func<TOperation, Call, Packing>? Packing { get; init; }

    /// <summary>Packs operand 1.</summary>
    public Func<TOperation, Call, BoundStep, StepAction>? Pack { get; init; }

    /// <summary>How it is computed, in a word or two.</summary>
    public Func<TOperation, Call, string>? Method { get; init; }

    /// <summary>Whether the next step does a step's work in its own pass.</summary>
    public Func<TOperation, PlanStep, PlanStep, bool>? DoneByNext { get; init; }

    /// <inheritdoc/>
    public override Type Operation => typeof(TOperation);

    /// <inheritdoc/>
    public override int WorkspaceLength(Operation operation, Call call) => Workspace?.Invoke((TOperation)operation, call) ?? 0;

    /// <inheritdoc/>
    public override Packing PackingOf(Operation operation, Call call)
    {
        // The more rows a product has, the less its packing weighs, and the packed weights of Winograd are four times as large.
        var pays = Packing is not null && call.Output.Count > 0 && call.Inputs[1].Count > 0 && call.Output.Count / call.Output[^1] <= MostPackedRows;
        return pays ? Packing!((TOperation)operation, call) : Graphs.Planning.Packing.None;
    }

    /// <inheritdoc/>
    public override string Describe(Operation operation, Call call) => Method?.Invoke((TOperation)operation, call) ?? "one pass";

    /// <inheritdoc/>
    public override bool IsDoneByNext(PlanStep step, PlanStep next) => DoneByNext?.Invoke((TOperation)step.Operation, step, next) ?? false;

    /// <inheritdoc/>
    public override StepAction Bind(BoundStep step) => bind((TOperation)step.Operation, step);

    /// <inheritdoc/>
    public override StepAction BindPack(Operation consumer, Call call, BoundStep step) =>
        Pack?.Invoke((TOperation)consumer, call, step) ?? throw new NotSupportedException($"The CPU executor packs nothing for {consumer.Name}.");
}

using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>A step with its memory at hand: what a binder makes an action of.</summary>
internal sealed class BoundStep
{
    /// <summary>Opens the places of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="left">The step before it, where that left its work to this one.</param>
    /// <param name="plan">The whole of the program.</param>
    /// <param name="memory">What the plan's places stand in.</param>
    /// <param name="parallelism">The threads.</param>
    /// <param name="precision">What may be traded for speed.</param>
    public BoundStep(PlanStep step, PlanStep? left, Plan plan, PlanMemory memory, Parallelism parallelism, Precision precision)
    {
        (Step, Left, Plan, Memory, Parallelism) = (step, left, plan, memory, parallelism);
        Inputs = [.. step.Inputs.Select(memory.At)];
        Output = memory.At(step.Output);
        Scratch = step.Workspace.Shape.Rank == 0 ? Nothing : memory.At(step.Workspace);
        Packed = step.Packed.Shape.Rank == 0 ? null : memory.At(step.Packed);
        Call = new Call([.. step.Inputs.Select(i => i.Shape)], step.Output.Shape, precision);
    }

    /// <summary>What the plan says of it.</summary>
    public PlanStep Step { get; }

    /// <summary>The step before it, where that left its work to this one; null where it left none.</summary>
    public PlanStep? Left { get; }

    /// <summary>The plan it belongs to.</summary>
    public Plan Plan { get; }

    /// <summary>The memories of the program.</summary>
    public PlanMemory Memory { get; }

    /// <summary>The threads.</summary>
    public Parallelism Parallelism { get; }

    /// <summary>Its operands, and after them what is added to its result.</summary>
    public BufferSlice[] Inputs { get; }

    /// <summary>Its result.</summary>
    public BufferSlice Output { get; }

    /// <summary>Its scratch; empty where it needs none.</summary>
    public BufferSlice Scratch { get; }

    /// <summary>Operand 1 as its kernel reads it; null where that is read as it is.</summary>
    public BufferSlice? Packed { get; }

    /// <summary>Its shapes.</summary>
    public Call Call { get; }

    /// <summary>What is computed.</summary>
    public Operation Operation => Step.Operation;

    /// <summary>No memory at all.</summary>
    public BufferSlice Nothing => new(Memory.Arena, 0, 0);

    /// <summary>What is added to its result.</summary>
    /// <param name="rowsPerSample">Rows of the result that share a sample's addend; 1 or more.</param>
    public BoundEpilogue Epilogue(int rowsPerSample) => new(Step.Fusion as EpilogueFusion, Inputs, rowsPerSample);
}

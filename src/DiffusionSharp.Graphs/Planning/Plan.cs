using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Planning;

/// <summary>The memories that a plan speaks of.</summary>
public enum Region
{
    /// <summary>Inputs, constants, intermediate values and scratch; owned by the program.</summary>
    Arena,

    /// <summary>What was made of parameters and constants alone, kept from run to run; owned by the program.</summary>
    Persistent,

    /// <summary>The parameters.</summary>
    Weights,

    /// <summary>Their gradients, in the layout of the parameters; owned by the program.</summary>
    Gradients,

    /// <summary>The optimizer's first moment.</summary>
    FirstMoment,

    /// <summary>The optimizer's second moment.</summary>
    SecondMoment,

    /// <summary>The exponential moving average of the parameters.</summary>
    Average,
}

/// <summary>A value's place: region, first float, and the shape that says how many follow.</summary>
/// <param name="Region">The memory.</param>
/// <param name="Start">First float in it.</param>
/// <param name="Shape">The value's shape.</param>
public readonly record struct Operand(Region Region, int Start, Shape Shape);

/// <summary>The part of a program that a step belongs to.</summary>
public enum Phase
{
    /// <summary>
    /// What depends on parameters and constants alone, where nothing is trained: done in the first run,
    /// and again when the parameters have changed.
    /// </summary>
    Once,

    /// <summary>What was built by hand: the network and its loss.</summary>
    Forward,

    /// <summary>Values of the forward pass that are computed again because the backward pass needs them: cheaper than keeping them.</summary>
    Recompute,

    /// <summary>What differentiation built.</summary>
    Backward,

    /// <summary>The optimizer's update and what reads its result.</summary>
    Update,
}

/// <summary>What a step does beside its operation.</summary>
public abstract record Fusion
{
    /// <summary>The arithmetic of the whole step.</summary>
    /// <param name="alone">That of the operation alone.</param>
    /// <param name="output">The result's shape.</param>
    public abstract OperationCost Cost(OperationCost alone, Shape output);
}

/// <summary>A whole element-wise expression in one pass; the step's inputs are its operands.</summary>
/// <param name="Code">Its instructions in order; the last gives the result, and none copies the one operand.</param>
public sealed record ChainFusion(IReadOnlyList<ElementwiseInstruction> Code) : Fusion
{
    /// <inheritdoc/>
    public override OperationCost Cost(OperationCost alone, Shape output) => new(0, (long)Code.Count * output.Count);
}

/// <summary>Additions to a product or convolution while its rows are hot; indices into the step's inputs, −1 where absent.</summary>
/// <param name="Bias">[C], added to every row.</param>
/// <param name="PerSample">[N, 1, 1, C], added to every row of a sample.</param>
/// <param name="Residual">A value of the result's shape.</param>
public sealed record EpilogueFusion(int Bias, int PerSample, int Residual) : Fusion
{
    /// <inheritdoc/>
    public override OperationCost Cost(OperationCost alone, Shape output)
    {
        var addends = (Bias >= 0 ? 1 : 0) + (PerSample >= 0 ? 1 : 0) + (Residual >= 0 ? 1 : 0);
        return alone + new OperationCost(0, (long)output.Count * addends);
    }
}

/// <summary>One step: an operation on places, in the order of the plan.</summary>
/// <param name="Operation">What is computed; for a chain, its last operation.</param>
/// <param name="Scope">The layer it belongs to.</param>
/// <param name="Inputs">Where operands stand.</param>
/// <param name="Output">Where the result goes; may be the place of an operand that dies here.</param>
/// <param name="Workspace">Scratch of this step alone.</param>
/// <param name="Fusion">What is done in the same pass, if anything.</param>
/// <param name="Phase">The part of the program it belongs to.</param>
/// <param name="Packed">
/// Operand 1 as the executor wants it, made by an earlier step of <see cref="Operation"/> <see cref="Pack"/>; of rank 0 where there is none.
/// </param>
public sealed record PlanStep(
    Operation Operation,
    string Scope,
    IReadOnlyList<Operand> Inputs,
    Operand Output,
    Operand Workspace,
    Fusion? Fusion,
    Phase Phase,
    Operand Packed = default)
{
    /// <summary>The arithmetic of the operation and of what is fused into it.</summary>
    public OperationCost Cost()
    {
        var alone = Operation.Cost([.. Inputs.Select(i => i.Shape)], Output.Shape);
        return Fusion is null ? alone : Fusion.Cost(alone, Output.Shape);
    }
}

/// <summary>What to compute and where: the whole of a program, but for how.</summary>
/// <param name="Steps">In execution order.</param>
/// <param name="Inputs">Places the caller fills, by name.</param>
/// <param name="Outputs">Places the caller reads, by name.</param>
/// <param name="Constants">Places filled once.</param>
/// <param name="Layout">The parameters.</param>
/// <param name="ArenaLength">Floats of the arena.</param>
/// <param name="Update">What a step does to the parameters; null where nothing is trained.</param>
/// <param name="PersistentLength">Floats of what is kept from run to run.</param>
/// <param name="OnceSteps">How many of the first steps are done only in the first run and when the parameters have changed.</param>
public sealed record Plan(
    IReadOnlyList<PlanStep> Steps,
    IReadOnlyDictionary<string, Operand> Inputs,
    IReadOnlyDictionary<string, Operand> Outputs,
    IReadOnlyList<(Operand Place, FloatTensor Values)> Constants,
    ParameterLayout Layout,
    int ArenaLength,
    WeightUpdate? Update,
    int PersistentLength,
    int OnceSteps)
{
    /// <summary>Whether a step updates the parameters.</summary>
    public bool Trains => Update is not null;
}

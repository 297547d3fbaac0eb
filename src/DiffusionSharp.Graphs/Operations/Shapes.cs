using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>The same values in another shape: a view, never a copy.</summary>
/// <param name="Detached">Whether the values count as fixed for differentiation: no gradient passes.</param>
public sealed record Reshape(bool Detached = false) : Operation
{
    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => OperationCost.None;
}

/// <summary>An operation that moves values and changes none.</summary>
public abstract record Move : Operation
{
    /// <inheritdoc/>
    public sealed override bool IsCheap => true;

    /// <inheritdoc/>
    public sealed override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => OperationCost.None;
}

/// <summary>Reorders axes: axis i of the result is axis Permutation[i] of the operand.</summary>
/// <param name="Permutation">Each axis of the operand once.</param>
public sealed record Transpose(Shape Permutation) : Move;

/// <summary>Part of an axis.</summary>
/// <param name="Axis">Which axis, from the outermost.</param>
/// <param name="Start">The first position of the operand.</param>
public sealed record Slice(int Axis, int Start) : Move
{
    /// <inheritdoc/>
    public override long Reads(int operand, Shape input, Shape output) => output.Count;
}

/// <summary>Zeros around an axis: the adjoint of <see cref="Slice"/>.</summary>
/// <param name="Axis">Which axis, from the outermost.</param>
/// <param name="Before">Zeros before the operand's first position; those after it are what the result's shape implies.</param>
public sealed record Pad(int Axis, int Before) : Move;

/// <summary>Operands one after another along an axis.</summary>
/// <param name="Axis">Which axis, from the outermost.</param>
public sealed record Concatenate(int Axis) : Move;

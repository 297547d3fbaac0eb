using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>Rows of a table [K, D] by index: operands are the table and the indices.</summary>
public sealed record Embedding : Operation
{
    /// <inheritdoc/>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => OperationCost.None;

    /// <inheritdoc/>
    public override long Reads(int operand, Shape input, Shape output) => operand == 0 ? output.Count : input.Count;
}

/// <summary>The adjoint of <see cref="Embedding"/> in the table, from (dy, indices).</summary>
public sealed record EmbeddingGrad : Operation;

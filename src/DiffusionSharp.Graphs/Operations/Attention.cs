using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>softmax(scale · q kᵀ) v for each head; the operand is [N, T, 3C] = q, k, v side by side, the result [N, T, C].</summary>
/// <param name="Heads">A divisor of C.</param>
/// <param name="Scale">Multiplies the products of queries and keys: 1/√(C/Heads) as usual.</param>
public sealed record Attention(int Heads, float Scale) : Operation
{
    /// <inheritdoc/>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => Pairs(inputs[0], Heads, passes: 2);

    // Each pass is a product over all pairs of positions; the weights between them are one operation for each pair and head.
    internal static OperationCost Pairs(Shape qkv, int heads, int passes)
    {
        var pairs = (long)qkv[0] * qkv[1] * qkv[1];
        return new(passes * pairs * (qkv[2] / 3), pairs * heads);
    }
}

/// <summary>The adjoint of <see cref="Attention"/>, from (qkv, dy): [N, T, 3C].</summary>
/// <param name="Heads">That of the attention.</param>
/// <param name="Scale">That of the attention.</param>
public sealed record AttentionGrad(int Heads, float Scale) : Operation
{
    /// <inheritdoc/>
    /// <remarks>One pass to compute the weights again and four for the gradients.</remarks>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => Attention.Pairs(inputs[0], Heads, passes: 5);
}

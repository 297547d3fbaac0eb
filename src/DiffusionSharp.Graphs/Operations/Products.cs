using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>Matrix product of rank 2, or batch by batch of rank 3; a transposed operand is stored [k, m] or [n, k].</summary>
/// <param name="TransposeA">Whether the left operand is stored transposed.</param>
/// <param name="TransposeB">Whether the right operand is stored transposed.</param>
public sealed record MatMul(bool TransposeA, bool TransposeB) : Operation
{
    /// <inheritdoc/>
    public override bool TakesPacked => true;

    /// <inheritdoc/>
    public override Addends AddendsFor(Shape output) => output.Rank == 2 ? Addends.Bias | Addends.Residual : Addends.None;

    /// <inheritdoc/>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => new((long)output.Count * inputs[0][TransposeA ? ^2 : ^1], 0);
}

/// <summary>Weights in the order an executor's kernel reads them; a planner's own step, never built by hand.</summary>
/// <param name="Consumer">The product or convolution that reads them.</param>
/// <param name="Operand">Shape of its other operand.</param>
/// <param name="Result">Shape of its result.</param>
public sealed record Pack(Operation Consumer, Shape Operand, Shape Result) : Operation
{
    /// <inheritdoc/>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => OperationCost.None;
}

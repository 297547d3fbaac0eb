using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>A function of each value; operands have the result's shape or a scalar's.</summary>
/// <param name="Code">The function.</param>
public sealed record Elementwise(ElementwiseCode Code) : Operation
{
    /// <inheritdoc/>
    public override string Name => Code.ToString();

    /// <inheritdoc/>
    public override ElementwiseCode? Pointwise => Code;
}

/// <summary>Stretches dimensions of 1, aligned at the innermost.</summary>
public sealed record BroadcastTo : Operation
{
    /// <inheritdoc/>
    public override bool Stretches => true;

    /// <inheritdoc/>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => OperationCost.None;
}

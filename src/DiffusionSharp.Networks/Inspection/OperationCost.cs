using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Inspection;

/// <summary>What an operation costs, from shapes alone.</summary>
/// <param name="MultiplyAdds">Multiply-adds of matrix products, convolutions and attention.</param>
/// <param name="Others">All other arithmetic: one for each value of the largest operand or result; moving values costs none.</param>
public readonly record struct OperationCost(long MultiplyAdds, long Others)
{
    /// <summary>Floating-point operations: two for each multiply-add, and the others.</summary>
    public long Flops => (2 * MultiplyAdds) + Others;

    /// <summary>Sum.</summary>
    public static OperationCost operator +(OperationCost a, OperationCost b) => new(a.MultiplyAdds + b.MultiplyAdds, a.Others + b.Others);

    /// <summary>The cost of one operation.</summary>
    public static OperationCost Of(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => operation switch
    {
        MatMul m => new(Count(output) * inputs[0][m.TransposeA ? ^2 : ^1], 0),
        Conv2D => Convolution(output, inputs[1]),
        Conv2DGradInput => Convolution(inputs[0], inputs[1]),
        Conv2DGradWeight => Convolution(inputs[1], output),
        Attention a => AttentionCost(inputs[0], a.Heads, 2),
        AttentionGrad a => AttentionCost(inputs[0], a.Heads, 5),
        Input or Parameter or Constant or Scalar or Reshape or BroadcastTo or Transpose or Slice or Pad or Concatenate or UpsampleNearest or Embedding or Pack => default,
        AdamUpdate => new(0, inputs.Skip(1).Sum(Count)),
        _ => new(0, inputs.Append(output).Max(Count)),
    };

    /// <summary>The cost of a step of a plan, with all that is fused into it.</summary>
    public static OperationCost Of(PlanStep step) => step.Fusion switch
    {
        ChainFusion chain => new(0, (long)chain.Code.Count * step.Output.Shape.Count),
        EpilogueFusion e => Of(step.Operation, [.. step.Inputs.Select(i => i.Shape)], step.Output.Shape)
            + new OperationCost(0, (long)step.Output.Shape.Count * ((e.Bias >= 0 ? 1 : 0) + (e.PerSample >= 0 ? 1 : 0) + (e.Residual >= 0 ? 1 : 0))),
        _ => Of(step.Operation, [.. step.Inputs.Select(i => i.Shape)], step.Output.Shape),
    };

    private static long Count(Shape shape) => shape.Count;

    // Every value of the result is a sum over the window: KH · KW · Ci products. All three adjoints pair the same values.
    private static OperationCost Convolution(Shape y, Shape w) => new(Count(y) * w[0] * w[1] * w[2], 0);

    // Each pass is a product over all pairs of positions: two forward; backward one to recompute the weights and four for the gradients.
    private static OperationCost AttentionCost(Shape qkv, int heads, int passes)
    {
        var pairs = (long)qkv[0] * qkv[1] * qkv[1];
        return new(passes * pairs * (qkv[2] / 3), pairs * heads);
    }
}

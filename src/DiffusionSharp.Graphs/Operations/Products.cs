using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>Matrix product of rank 2, or batch by batch of rank 3; a transposed operand is stored [k, m] or [n, k].</summary>
public sealed record MatMul(bool TransposeA, bool TransposeB) : Operation;

/// <summary>Weights in the order an executor's kernel reads them; a planner's own step, never built by hand.</summary>
/// <param name="Consumer">The product or convolution that reads them.</param>
/// <param name="Operand">Shape of its other operand.</param>
/// <param name="Result">Shape of its result.</param>
public sealed record Pack(Operation Consumer, Shape Operand, Shape Result) : Operation;

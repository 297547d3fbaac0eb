using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>The same values in another shape: a view, never a copy.</summary>
/// <param name="Detached">Whether the values count as fixed for differentiation: no gradient passes.</param>
public sealed record Reshape(bool Detached = false) : Operation;

/// <summary>Axis i of the result is axis Permutation[i] of the operand.</summary>
public sealed record Transpose(Shape Permutation) : Operation;

/// <summary>Part of an axis.</summary>
public sealed record Slice(int Axis, int Start) : Operation;

/// <summary>Zeros around an axis: the adjoint of <see cref="Slice"/>.</summary>
public sealed record Pad(int Axis, int Before) : Operation;

/// <summary>Operands one after another along an axis.</summary>
public sealed record Concatenate(int Axis) : Operation;

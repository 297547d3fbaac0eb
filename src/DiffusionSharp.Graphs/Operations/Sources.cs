using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>Memory that the caller fills before a run.</summary>
public sealed record Input(string Label) : Operation;

/// <summary>A trained value, entry <paramref name="Index"/> of the graph's layout.</summary>
public sealed record Parameter(int Index) : Operation;

/// <summary>Values fixed when the graph is built.</summary>
public sealed record Constant(FloatTensor Values) : Operation;

/// <summary>One number, of shape [].</summary>
public sealed record Scalar(float Value) : Operation;

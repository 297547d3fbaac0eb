namespace DiffusionSharp.Graphs.Operations;

/// <summary>Rows of a table [K, D] by index.</summary>
public sealed record Embedding : Operation;

/// <summary>The adjoint of <see cref="Embedding"/> in the table, from (dy, indices).</summary>
public sealed record EmbeddingGrad : Operation;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>softmax(scale · q kᵀ) v for each head; the operand is [N, T, 3C] = q, k, v side by side, the result [N, T, C].</summary>
public sealed record Attention(int Heads, float Scale) : Operation;

/// <summary>The adjoint of <see cref="Attention"/>, from (qkv, dy): [N, T, 3C].</summary>
public sealed record AttentionGrad(int Heads, float Scale) : Operation;

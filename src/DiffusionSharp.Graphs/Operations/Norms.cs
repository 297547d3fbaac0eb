namespace DiffusionSharp.Graphs.Operations;

/// <summary>Mean and 1/√(variance + ε) of each group of channels of x [N, …, C]: [N, G, 2].</summary>
public sealed record GroupNormStatistics(int Groups, float Epsilon) : Operation;

/// <summary>Group norm of (x, statistics, γ, β), with SiLU after it if asked: one operation, since backward recomputes both from x.</summary>
public sealed record GroupNormApply(int Groups, bool Silu) : Operation;

/// <summary>[N, 2, C]: sums over positions of the adjoint before SiLU, and of it times x̂; from (x, statistics, γ, β, dy).</summary>
public sealed record GroupNormGradSums(int Groups, bool Silu) : Operation;

/// <summary>The adjoint of group norm in x, from (x, statistics, γ, β, dy, sums).</summary>
public sealed record GroupNormGradInput(int Groups, bool Silu) : Operation;

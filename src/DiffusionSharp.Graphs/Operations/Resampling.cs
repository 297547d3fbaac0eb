namespace DiffusionSharp.Graphs.Operations;

/// <summary>Each pixel of [N, H, W, C] repeated Factor × Factor times.</summary>
public sealed record UpsampleNearest(int Factor) : Operation;

/// <summary>Scale · sum of each Factor × Factor block: the adjoint of <see cref="UpsampleNearest"/>, and average pooling with Scale = Factor⁻².</summary>
public sealed record SumPool(int Factor, float Scale) : Operation;

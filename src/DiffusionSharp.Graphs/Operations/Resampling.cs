namespace DiffusionSharp.Graphs.Operations;

/// <summary>Each pixel of [N, H, W, C] repeated Factor × Factor times.</summary>
/// <param name="Factor">At least 1, along both axes.</param>
public sealed record UpsampleNearest(int Factor) : Move;

/// <summary>Scale · sum of each Factor × Factor block: the adjoint of <see cref="UpsampleNearest"/>, and average pooling with Scale = Factor⁻².</summary>
/// <param name="Factor">The side of a block in pixels, at least 1.</param>
/// <param name="Scale">Multiplies each sum.</param>
public sealed record SumPool(int Factor, float Scale) : Operation;

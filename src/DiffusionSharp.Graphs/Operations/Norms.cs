using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>Mean and 1/√(variance + ε) of each group of channels of x [N, …, C]: [N, G, 2].</summary>
/// <param name="Groups">G, a divisor of C.</param>
/// <param name="Epsilon">Added to the variance, at least 0.</param>
public sealed record GroupNormStatistics(int Groups, float Epsilon) : Operation;

/// <summary>Group norm of (x, statistics, γ, β), with SiLU after it if asked: one operation, since backward recomputes both from x.</summary>
/// <param name="Groups">That of the statistics.</param>
/// <param name="Silu">Whether SiLU follows in the same pass.</param>
public sealed record GroupNormApply(int Groups, bool Silu) : Operation
{
    /// <inheritdoc/>
    public override bool IsCheap => true;

    /// <inheritdoc/>
    public override int InPlace => 0;

    /// <inheritdoc/>
    public override string Included => IncludedSilu(Silu);

    internal static string IncludedSilu(bool silu) => silu ? "SiLU" : "";
}

/// <summary>[N, 2, C]: sums over positions of the adjoint before SiLU, and of it times x̂; from (x, statistics, γ, β, dy).</summary>
/// <param name="Groups">That of the statistics.</param>
/// <param name="Silu">Whether SiLU followed.</param>
public sealed record GroupNormGradSums(int Groups, bool Silu) : Operation
{
    /// <inheritdoc/>
    public override string Included => GroupNormApply.IncludedSilu(Silu);
}

/// <summary>The adjoint of group norm in x, from (x, statistics, γ, β, dy, sums).</summary>
/// <param name="Groups">That of the statistics.</param>
/// <param name="Silu">Whether SiLU followed.</param>
public sealed record GroupNormGradInput(int Groups, bool Silu) : Operation
{
    /// <inheritdoc/>
    public override int InPlace => 4;

    /// <inheritdoc/>
    public override string Included => GroupNormApply.IncludedSilu(Silu);

    /// <inheritdoc/>
    public override Addends AddendsFor(Shape output) => Addends.Residual;
}

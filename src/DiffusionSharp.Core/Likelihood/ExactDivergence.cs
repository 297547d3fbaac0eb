using DiffusionSharp.Tensors;

namespace DiffusionSharp.Likelihood;

/// <summary>The trace itself: one product for every value of a sample, so for samples of few values.</summary>
public sealed class ExactDivergence : Divergence
{
    /// <inheritdoc/>
    public override bool IsExact => true;

    /// <inheritdoc/>
    public override int Estimates => 1;

    /// <inheritdoc/>
    public override int Products(int dimension) => dimension;

    /// <inheritdoc/>
    internal override void Fill(int product, Rng rng, Span<double> u)
    {
        u.Clear();
        u[product] = 1;
    }
}

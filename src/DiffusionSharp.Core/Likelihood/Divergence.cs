using DiffusionSharp.Tensors;

namespace DiffusionSharp.Likelihood;

/// <summary>How the trace of ∂D/∂x is found from products uᵀ ∂D/∂x.</summary>
public abstract class Divergence
{
    private protected Divergence()
    {
    }

    /// <summary>Whether the trace is exact and no noise enters.</summary>
    public abstract bool IsExact { get; }

    /// <summary>How many estimates of the trace each sample has: the number of random probes, or 1 where it is exact.</summary>
    public abstract int Estimates { get; }

    /// <summary>How many products an evaluation takes.</summary>
    /// <param name="dimension">Values of a sample.</param>
    public abstract int Products(int dimension);

    /// <summary>Writes the vector u of a product for one sample; the same for the whole of a trajectory.</summary>
    /// <param name="product">0 … <see cref="Products"/> − 1; its uᵀ ∂D/∂x u counts for estimate min(product, <see cref="Estimates"/> − 1).</param>
    /// <param name="rng">The sample's own stream.</param>
    /// <param name="u">As many values as a sample has.</param>
    internal abstract void Fill(int product, Rng rng, Span<double> u);
}

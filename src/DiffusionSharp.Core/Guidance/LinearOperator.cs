using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>A linear measurement y = A x₀, the same for every sample.</summary>
public abstract class LinearOperator
{
    /// <summary>A x of each sample, [N, M].</summary>
    /// <param name="x">[N, …].</param>
    public abstract Tensor Apply(Tensor x);

    /// <summary>Aᵀ y of each sample, in the shape of <paramref name="like"/>.</summary>
    /// <param name="y">[N, M].</param>
    /// <param name="like">Gives the shape of the samples.</param>
    public abstract Tensor ApplyTransposed(Tensor y, Shape like);
}

using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The standard normal noise of a trajectory, addressed by where in the trajectory it enters.</summary>
public abstract class NoiseSource
{
    /// <summary>The noise a trajectory starts from.</summary>
    /// <param name="shape">[N, …].</param>
    public abstract Tensor Initial(Shape shape);

    /// <summary>A draw inside the trajectory; the same index gives the same noise again.</summary>
    /// <param name="shape">[N, …].</param>
    /// <param name="index">Position of the draw, from 0: the step's index where a step draws once.</param>
    public abstract Tensor Draw(Shape shape, int index);
}

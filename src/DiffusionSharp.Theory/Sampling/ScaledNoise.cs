using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.Sampling;

/// <summary>The noise of another source with its draws scaled: 0 takes a sampler's noise away, its start stays.</summary>
/// <param name="inner">The noise that is scaled.</param>
/// <param name="factor">Of the draws inside the trajectory; 1 changes nothing.</param>
public sealed class ScaledNoise(NoiseSource inner, double factor) : NoiseSource
{
    /// <inheritdoc/>
    public override Tensor Initial(Shape shape) => inner.Initial(shape);

    /// <inheritdoc/>
    public override Tensor Draw(Shape shape, int index) => factor == 0 ? Tensor.Zeros(shape) : factor * inner.Draw(shape, index);
}

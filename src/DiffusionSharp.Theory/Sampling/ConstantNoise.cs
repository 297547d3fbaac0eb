using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.Sampling;

/// <summary>Draws that all have one value: with 0 a step shows its mean, with 1 its deviation beside.</summary>
/// <param name="value">Of every draw.</param>
public sealed class ConstantNoise(double value) : NoiseSource
{
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: a trajectory under this noise starts where the caller says.</exception>
    public override Tensor Initial(Shape shape) => throw new NotSupportedException("ConstantNoise: it has no start; give the sampler the state to start from.");

    /// <inheritdoc/>
    public override Tensor Draw(Shape shape, int index) => Tensor.Zeros(shape) + value;
}

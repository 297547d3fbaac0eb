using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>The recordings' noise: one start and a stream of draws in order.</summary>
internal sealed class RecordedNoise(Tensor initial, Tensor stream) : NoiseSource
{
    public override Tensor Initial(Shape shape)
    {
        Assert.Equal(initial.Shape, shape);
        return initial;
    }

    public override Tensor Draw(Shape shape, int index) => stream.Slice(index, 1).Reshape(shape);
}

using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Tests.Golden;

/// <summary>The recordings' noise: one start and a stream of draws in order.</summary>
internal sealed class RecordedNoise(Tensor initial, Tensor stream) : NoiseSource
{
    private readonly SortedSet<int> drawn = [];

    /// <summary>The indices that were asked for.</summary>
    public IReadOnlyCollection<int> Drawn => drawn;

    public override Tensor Initial(Shape shape)
    {
        Assert.Equal(initial.Shape, shape);
        return initial;
    }

    public override Tensor Draw(Shape shape, int index)
    {
        drawn.Add(index);
        return stream.Slice(index, 1).Reshape(shape);
    }
}

using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>The recordings' noise in the order of drawing, for tools that draw only where noise enters.</summary>
internal sealed class RecordedDraws(Tensor stream) : NoiseSource
{
    public int Count { get; private set; }

    public override Tensor Initial(Shape shape) => throw new NotSupportedException("The start is given.");

    public override Tensor Draw(Shape shape, int index) => stream.Slice(Count++, 1).Reshape(shape);
}

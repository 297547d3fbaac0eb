using System.Numerics.Tensors;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>result = Σ partials, in their order, cut along the elements.</summary>
internal unsafe struct PartialSums(float* partials, int count, int length, float* result) : ITileBody
{
    private const int ElementsPerTile = 8192;

    public void Reduce(Parallelism parallelism) => parallelism.For(((length - 1) / ElementsPerTile) + 1, ref this);

    public readonly void Run(int tile)
    {
        var first = tile * ElementsPerTile;
        var size = Math.Min(ElementsPerTile, length - first);
        var sum = new Span<float>(result + first, size);
        new ReadOnlySpan<float>(partials + first, size).CopyTo(sum);
        for (var i = 1; i < count; i++)
            TensorPrimitives.Add(sum, new ReadOnlySpan<float>(partials + ((nint)i * length) + first, size), sum);
    }
}

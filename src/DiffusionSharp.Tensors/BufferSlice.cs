namespace DiffusionSharp.Tensors;

/// <summary>A named stretch of an <see cref="AlignedBuffer"/>: how a plan hands operands to kernels without allocating.</summary>
/// <param name="Buffer">The memory.</param>
/// <param name="Start">First float.</param>
/// <param name="Length">Number of floats.</param>
public readonly record struct BufferSlice(AlignedBuffer Buffer, int Start, int Length)
{
    /// <summary>The floats themselves.</summary>
    public Span<float> Span => Buffer.Slice(Start, Length);
}

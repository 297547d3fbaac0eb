using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

/// <summary>An array between two margins of NaN that a kernel must not touch.</summary>
internal sealed class Guarded
{
    private const int Margin = 37;
    private readonly AlignedBuffer buffer;

    public Guarded(int length)
    {
        Length = length;
        buffer = new AlignedBuffer(length + (2 * Margin));
        buffer.Span.Fill(float.NaN);
    }

    public Guarded(ReadOnlySpan<float> values)
        : this(values.Length) => values.CopyTo(Span);

    public int Length { get; }

    public Span<float> Span => buffer.Slice(Margin, Length);

    public BufferSlice Slice => new(buffer, Margin, Length);

    public float[] Checked()
    {
        for (var i = 0; i < Margin; i++)
        {
            Assert.True(float.IsNaN(buffer.Span[i]), $"{Margin - i} before the start was written.");
            Assert.True(float.IsNaN(buffer.Span[Margin + Length + i]), $"{i} past the end was written.");
        }

        return Span.ToArray();
    }
}

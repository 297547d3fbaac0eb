using System.Runtime.InteropServices;

namespace DiffusionSharp.Tensors;

/// <summary>Float32 memory on a 64-byte boundary that the collector never moves.</summary>
public sealed class AlignedBuffer
{
    private const int Alignment = 64;
    private readonly float[] array;
    private readonly int offset;

    /// <summary>Allocates zeroed memory once.</summary>
    /// <param name="length">Number of floats.</param>
    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        array = GC.AllocateArray<float>(checked(length + (Alignment / sizeof(float))), pinned: true);
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        offset = (int)((Alignment - ((nuint)start % Alignment)) % Alignment) / sizeof(float);
        Length = length;
    }

    /// <summary>Number of floats.</summary>
    public int Length { get; }

    /// <summary>All of the memory.</summary>
    public Span<float> Span => array.AsSpan(offset, Length);

    /// <summary>A part of the memory.</summary>
    /// <param name="start">First float, from 0.</param>
    /// <param name="length">Number of floats; the part lies inside the memory.</param>
    public Span<float> Slice(int start, int length) => array.AsSpan(offset, Length).Slice(start, length);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Scratch memory of the running thread: row tables and accumulator tiles. Allocated at first use, reused by every kernel.</summary>
internal static unsafe class ThreadScratch
{
    private const int InitialFloats = 32 * 1024;

    [ThreadStatic]
    private static AlignedBuffer? buffer;

    /// <summary>At least so many bytes on a 64-byte boundary. The contents are arbitrary and last until the next call on this thread.</summary>
    public static byte* Rent(long bytes)
    {
        var floats = checked((int)((bytes + sizeof(float) - 1) / sizeof(float)));
        var current = buffer;
        if (current is null || current.Length < floats)
        {
            current = new AlignedBuffer(Math.Max(InitialFloats, floats));
            buffer = current;
        }

        // The memory is pinned for life, so its address outlives the span.
        return (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(current.Span));
    }
}

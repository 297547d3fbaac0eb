using System.Runtime.InteropServices;

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>Work memory of the current thread, grown when first needed and then kept: a running program allocates nothing.</summary>
/// <remarks>One taker at a time: a tile takes it once, divides it as it likes, and calls no other kernel that takes it.</remarks>
internal static unsafe class Scratch
{
    [ThreadStatic]
    private static AlignedBuffer? buffer;

    /// <summary>Aligned memory of at least this many floats, contents undefined.</summary>
    public static float* Take(int length)
    {
        if (buffer is null || buffer.Length < length) buffer = new AlignedBuffer(Math.Max(length, 16384));

        // The buffer is pinned for its life and the thread holds it, so the address outlives this call.
        return Address(buffer.Span);
    }

    /// <summary>The address of pinned memory.</summary>
    public static float* Address(Span<float> pinned) => (float*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));

    /// <summary>Rounds up to whole cache lines.</summary>
    public static int Pad(int length) => (length + 15) & ~15;
}

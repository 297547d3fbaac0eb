using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Floats of the current thread's <see cref="ThreadScratch"/>, and addresses of pinned memory.</summary>
/// <remarks>One taker at a time: a tile takes it once, divides it as it likes, and calls no other kernel that takes it.</remarks>
internal static unsafe class Scratch
{
    /// <summary>Aligned memory of at least this many floats, contents undefined.</summary>
    public static float* Take(int length) => (float*)ThreadScratch.Rent(sizeof(float) * (long)length);

    /// <summary>The address of pinned memory.</summary>
    public static float* Address(Span<float> pinned) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));

    /// <summary>Rounds up to whole cache lines.</summary>
    public static int Pad(int length) => (length + 15) & ~15;
}

using System.Runtime.Intrinsics;
using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu;

/// <summary>
/// STREAM's triad a ← b + s c over memory that no cache holds (McCalpin 1995): timed, it gives the bandwidth that kernels are measured against.
/// </summary>
public sealed unsafe class MachineBandwidth
{
    // Three arrays of 64 MiB: six times the third-level cache of a large desktop.
    private const int Length = 16 << 20, TileLength = 1 << 16;
    private readonly AlignedBuffer a = new(Length);
    private readonly AlignedBuffer b = new(Length);
    private readonly AlignedBuffer c = new(Length);

    /// <summary>Bytes that one <see cref="Run"/> reads and writes: two arrays in, one out.</summary>
    public static double BytesPerRun => 3.0 * sizeof(float) * Length;

    /// <summary>Runs the loop once on all threads. The first run also maps the memory: leave it out of the timing.</summary>
    /// <param name="p">The threads that share the work.</param>
    public void Run(Parallelism p)
    {
        fixed (float* pa = a.Span, pb = b.Span, pc = c.Span)
        {
            var body = new Body(pa, pb, pc);
            p.For(Length / TileLength, ref body);
        }
    }

    private readonly struct Body(float* a, float* b, float* c) : ITileBody
    {
        public void Run(int tile)
        {
            var begin = tile * TileLength;
            var end = begin + TileLength;
            if (Vector512.IsHardwareAccelerated) Triad<Lanes16>(begin, end);
            else if (Vector256.IsHardwareAccelerated) Triad<Lanes8>(begin, end);
            else Triad<Lanes1>(begin, end);
        }

        private void Triad<T>(int begin, int end)
            where T : struct, ILanes<T>
        {
            var s = T.Of(3);
            for (var i = begin; i < end; i += T.Count) T.Fma(s, T.Load(c + i), T.Load(b + i)).Store(a + i);
        }
    }
}

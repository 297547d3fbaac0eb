using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Runs the micro-kernel over rows given by pointers, one depth block after another.</summary>
internal static unsafe class RowPointers
{
    private const int FloatsPerLine = 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Prefetch(float** rowPointers, int rows, int length)
    {
        if (!Sse.IsSupported) return;
        for (var r = 0; r < rows; r++)
        {
            for (var k = 0; k < length; k += FloatsPerLine) Sse.Prefetch1(rowPointers[r] + k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float** rowPointers, int segments, int length, int rows, int columns, float* b, nint ldb, float* c, nint ldc)
    {
        var stride = MicroKernel.RowBlock;
        if (length >= MicroKernel.DepthBlock)
        {
            for (var segment = 0; segment < segments; segment++)
            {
                for (var k = 0; k < length; k += MicroKernel.DepthBlock)
                {
                    var depth = Math.Min(MicroKernel.DepthBlock, length - k);
                    MicroKernel.Rows(rows, columns, rowPointers + (segment * stride), stride, k, 1, depth,
                        b + (((nint)segment * length) + k) * ldb, ldb, c, ldc, (segment | k) != 0);
                }
            }

            return;
        }

        var perBlock = MicroKernel.DepthBlock / length;
        for (var segment = 0; segment < segments; segment += perBlock)
        {
            MicroKernel.Rows(rows, columns, rowPointers + (segment * stride), stride, 0, Math.Min(perBlock, segments - segment), length,
                b + ((nint)segment * length * ldb), ldb, c, ldc, segment != 0);
        }
    }
}

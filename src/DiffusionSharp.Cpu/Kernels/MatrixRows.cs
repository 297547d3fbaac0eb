using System.Runtime.CompilerServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The rows of a dense [m, k] matrix, read in place.</summary>
/// <remarks>
/// Rows a multiple of 4096 bytes apart all fall into one set of the first cache, which holds eight lines: a block of twelve would evict itself at every
/// step of k. Such rows are copied to scratch first, one line further apart.
/// </remarks>
internal readonly unsafe struct MatrixRows(float* a, int m, int k) : ITileSource
{
    private const int CollidingFloats = 1024;
    private const int FloatsPerLine = 16;

    public long TableBytes => PointerBytes + (Copies ? (long)MicroKernel.RowBlock * (k + FloatsPerLine) * sizeof(float) : 0);

    private static long PointerBytes => ((MicroKernel.RowBlock * sizeof(float*)) + 63) & ~63L;

    private bool Copies => k % CollidingFloats == 0 && m > 1;

    public bool IsDense => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Locate(int batch, int first, int count, byte* table, int* outputRows)
    {
        var copy = (float*)(table + PointerBytes);
        for (var r = 0; r < count; r++)
        {
            var row = (batch * m) + first + r;
            var source = a + ((nint)row * k);
            outputRows[r] = row;
            if (Copies)
            {
                new ReadOnlySpan<float>(source, k).CopyTo(new Span<float>(copy, k));
                source = copy;
                copy += k + FloatsPerLine;
            }

            ((float**)table)[r] = source;
        }
    }

    public void Multiply(byte* table, int row, int rows, int columns, float* b, nint ldb, float* c, nint ldc) =>
        RowPointers.Multiply((float**)table + row, 1, k, rows, columns, b, ldb, c, ldc);

    public void Prefetch(byte* table, int rows) => RowPointers.Prefetch((float**)table, rows, k);

    public void MultiplyNarrow(byte* table, int row, int rows, int columns, float* b, float* tile) =>
        NarrowKernel.Multiply((float**)table + row, 1, k, rows, columns, b, tile);
}

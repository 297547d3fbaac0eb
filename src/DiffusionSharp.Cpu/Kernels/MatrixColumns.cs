using System.Runtime.CompilerServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The rows of a matrix stored transposed, [k, m]: neighbouring rows are neighbours in memory.</summary>
/// <remarks>Read in place, or from panels of <see cref="MicroKernel.RowBlock"/> rows packed by <see cref="ColumnPacking"/>.</remarks>
internal readonly unsafe struct MatrixColumns(float* a, int m, int k, bool packed) : ITileSource
{
    public long TableBytes => sizeof(float*);

    public bool IsDense => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Locate(int batch, int first, int count, byte* table, int* outputRows)
    {
        var block = MicroKernel.RowBlock;
        *(float**)table = packed
            ? a + ((((nint)batch * ColumnPacking.BlockCount(m)) + (first / block)) * block * k)
            : a + ((nint)batch * m * k) + first;
        for (var r = 0; r < count; r++) outputRows[r] = (batch * m) + first + r;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(byte* table, int row, int rows, int columns, float* b, nint ldb, float* c, nint ldc)
    {
        nint lda = packed ? MicroKernel.RowBlock : m;
        var start = *(float**)table + row;
        for (var depth = 0; depth < k; depth += MicroKernel.DepthBlock)
        {
            MicroKernel.Columns(rows, columns, start + (depth * lda), lda, Math.Min(MicroKernel.DepthBlock, k - depth),
                b + (depth * ldb), ldb, c, ldc, depth != 0);
        }
    }

    public void Prefetch(byte* table, int rows)
    {
        // Neighbouring rows are neighbours in memory: the machine foresees them.
    }

    public void MultiplyNarrow(byte* table, int row, int rows, int columns, float* b, float* tile) =>
        throw new NotSupportedException("A narrow product reads rows, not columns.");
}

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>The rows of a dense [m, k] matrix, read in place.</summary>
internal readonly unsafe struct MatrixRows(float* a, int m, int k) : ITileSource
{
    public long TableBytes => (long)MicroKernel.RowBlock * sizeof(float*);

    public void Locate(int batch, int first, int count, byte* table, int* outputRows)
    {
        for (var r = 0; r < count; r++)
        {
            var row = (batch * m) + first + r;
            ((float**)table)[r] = a + ((nint)row * k);
            outputRows[r] = row;
        }
    }

    public void Multiply(byte* table, int row, int rows, int columns, float* b, nint ldb, float* tile) =>
        RowPointers.Multiply((float**)table + row, 1, k, rows, columns, b, ldb, tile);

    public void MultiplyNarrow(byte* table, int row, int rows, int columns, float* b, float* tile) =>
        NarrowKernel.Multiply((float**)table + row, 1, k, rows, columns, b, tile);
}

/// <summary>Runs the micro-kernel over rows given by pointers, one depth block after another.</summary>
internal static unsafe class RowPointers
{
    public static void Multiply(float** rowPointers, int segments, int length, int rows, int columns, float* b, nint ldb, float* tile)
    {
        var stride = MicroKernel.RowBlock;
        nint width = MicroKernel.Panel;
        if (length >= MicroKernel.DepthBlock)
        {
            for (var segment = 0; segment < segments; segment++)
            {
                for (var k = 0; k < length; k += MicroKernel.DepthBlock)
                {
                    var depth = Math.Min(MicroKernel.DepthBlock, length - k);
                    MicroKernel.Rows(rows, columns, rowPointers + (segment * stride), stride, k, 1, depth,
                        b + (((nint)segment * length) + k) * ldb, ldb, tile, width, (segment | k) != 0);
                }
            }

            return;
        }

        var perBlock = MicroKernel.DepthBlock / length;
        for (var segment = 0; segment < segments; segment += perBlock)
        {
            MicroKernel.Rows(rows, columns, rowPointers + (segment * stride), stride, 0, Math.Min(perBlock, segments - segment), length,
                b + ((nint)segment * length * ldb), ldb, tile, width, segment != 0);
        }
    }
}

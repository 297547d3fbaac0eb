namespace DiffusionSharp.Tensors.Kernels;

/// <summary>The rows of a matrix stored transposed, [k, m]: neighbouring rows are neighbours in memory.</summary>
/// <remarks>Read in place, or from panels of <see cref="MicroKernel.RowBlock"/> rows packed by <see cref="ColumnPacking"/>.</remarks>
internal readonly unsafe struct MatrixColumns(float* a, int m, int k, bool packed) : ITileSource
{
    public long TableBytes => sizeof(float*);

    public void Locate(int batch, int first, int count, byte* table, int* outputRows)
    {
        var block = MicroKernel.RowBlock;
        *(float**)table = packed
            ? a + ((((nint)batch * ColumnPacking.BlockCount(m)) + (first / block)) * block * k)
            : a + ((nint)batch * m * k) + first;
        for (var r = 0; r < count; r++) outputRows[r] = (batch * m) + first + r;
    }

    public void Multiply(byte* table, int row, int rows, int columns, float* b, nint ldb, float* tile)
    {
        nint lda = packed ? MicroKernel.RowBlock : m;
        var start = *(float**)table + row;
        for (var depth = 0; depth < k; depth += MicroKernel.DepthBlock)
        {
            MicroKernel.Columns(rows, columns, start + (depth * lda), lda, Math.Min(MicroKernel.DepthBlock, k - depth),
                b + (depth * ldb), ldb, tile, MicroKernel.Panel, depth != 0);
        }
    }

    public void MultiplyNarrow(byte* table, int row, int rows, int columns, float* b, float* tile) =>
        throw new NotSupportedException("A narrow product reads rows, not columns.");
}

/// <summary>Copies a [k, m] matrix into blocks [k, row block], so that a product with many panels walks memory straight.</summary>
internal unsafe struct ColumnPacking(float* source, float* packed, int m, int k, int batch) : ITileBody
{
    private const int DepthPerTile = 512;

    public static int BlockCount(int m) => ((m - 1) / MicroKernel.RowBlock) + 1;

    public static long PackedLength(int m, int k) => (long)BlockCount(m) * MicroKernel.RowBlock * k;

    private readonly int DepthTiles => ((k - 1) / DepthPerTile) + 1;

    public void Pack(Parallelism parallelism) => parallelism.For(batch * DepthTiles, ref this);

    public readonly void Run(int tile)
    {
        var item = tile / DepthTiles;
        var begin = tile % DepthTiles * DepthPerTile;
        var end = Math.Min(k, begin + DepthPerTile);
        var width = MicroKernel.RowBlock;
        var from = source + ((nint)item * m * k);
        var to = packed + ((nint)item * BlockCount(m) * width * k);
        for (var row = 0; row < m; row += width)
        {
            var rows = Math.Min(width, m - row);
            var block = to + ((nint)row * k);
            for (nint depth = begin; depth < end; depth++)
            {
                var source4 = from + (depth * m) + row;
                var target = block + (depth * width);
                for (var r = 0; r < rows; r++) target[r] = source4[r];
            }
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Copies a [k, m] matrix into blocks [k, row block], so that a product with many panels walks memory straight.</summary>
internal unsafe struct ColumnPacking(float* source, float* packed, int m, int k, int batch) : ITileBody
{
    private const int DepthPerTile = 512;

    public static int BlockCount(int m) => ((m - 1) / MicroKernel.RowBlock) + 1;

    public static long PackedLength(int m, int k) => (long)BlockCount(m) * MicroKernel.RowBlock * k;

    private readonly int DepthTiles => ((k - 1) / DepthPerTile) + 1;

    public void Pack(Parallelism parallelism) => parallelism.For(batch * DepthTiles, ref this);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
            if (rows == 12 && Vector256.IsHardwareAccelerated)
            {
                CopyTwelve(from + row, block, begin, end);
                continue;
            }

            for (nint depth = begin; depth < end; depth++)
            {
                var column = from + (depth * m) + row;
                var target = block + (depth * width);
                for (var r = 0; r < rows; r++) target[r] = column[r];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void CopyTwelve(float* column, float* block, nint begin, nint end)
    {
        for (var depth = begin; depth < end; depth++)
        {
            Vector256.Load(column + (depth * m)).Store(block + (depth * 12));
            Vector128.Load(column + (depth * m) + 8).Store(block + (depth * 12) + 8);
        }
    }
}

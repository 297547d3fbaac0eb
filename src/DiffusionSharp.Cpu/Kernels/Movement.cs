using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Copies of blocks: what joins and cuts tensors along any axis.</summary>
internal static unsafe partial class Movement
{
    private const int TileLength = 32768;

    /// <summary>Copies <paramref name="rows"/> rows of <paramref name="length"/> floats; row r starts at r · stride on each side.</summary>
    /// <param name="source">The floats read.</param>
    /// <param name="sourceStride">Floats from one row to the next.</param>
    /// <param name="destination">The floats written; must not overlap the source.</param>
    /// <param name="destinationStride">Floats from one row to the next.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="length">Floats in a row.</param>
    /// <param name="p">The threads.</param>
    public static void CopyBlocks(
        ReadOnlySpan<float> source,
        int sourceStride,
        Span<float> destination,
        int destinationStride,
        int rows,
        int length,
        Parallelism p)
    {
        if (rows <= 0 || length <= 0) return;
        Guard.AtLeast("CopyBlocks", nameof(source), source.Length, ((long)(rows - 1) * sourceStride) + length);
        Guard.AtLeast("CopyBlocks", nameof(destination), destination.Length, ((long)(rows - 1) * destinationStride) + length);
        fixed (float* s = source, d = destination)
        {
            var body = Plan(s, sourceStride, d, destinationStride, rows, length);
            p.For(body.Tiles, ref body);
        }
    }

    /// <summary>Writes zeros to <paramref name="rows"/> rows of <paramref name="length"/> floats; row r starts at r · stride.</summary>
    /// <param name="destination">The floats written.</param>
    /// <param name="destinationStride">Floats from one row to the next.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="length">Floats in a row.</param>
    /// <param name="p">The threads.</param>
    public static void ZeroBlocks(Span<float> destination, int destinationStride, int rows, int length, Parallelism p)
    {
        if (rows <= 0 || length <= 0) return;
        Guard.AtLeast("ZeroBlocks", nameof(destination), destination.Length, ((long)(rows - 1) * destinationStride) + length);
        fixed (float* d = destination)
        {
            var body = Plan(null, destinationStride, d, destinationStride, rows, length);
            p.For(body.Tiles, ref body);
        }
    }

    // Rows that touch on both sides are one long row, which is cut again into tile-sized ones.
    private static CopyBody Plan(float* source, int sourceStride, float* destination, int destinationStride, int rows, int length)
    {
        var touching = sourceStride == length && destinationStride == length;
        return touching
            ? new CopyBody(source, TileLength, destination, TileLength, Tiling.Ceiling(checked(rows * length), TileLength), TileLength, rows * length, 1)
            : new CopyBody(source, sourceStride, destination, destinationStride, rows, length, int.MaxValue, Tiling.RowsPerTile(length, TileLength));
    }

    private readonly struct CopyBody(
        float* source,
        int sourceStride,
        float* destination,
        int destinationStride,
        int rows,
        int length,
        int total,
        int perTile) : ITileBody
    {
        public int Tiles => Tiling.Ceiling(rows, perTile);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var end = Math.Min((tile + 1) * perTile, rows);
            for (var row = tile * perTile; row < end; row++)
            {
                var n = total == int.MaxValue ? length : Math.Min(length, total - (row * length));
                var target = new Span<float>(destination + ((long)row * destinationStride), n);
                if (source == null) target.Clear();
                else new ReadOnlySpan<float>(source + ((long)row * sourceStride), n).CopyTo(target);
            }
        }
    }
}

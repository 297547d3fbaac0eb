using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>A Winograd convolution of few tiles with many weights: all tiles are transformed first, then a task takes one panel of weights past them.</summary>
/// <remarks>
/// Transformed weights take four times their memory. Where they outweigh the tiles, a panel is transformed into the scratch of the task that
/// multiplies by it and never leaves the cache. Products and sums are those of <see cref="WinogradProduct"/>, bit for bit.
/// </remarks>
internal unsafe struct WinogradPanels : ITileBody
{
    private const int TilesPerBlock = 24;
    private const int TilesPerTransform = 4;

    private WinogradBlock block;
    private WinogradPacking packing;
    private float* v;

    private readonly nint VPoint => PointLength(block.Tiles, block.Rows);

    /// <summary>Whether the transformed weights outweigh the transformed tiles.</summary>
    public static bool Suits(int tiles, int columns) => tiles < columns;

    /// <summary>Floats of the transformed tiles.</summary>
    public static long WorkspaceLength(in WinogradTiles tiles, int rows) => WinogradTransform.Points * (long)PointLength(tiles.Count, rows);

    public static void Run(in WinogradBlock block, in WinogradPacking packing, float* workspace, Parallelism parallelism)
    {
        var body = new WinogradPanels { block = block, packing = packing, v = workspace };
        var transforms = new Transforms { Panels = body };
        parallelism.For(Tiling.Ceiling(block.Tiles, TilesPerTransform), ref transforms);
        parallelism.For(block.Panels, ref body);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int panel)
    {
        nint rows = block.Rows;
        var width = MicroKernel.Panel;
        var tableFloats = Scratch.Pad(TilesPerBlock * (sizeof(float*) / sizeof(float)));
        var weights = WinogradTransform.Points * rows * width;
        var mPoint = ((nint)TilesPerBlock * width) + WinogradBlock.Skew;
        var table = (float**)Scratch.Take(checked((int)(tableFloats + weights + (WinogradTransform.Points * mPoint) + WinogradPacking.TurnedLength)));
        var u = (float*)table + tableFloats;
        var m = u + weights;
        packing.PackPanel(panel, u, m + (WinogradTransform.Points * mPoint));
        for (var first = 0; first < block.Tiles; first += TilesPerBlock)
        {
            var count = Math.Min(TilesPerBlock, block.Tiles - first);
            for (var t = 0; t < count; t++) table[t] = v + ((first + t) * rows);
            block.Multiply(table, count, VPoint, u, block.ColumnsOf(panel), m, mPoint);
            block.TransformOut(first, count, panel, m, mPoint);
        }
    }

    private static nint PointLength(int tiles, int rows) => checked((tiles * rows) + WinogradBlock.Skew);

    /// <summary>The tiles' way in.</summary>
    private struct Transforms : ITileBody
    {
        public WinogradPanels Panels;

        public readonly void Run(int tile)
        {
            var first = tile * TilesPerTransform;
            var count = Math.Min(TilesPerTransform, Panels.block.Tiles - first);
            Panels.block.TransformIn(first, count, Panels.v + ((nint)first * Panels.block.Rows), Panels.VPoint);
        }
    }
}

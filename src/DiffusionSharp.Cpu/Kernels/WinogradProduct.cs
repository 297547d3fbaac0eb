using System.Runtime.CompilerServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>A Winograd convolution with all weights packed before: a task takes some tiles past the panels of weights.</summary>
/// <remarks>
/// A task keeps the transformed input of its tiles, and the products of one panel, within the second-level cache as far as the channels allow.
/// Every output is the same sum in the same order wherever the tiles are cut, so the cut may follow the batch.
/// </remarks>
internal unsafe struct WinogradProduct : ITileBody
{
    // Floats of a task's scratch: three quarters of a common second-level cache; the rest is for weights passing through.
    private const int ScratchFloats = 192 * 1024;
    private const int MostTiles = 48;
    private const int WantedTasks = 24;

    private WinogradBlock block;
    private float* packed;
    private int tilesPerTask;
    private int panelsPerTask;
    private int panelTasks;

    public static void Run(in WinogradBlock block, float* packed, Parallelism parallelism)
    {
        var body = new WinogradProduct { block = block, packed = packed };
        parallelism.For(body.Cut(), ref body);
    }

    private int Cut()
    {
        var height = MicroKernel.RowBlock;
        var count = block.Tiles;
        var fitting = ScratchFloats / (WinogradTransform.Points * (block.Rows + MicroKernel.Panel));
        var perTask = Math.Clamp(fitting / height * height, height, MostTiles / height * height);
        while (perTask > height && Tiling.Ceiling(count, perTask) < WantedTasks) perTask -= height;
        tilesPerTask = perTask;
        var tileTasks = Tiling.Ceiling(count, perTask);
        panelsPerTask = block.Panels;
        while (panelsPerTask > 1 && tileTasks * Tiling.Ceiling(block.Panels, panelsPerTask) < WantedTasks / 3) panelsPerTask = (panelsPerTask + 1) / 2;
        panelTasks = Tiling.Ceiling(block.Panels, panelsPerTask);
        return checked(tileTasks * panelTasks);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int tile)
    {
        var (tileTask, panelTask) = Math.DivRem(tile, panelTasks);
        var first = tileTask * tilesPerTask;
        var count = Math.Min(tilesPerTask, block.Tiles - first);
        var firstPanel = panelTask * panelsPerTask;
        var endPanel = Math.Min(block.Panels, firstPanel + panelsPerTask);

        nint rows = block.Rows;
        var tableFloats = Scratch.Pad(tilesPerTask * (sizeof(float*) / sizeof(float)));
        var vPoint = (tilesPerTask * rows) + WinogradBlock.Skew;
        var mPoint = ((nint)tilesPerTask * MicroKernel.Panel) + WinogradBlock.Skew;
        var table = (float**)Scratch.Take(checked((int)(tableFloats + (WinogradTransform.Points * (vPoint + mPoint)))));
        var v = (float*)table + tableFloats;
        var m = v + (WinogradTransform.Points * vPoint);
        for (var t = 0; t < count; t++) table[t] = v + (t * rows);

        block.TransformIn(first, count, v, vPoint);
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            block.Multiply(table, count, vPoint, packed + (panel * WinogradTransform.Points * rows * MicroKernel.Panel), block.ColumnsOf(panel), m, mPoint);
            block.TransformOut(first, count, panel, m, mPoint);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>A 3×3 convolution of stride 1 by F(4×4, 3×3): some tiles are transformed, multiplied point by point with the packed weights, and transformed back.</summary>
/// <remarks>
/// A task keeps the transformed input of its tiles, and the products of one panel, within the second-level cache. Every output is the same
/// sum in the same order wherever the tiles are cut, so the cut may follow the batch.
/// </remarks>
internal unsafe struct WinogradProduct : ITileBody
{
    // Floats of a task's scratch: three quarters of a common second-level cache; the rest is for weights passing through.
    private const int ScratchFloats = 192 * 1024;
    private const int MostTiles = 48;
    private const int WantedTasks = 24;

    // Points a power of two apart would crowd into a few sets of the first-level cache.
    private const int Skew = 16;

    private float* input;
    private float* zeros;
    private float* packed;
    private WinogradTiles tiles;
    private OutputTile output;
    private int rows;
    private int tilesPerTask;
    private int panelsPerTask;
    private int panelTasks;

    public static void Run(float* input, float* zeros, float* packed, in WinogradTiles tiles, int rows, in OutputTile output, Parallelism parallelism)
    {
        var body = new WinogradProduct { input = input, zeros = zeros, packed = packed, tiles = tiles, rows = rows, output = output };
        parallelism.For(body.Cut(), ref body);
    }

    private int Cut()
    {
        var block = MicroKernel.RowBlock;
        var panels = PanelMatrix.PanelCount(output.Columns);
        var count = tiles.Count;
        var fitting = ScratchFloats / (WinogradTransform.Points * (rows + MicroKernel.Panel));
        var perTask = Math.Clamp(fitting / block * block, block, MostTiles / block * block);
        while (perTask > block && Tiling.Ceiling(count, perTask) < WantedTasks) perTask -= block;
        tilesPerTask = perTask;
        var tileTasks = Tiling.Ceiling(count, perTask);
        panelsPerTask = panels;
        while (panelsPerTask > 1 && tileTasks * Tiling.Ceiling(panels, panelsPerTask) < WantedTasks / 3) panelsPerTask = (panelsPerTask + 1) / 2;
        panelTasks = Tiling.Ceiling(panels, panelsPerTask);
        return checked(tileTasks * panelTasks);
    }

    public readonly void Run(int tile)
    {
        var (tileTask, panelTask) = Math.DivRem(tile, panelTasks);
        var first = tileTask * tilesPerTask;
        var count = Math.Min(tilesPerTask, tiles.Count - first);
        var firstPanel = panelTask * panelsPerTask;
        var endPanel = Math.Min(PanelMatrix.PanelCount(output.Columns), firstPanel + panelsPerTask);

        var width = MicroKernel.Panel;
        var tableFloats = Scratch.Pad(tilesPerTask * (sizeof(float*) / sizeof(float)));
        var vPoint = ((nint)tilesPerTask * rows) + Skew;
        var mPoint = ((nint)tilesPerTask * width) + Skew;
        var table = (float**)Scratch.Take(checked((int)(tableFloats + (WinogradTransform.Points * (vPoint + mPoint)))));
        var v = (float*)table + tableFloats;
        var m = v + (WinogradTransform.Points * vPoint);
        for (var t = 0; t < count; t++) table[t] = v + ((nint)t * rows);

        if (Vector512.IsHardwareAccelerated) TransformIn<Lanes16>(first, count, v, vPoint);
        else if (Vector256.IsHardwareAccelerated) TransformIn<Lanes8>(first, count, v, vPoint);
        else TransformIn<Lanes1>(first, count, v, vPoint);

        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var columns = Math.Min(width, output.Columns - (panel * width));
            var b = packed + ((nint)panel * WinogradTransform.Points * rows * width);
            for (var point = 0; point < WinogradTransform.Points; point++, b += (nint)rows * width)
            {
                var c = m + (point * mPoint);
                for (var row = 0; row < count;)
                {
                    var tileRows = MicroKernel.TileRows(count - row);
                    for (var k = 0; k < rows; k += MicroKernel.DepthBlock)
                        MicroKernel.Rows(tileRows, columns, table + row, 0, (point * vPoint) + k, 1, Math.Min(MicroKernel.DepthBlock, rows - k), b + ((nint)k * width), width, c + (row * width), width, k != 0);
                    row += tileRows;
                }
            }

            if (Vector512.IsHardwareAccelerated) TransformOut<Lanes16>(first, count, panel * width, columns, m, mPoint);
            else if (Vector256.IsHardwareAccelerated) TransformOut<Lanes8>(first, count, panel * width, columns, m, mPoint);
            else TransformOut<Lanes1>(first, count, panel * width, columns, m, mPoint);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void TransformIn<T>(int first, int count, float* v, nint vPoint)
        where T : struct, ILanes<T>
    {
        var window = stackalloc float*[WinogradTransform.Points];
        for (var t = 0; t < count; t++)
        {
            tiles.InputWindow(first + t, input, rows, zeros, window);
            WinogradTransform.Input<T>(window, rows, v + ((nint)t * rows), vPoint);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void TransformOut<T>(int first, int count, int firstColumn, int columns, float* m, nint mPoint)
        where T : struct, ILanes<T>
    {
        var writer = new WinogradOutput(output, tiles.OutWidth);
        for (var t = 0; t < count; t++, m += MicroKernel.Panel)
        {
            var (picture, top, left) = tiles.At(first + t);
            var high = Math.Min(WinogradTransform.OutSide, tiles.OutHeight - top);
            var wide = Math.Min(WinogradTransform.OutSide, tiles.OutWidth - left);
            var pixel = (((nint)picture * tiles.OutHeight) + top) * tiles.OutWidth + left;
            for (var c = 0; c < columns; c += T.Count)
                writer.Write<T>(m + c, mPoint, picture, (pixel * output.Columns) + firstColumn + c, firstColumn + c, high, wide);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The three steps of a Winograd convolution on some tiles: input in, 36 products with a panel of packed weights, output out.</summary>
internal readonly unsafe struct WinogradBlock(float* input, float* zeros, WinogradTiles tiles, int rows, OutputTile output)
{
    // Points a power of two apart would crowd into a few sets of the first-level cache.
    public const int Skew = 16;

    private readonly WinogradTiles tiles = tiles;
    private readonly OutputTile output = output;

    public int Tiles => tiles.Count;

    /// <summary>Channels of the input: the length of each sum.</summary>
    public int Rows => rows;

    public int Columns => output.Columns;

    public int Panels => PanelMatrix.PanelCount(output.Columns);

    /// <summary>Bᵀ d B of tiles first … first + count − 1 into v, [point][tile][channel], points <paramref name="vPoint"/> floats apart.</summary>
    public void TransformIn(int first, int count, float* v, nint vPoint)
    {
        if (Vector512.IsHardwareAccelerated) TransformIn<Lanes16>(first, count, v, vPoint);
        else if (Vector256.IsHardwareAccelerated) TransformIn<Lanes8>(first, count, v, vPoint);
        else TransformIn<Lanes1>(first, count, v, vPoint);
    }

    /// <summary>m[point] = v[point] · u[point] for one panel: u is [point][channel][panel width], m [point][tile][panel width].</summary>
    /// <param name="v">Addresses of the rows of point 0.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="vPoint">Floats between the points of v.</param>
    /// <param name="u">The panel's weights.</param>
    /// <param name="columns">Columns of the panel that exist.</param>
    /// <param name="m">Where the products go.</param>
    /// <param name="mPoint">Floats between the points of m.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(float** v, int count, nint vPoint, float* u, int columns, float* m, nint mPoint)
    {
        var width = MicroKernel.Panel;
        for (var point = 0; point < WinogradTransform.Points; point++, u += (nint)rows * width, m += mPoint)
        {
            for (var row = 0; row < count;)
            {
                var tileRows = MicroKernel.TileRows(count - row);
                for (var k = 0; k < rows; k += MicroKernel.DepthBlock)
                {
                    var run = Math.Min(MicroKernel.DepthBlock, rows - k);
                    var b = u + ((nint)k * width);
                    var c = m + (row * width);
                    MicroKernel.Rows(tileRows, columns, v + row, 0, (point * vPoint) + k, 1, run, b, width, c, width, k != 0);
                }

                row += tileRows;
            }
        }
    }

    /// <summary>Aᵀ m A of tiles first … first + count − 1 of one panel to their output pixels.</summary>
    public void TransformOut(int first, int count, int panel, float* m, nint mPoint)
    {
        if (Vector512.IsHardwareAccelerated) TransformOut<Lanes16>(first, count, panel, m, mPoint);
        else if (Vector256.IsHardwareAccelerated) TransformOut<Lanes8>(first, count, panel, m, mPoint);
        else TransformOut<Lanes1>(first, count, panel, m, mPoint);
    }

    /// <summary>Columns of a panel that exist.</summary>
    public int ColumnsOf(int panel) => Math.Min(MicroKernel.Panel, output.Columns - (panel * MicroKernel.Panel));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformIn<T>(int first, int count, float* v, nint vPoint)
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
    private void TransformOut<T>(int first, int count, int panel, float* m, nint mPoint)
        where T : struct, ILanes<T>
    {
        var firstColumn = panel * MicroKernel.Panel;
        var columns = ColumnsOf(panel);
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

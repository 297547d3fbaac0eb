using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>Transforms the weights of a 3×3 convolution into column panels, [panel][point][row of k][panel width].</summary>
/// <remarks>
/// For the forward pass rows of k are input channels and columns output channels. For the gradient of the input the two change places and the
/// taps are walked backwards. Columns are a multiple of the lanes; those of the last panel past the end are never written nor read.
/// </remarks>
internal unsafe struct WinogradPacking : ITileBody
{
    private const int RowsPerTile = 16;

    private float* weights;
    private float* packed;
    private int inChannels;
    private int outChannels;
    private bool backward;

    private readonly int Rows => backward ? outChannels : inChannels;

    private readonly int Columns => backward ? inChannels : outChannels;

    private readonly int RowTiles => ((Rows - 1) / RowsPerTile) + 1;

    /// <summary>Floats of the packed form.</summary>
    public static long Length(int rows, int columns) => (long)PanelMatrix.PanelCount(columns) * MicroKernel.Panel * rows * WinogradTransform.Points;

    public static void Run(float* weights, float* packed, int inChannels, int outChannels, bool backward, Parallelism parallelism)
    {
        var body = new WinogradPacking { weights = weights, packed = packed, inChannels = inChannels, outChannels = outChannels, backward = backward };
        parallelism.For(PanelMatrix.PanelCount(body.Columns) * body.RowTiles, ref body);
    }

    public readonly void Run(int tile)
    {
        var (panel, rowTile) = Math.DivRem(tile, RowTiles);
        var first = rowTile * RowsPerTile;
        var rows = Math.Min(RowsPerTile, Rows - first);
        var columns = Math.Min(MicroKernel.Panel, Columns - (panel * MicroKernel.Panel));
        var step = (nint)Rows * MicroKernel.Panel;
        var target = packed + (panel * WinogradTransform.Points * step) + ((nint)first * MicroKernel.Panel);
        if (!backward)
        {
            Transform(weights + ((nint)first * outChannels) + (panel * MicroKernel.Panel), outChannels, (nint)inChannels * outChannels, rows, columns, target, step);
            return;
        }

        // Nine transposed taps in scratch, the last first, then as forward.
        var tap = (nint)RowsPerTile * MicroKernel.Panel;
        var turned = Scratch.Take(9 * (int)tap);
        var source = weights + ((nint)panel * MicroKernel.Panel * outChannels) + first;
        for (var t = 0; t < 9; t++)
            Movement.Matrix(source + ((8 - t) * (nint)inChannels * outChannels), outChannels, turned + (t * tap), MicroKernel.Panel, rows, columns);
        Transform(turned, MicroKernel.Panel, tap, rows, columns, target, step);
    }

    private static void Transform(float* source, nint rowStride, nint tapStep, int rows, int columns, float* target, nint step)
    {
        if (Vector512.IsHardwareAccelerated) Transform<Lanes16>(source, rowStride, tapStep, rows, columns, target, step);
        else if (Vector256.IsHardwareAccelerated) Transform<Lanes8>(source, rowStride, tapStep, rows, columns, target, step);
        else Transform<Lanes1>(source, rowStride, tapStep, rows, columns, target, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform<T>(float* source, nint rowStride, nint tapStep, int rows, int columns, float* target, nint step)
        where T : struct, ILanes<T>
    {
        for (var r = 0; r < rows; r++, source += rowStride, target += MicroKernel.Panel)
            for (nint c = 0; c < columns; c += T.Count) WinogradTransform.Weights<T>(source + c, tapStep, target + c, step);
    }
}

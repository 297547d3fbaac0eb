using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Transforms the weights of a 3×3 convolution into column panels, [panel][point][row of k][panel width].</summary>
/// <remarks>
/// For the forward pass rows of k are input channels and columns output channels. For the gradient of the input the two change places and the
/// taps are walked backwards. Columns are a multiple of the lanes; those of the last panel past the end are never written nor read.
/// </remarks>
internal readonly unsafe struct WinogradPacking : ITileBody
{
    private const int RowsPerTile = 16;

    private readonly float* weights;
    private readonly float* packed;
    private readonly int inChannels;
    private readonly int outChannels;
    private readonly bool backward;

    private int Rows => backward ? outChannels : inChannels;

    private int Columns => backward ? inChannels : outChannels;

    private int RowTiles => ((Rows - 1) / RowsPerTile) + 1;

    /// <summary>Floats of the packed form.</summary>
    public static long Length(int rows, int columns) => (long)PanelMatrix.PanelCount(columns) * MicroKernel.Panel * rows * WinogradTransform.Points;

    /// <summary>Floats of scratch for transposed taps.</summary>
    public static int TurnedLength => 9 * RowsPerTile * MicroKernel.Panel;

    /// <param name="weights">[3, 3, Ci, Co].</param>
    /// <param name="packed">Where all panels go; null where only <see cref="PackPanel"/> is used.</param>
    /// <param name="inChannels">Ci.</param>
    /// <param name="outChannels">Co.</param>
    /// <param name="backward">For the gradient of the input.</param>
    public WinogradPacking(float* weights, float* packed, int inChannels, int outChannels, bool backward)
    {
        (this.inChannels, this.outChannels, this.backward) = (inChannels, outChannels, backward);
        this.weights = weights;
        this.packed = packed;
    }

    /// <summary>Packs all panels.</summary>
    public void Run(Parallelism parallelism)
    {
        var body = this;
        parallelism.For(PanelMatrix.PanelCount(Columns) * RowTiles, ref body);
    }

    public void Run(int tile)
    {
        var (panel, rowTile) = Math.DivRem(tile, RowTiles);
        var target = packed + ((nint)panel * WinogradTransform.Points * Rows * MicroKernel.Panel);
        PackRows(panel, rowTile * RowsPerTile, target, backward ? Scratch.Take(TurnedLength) : null);
    }

    /// <summary>Packs one panel on the calling thread.</summary>
    /// <param name="panel">Which.</param>
    /// <param name="target">[point][row][panel width].</param>
    /// <param name="turned"><see cref="TurnedLength"/> floats of scratch.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PackPanel(int panel, float* target, float* turned)
    {
        for (var row = 0; row < Rows; row += RowsPerTile) PackRows(panel, row, target, turned);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackRows(int panel, int first, float* target, float* turned)
    {
        var rows = Math.Min(RowsPerTile, Rows - first);
        var columns = Math.Min(MicroKernel.Panel, Columns - (panel * MicroKernel.Panel));
        var step = (nint)Rows * MicroKernel.Panel;
        target += (nint)first * MicroKernel.Panel;
        if (!backward)
        {
            var from = weights + ((nint)first * outChannels) + (panel * MicroKernel.Panel);
            Transform(from, outChannels, (nint)inChannels * outChannels, rows, columns, target, step);
            return;
        }

        // Nine transposed taps in scratch, the last first, then as forward.
        var tap = (nint)RowsPerTile * MicroKernel.Panel;
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

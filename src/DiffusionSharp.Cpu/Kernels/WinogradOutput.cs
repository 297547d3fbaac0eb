using System.Runtime.CompilerServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The way back from the transformed domain: Aᵀ m A of one tile, with the epilogue, to the pixels that exist.</summary>
internal readonly unsafe struct WinogradOutput(OutputTile output, int width)
{
    private readonly OutputTile output = output;

    // Floats between rows of output pixels.
    private readonly nint line = (nint)width * output.Columns;

    /// <summary>Writes a bundle of channels of one tile.</summary>
    /// <param name="m">The bundle's 36 products.</param>
    /// <param name="step">Floats between them.</param>
    /// <param name="picture">Which sample.</param>
    /// <param name="start">Offset of the bundle in the tile's first output pixel.</param>
    /// <param name="column">The bundle's first channel.</param>
    /// <param name="high">Output rows of the tile that exist, 1 to 4.</param>
    /// <param name="wide">Output columns that exist.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write<T>(float* m, nint step, int picture, nint start, int column, int high, int wide)
        where T : struct, ILanes<T>
    {
        Column<T>(m, step, out var a0, out var b0, out var c0, out var d0);
        Column<T>(m + step, step, out var a1, out var b1, out var c1, out var d1);
        Column<T>(m + (2 * step), step, out var a2, out var b2, out var c2, out var d2);
        Column<T>(m + (3 * step), step, out var a3, out var b3, out var c3, out var d3);
        Column<T>(m + (4 * step), step, out var a4, out var b4, out var c4, out var d4);
        Column<T>(m + (5 * step), step, out var a5, out var b5, out var c5, out var d5);
        var bias = output.Bias == null ? null : output.Bias + column;
        var perSample = output.PerSample == null ? null : output.PerSample + ((nint)picture * output.Columns) + column;
        Row(a0, a1, a2, a3, a4, a5, start, bias, perSample, wide);
        if (high > 1) Row(b0, b1, b2, b3, b4, b5, start + line, bias, perSample, wide);
        if (high > 2) Row(c0, c1, c2, c3, c4, c5, start + (2 * line), bias, perSample, wide);
        if (high > 3) Row(d0, d1, d2, d3, d4, d5, start + (3 * line), bias, perSample, wide);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column<T>(float* m, nint step, out T y0, out T y1, out T y2, out T y3)
        where T : struct, ILanes<T> =>
        WinogradTransform.Output(
            T.Load(m), T.Load(m + (6 * step)), T.Load(m + (12 * step)), T.Load(m + (18 * step)), T.Load(m + (24 * step)), T.Load(m + (30 * step)),
            out y0, out y1, out y2, out y3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Row<T>(T m0, T m1, T m2, T m3, T m4, T m5, nint start, float* bias, float* perSample, int wide)
        where T : struct, ILanes<T>
    {
        WinogradTransform.Output(m0, m1, m2, m3, m4, m5, out var y0, out var y1, out var y2, out var y3);
        if (bias != null)
        {
            var b = T.Load(bias);
            (y0, y1, y2, y3) = (y0 + b, y1 + b, y2 + b, y3 + b);
        }

        if (perSample != null)
        {
            var b = T.Load(perSample);
            (y0, y1, y2, y3) = (y0 + b, y1 + b, y2 + b, y3 + b);
        }

        nint next = output.Columns;
        var residual = output.Residual;
        if (residual != null)
        {
            y0 += T.Load(residual + start);
            if (wide > 1) y1 += T.Load(residual + start + next);
            if (wide > 2) y2 += T.Load(residual + start + (2 * next));
            if (wide > 3) y3 += T.Load(residual + start + (3 * next));
        }

        var y = output.Output + start;
        y0.Store(y);
        if (wide > 1) y1.Store(y + next);
        if (wide > 2) y2.Store(y + (2 * next));
        if (wide > 3) y3.Store(y + (3 * next));
    }
}

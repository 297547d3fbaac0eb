using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Sums of columns over a few hundred rows: the inner loop of every reduction.</summary>
internal static unsafe class ColumnSums
{
    /// <summary>Rows that one float lane sums before it is emptied into a double: keeps rounding near 1e−6 of the mean magnitude at any length.</summary>
    public const int ChunkRows = 128;

    /// <summary>The sum of a row of floats, in float lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Row(float* values, int n)
    {
        double total = 0;
        var i = 0;
        if (Vector512.IsHardwareAccelerated) i = Row<Lanes16>(values, i, n, ref total);
        if (Vector256.IsHardwareAccelerated && i < n) i = Row<Lanes8>(values, i, n, ref total);
        for (; i < n; i++) total += values[i];
        return total;
    }

    /// <summary>Adds the sums of each column over rows to double totals, chunk by chunk in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate(float* x, long stride, int rows, int columns, double* totals)
    {
        for (var start = 0; start < rows; start += ChunkRows)
        {
            var chunk = Math.Min(ChunkRows, rows - start);
            var c = 0;
            if (Vector512.IsHardwareAccelerated) c = Chunk<Lanes16>(x + (start * stride), stride, chunk, columns, c, totals);
            if (Vector256.IsHardwareAccelerated && c < columns) c = Chunk<Lanes8>(x + (start * stride), stride, chunk, columns, c, totals);
            if (c < columns) Chunk<Lanes1>(x + (start * stride), stride, chunk, columns, c, totals);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Row<T>(float* values, int i, int n, ref double total)
        where T : struct, ILanes<T>
    {
        for (; i <= n - T.Count;)
        {
            // At most 256 terms in a lane, then into the double.
            var stop = Math.Min(n - T.Count, i + (255 * T.Count));
            var lanes = T.Of(0);
            for (; i <= stop; i += T.Count) lanes += T.Load(values + i);
            total += T.Sum(lanes);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Chunk<T>(float* x, long stride, int rows, int columns, int c, double* totals)
        where T : struct, ILanes<T>
    {
        var spill = stackalloc float[64];
        for (; c <= columns - (4 * T.Count); c += 4 * T.Count)
        {
            // Four bundles side by side hide the latency of the additions.
            var (s0, s1, s2, s3) = (T.Of(0), T.Of(0), T.Of(0), T.Of(0));
            var row = x + c;
            for (var r = 0; r < rows; r++, row += stride)
            {
                s0 += T.Load(row);
                s1 += T.Load(row + T.Count);
                s2 += T.Load(row + (2 * T.Count));
                s3 += T.Load(row + (3 * T.Count));
            }

            s0.Store(spill);
            s1.Store(spill + T.Count);
            s2.Store(spill + (2 * T.Count));
            s3.Store(spill + (3 * T.Count));
            for (var i = 0; i < 4 * T.Count; i++) totals[c + i] += spill[i];
        }

        for (; c <= columns - T.Count; c += T.Count)
        {
            var (even, odd) = (T.Of(0), T.Of(0));
            var row = x + c;
            var r = 0;
            for (; r + 1 < rows; r += 2, row += 2 * stride)
            {
                even += T.Load(row);
                odd += T.Load(row + stride);
            }

            if (r < rows) even += T.Load(row);
            (even + odd).Store(spill);
            for (var i = 0; i < T.Count; i++) totals[c + i] += spill[i];
        }

        return c;
    }
}

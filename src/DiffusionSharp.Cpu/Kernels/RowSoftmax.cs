using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>yᵢ = exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x), row by row.</summary>
internal static unsafe class RowSoftmax
{
    /// <summary>Normalizes each row; a row with NaN or +∞, or of −∞ alone, becomes NaN.</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[rows, columns]; may be x.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Length of a row.</param>
    /// <param name="p">The threads.</param>
    public static void Rows(ReadOnlySpan<float> x, Span<float> y, int rows, int columns, Parallelism p)
    {
        Guard.Length("Softmax", nameof(x), x.Length, (long)rows * columns);
        Guard.Length("Softmax", nameof(y), y.Length, (long)rows * columns);
        if (y.Length == 0) return;
        fixed (float* px = x, py = y)
        {
            var body = new Body(px, py, rows, columns);
            p.For(Tiling.Ceiling(rows, Tiling.RowsPerTile(columns, 8192)), ref body);
        }
    }

    /// <summary>Writes exp(x − max x) and returns 1 / Σ; the caller scales where it is cheapest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentials(float* x, float* y, int n)
    {
        var largest = float.NegativeInfinity;
        var i = 0;
        if (Vector512.IsHardwareAccelerated) i = Largest<Lanes16>(x, i, n, ref largest);
        if (Vector256.IsHardwareAccelerated && i < n) i = Largest<Lanes8>(x, i, n, ref largest);
        if (i < n) Largest<Lanes1>(x, i, n, ref largest);
        double sum = 0;
        i = 0;
        if (Vector512.IsHardwareAccelerated) i = Exponentials<Lanes16>(x, y, i, n, largest, ref sum);
        if (Vector256.IsHardwareAccelerated && i < n) i = Exponentials<Lanes8>(x, y, i, n, largest, ref sum);
        if (i < n) Exponentials<Lanes1>(x, y, i, n, largest, ref sum);
        return (float)(1 / sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Largest<T>(float* x, int i, int n, ref float largest)
        where T : struct, ILanes<T>
    {
        if (i > n - T.Count) return i;
        var lanes = T.Load(x + i);
        for (i += T.Count; i <= n - T.Count; i += T.Count) lanes = T.Max(lanes, T.Load(x + i));
        largest = MathF.Max(largest, T.Largest(lanes));
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Exponentials<T>(float* x, float* y, int i, int n, float largest, ref double sum)
        where T : struct, ILanes<T>
    {
        var shift = T.Of(largest);
        while (i <= n - T.Count)
        {
            // A few terms in a lane, then into the double; fewer in a narrow bundle, whose lane would see more of them.
            var stop = Math.Min(n - T.Count, i + (((4 * T.Count) - 1) * T.Count));
            var lanes = T.Of(0);
            for (; i <= stop; i += T.Count)
            {
                var e = LaneMath.Exp(T.Load(x + i) - shift);
                e.Store(y + i);
                lanes += e;
            }

            sum += T.Sum(lanes);
        }

        return i;
    }

    private readonly struct Body(float* x, float* y, int rows, int columns) : ITileBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int tile)
        {
            var perTile = Tiling.RowsPerTile(columns, 8192);
            var end = Math.Min((tile + 1) * perTile, rows);
            for (var row = tile * perTile; row < end; row++)
            {
                var result = y + ((long)row * columns);
                var scale = Exponentials(x + ((long)row * columns), result, columns);
                TensorPrimitives.Multiply(new ReadOnlySpan<float>(result, columns), scale, new Span<float>(result, columns));
            }
        }
    }
}

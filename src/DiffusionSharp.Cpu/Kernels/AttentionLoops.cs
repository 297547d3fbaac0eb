using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The loops of <see cref="BlockedAttention"/> between its products: on scores [keys, queries], a lane for each query.</summary>
/// <remarks>Rows are <c>pitch</c> floats apart and padded to whole bundles, so a last bundle that is not full may be worked on like the rest.</remarks>
internal static unsafe class AttentionLoops
{
    // Terms that one float sums before it is emptied into a second sum: keeps rounding low at any number of keys.
    private const int ChunkRows = 32;

    /// <summary>
    /// One more block of keys: the largest score so far, scores become weights 2^(score − largest), totals take their sum;
    /// rescale is what earlier sums had to be multiplied by.
    /// </summary>
    public static void Weigh(float* scores, int rows, int columns, int pitch, float* largest, float* totals, float* rescale)
    {
        if (Vector512.IsHardwareAccelerated) Weigh<Lanes16>(scores, rows, columns, pitch, largest, totals, rescale);
        else if (Vector256.IsHardwareAccelerated) Weigh<Lanes8>(scores, rows, columns, pitch, largest, totals, rescale);
        else Weigh<Lanes1>(scores, rows, columns, pitch, largest, totals, rescale);
    }

    /// <summary>scores become 2^(score − largest).</summary>
    public static void Exponentials(float* scores, int rows, int columns, int pitch, float* largest)
    {
        if (Vector512.IsHardwareAccelerated) Exponentials<Lanes16>(scores, rows, columns, pitch, largest);
        else if (Vector256.IsHardwareAccelerated) Exponentials<Lanes8>(scores, rows, columns, pitch, largest);
        else Exponentials<Lanes1>(scores, rows, columns, pitch, largest);
    }

    /// <summary>sums = sums · rescale + Σ weight · slope over the rows.</summary>
    public static void Along(float* weights, float* slopes, int rows, int columns, int pitch, float* rescale, float* sums)
    {
        if (Vector512.IsHardwareAccelerated) Along<Lanes16>(weights, slopes, rows, columns, pitch, rescale, sums);
        else if (Vector256.IsHardwareAccelerated) Along<Lanes8>(weights, slopes, rows, columns, pitch, rescale, sums);
        else Along<Lanes1>(weights, slopes, rows, columns, pitch, rescale, sums);
    }

    /// <summary>weights are normalized by their factor; slopes become weight · (slope − mean): the gradient of the scores.</summary>
    public static void Slopes(float* weights, float* slopes, int rows, int columns, int pitch, float* factors, float* means)
    {
        if (Vector512.IsHardwareAccelerated) Slopes<Lanes16>(weights, slopes, rows, columns, pitch, factors, means);
        else if (Vector256.IsHardwareAccelerated) Slopes<Lanes8>(weights, slopes, rows, columns, pitch, factors, means);
        else Slopes<Lanes1>(weights, slopes, rows, columns, pitch, factors, means);
    }

    /// <summary>Each lane times its factor.</summary>
    public static void ScaleLanes(float* values, int rows, int columns, int pitch, float* factors)
    {
        if (Vector512.IsHardwareAccelerated) ScaleLanes<Lanes16>(values, rows, columns, pitch, factors);
        else if (Vector256.IsHardwareAccelerated) ScaleLanes<Lanes8>(values, rows, columns, pitch, factors);
        else ScaleLanes<Lanes1>(values, rows, columns, pitch, factors);
    }

    /// <summary>1/x of every float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Invert(float* values, int n)
    {
        for (var i = 0; i < n; i++) values[i] = 1 / values[i];
    }

    /// <summary>Every float times a factor; n is a multiple of the panel.</summary>
    public static void Scale(float* values, int n, float factor) => Copy(values, 0, values, 0, 1, n, factor);

    /// <summary>Rows of a width from one stride to another, times a factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* source, long sourceStride, float* target, long targetStride, int rows, int width, float factor)
    {
        for (var r = 0; r < rows; r++, source += sourceStride, target += targetStride)
        {
            var i = 0;
            if (Vector512.IsHardwareAccelerated) i = Copy<Lanes16>(source, target, i, width, factor);
            if (Vector256.IsHardwareAccelerated && i < width) i = Copy<Lanes8>(source, target, i, width, factor);
            if (i < width) Copy<Lanes1>(source, target, i, width, factor);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Copy<T>(float* source, float* target, int i, int width, float factor)
        where T : struct, ILanes<T>
    {
        for (; i <= width - T.Count; i += T.Count) (T.Load(source + i) * T.Of(factor)).Store(target + i);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh<T>(float* scores, int rows, int columns, int pitch, float* largest, float* totals, float* rescale)
        where T : struct, ILanes<T>
    {
        var power = new PowerLanes<T>();
        for (var c = 0; c < columns; c += T.Count)
        {
            var before = T.Load(largest + c);
            var shift = Largest(scores + c, rows, pitch, before);
            var decay = power.OfNegative(before - shift);
            var total = T.Load(totals + c) * decay;
            shift.Store(largest + c);
            decay.Store(rescale + c);
            var row = scores + c;
            for (var r = 0; r < rows;)
            {
                var part = T.Of(0);
                for (var end = Math.Min(r + ChunkRows, rows); r < end; r++, row += pitch)
                {
                    var e = power.OfNegative(T.Load(row) - shift);
                    e.Store(row);
                    part += e;
                }

                total += part;
            }

            total.Store(totals + c);
        }
    }

    // Four chains, since one comparison waits for the last. A NaN is passed over here and comes back as its own weight.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Largest<T>(float* scores, int rows, int pitch, T start)
        where T : struct, ILanes<T>
    {
        var (m0, m1, m2, m3) = (start, start, start, start);
        var r = 0;
        for (; r <= rows - 4; r += 4, scores += 4 * pitch)
        {
            var (s0, s1, s2, s3) = (T.Load(scores), T.Load(scores + pitch), T.Load(scores + (2 * pitch)), T.Load(scores + (3 * pitch)));
            m0 = T.Larger(s0, m0);
            m1 = T.Larger(s1, m1);
            m2 = T.Larger(s2, m2);
            m3 = T.Larger(s3, m3);
        }

        for (; r < rows; r++, scores += pitch)
        {
            var s = T.Load(scores);
            m0 = T.Larger(s, m0);
        }

        m0 = T.Larger(m1, m0);
        m2 = T.Larger(m3, m2);
        return T.Larger(m2, m0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exponentials<T>(float* scores, int rows, int columns, int pitch, float* largest)
        where T : struct, ILanes<T>
    {
        var power = new PowerLanes<T>();
        for (var c = 0; c < columns; c += T.Count)
        {
            var shift = T.Load(largest + c);
            var row = scores + c;
            for (var r = 0; r < rows; r++, row += pitch) power.OfNegative(T.Load(row) - shift).Store(row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Along<T>(float* weights, float* slopes, int rows, int columns, int pitch, float* rescale, float* sums)
        where T : struct, ILanes<T>
    {
        for (var c = 0; c < columns; c += T.Count)
        {
            var total = T.Load(sums + c) * T.Load(rescale + c);
            var w = weights + c;
            var s = slopes + c;
            for (var r = 0; r < rows;)
            {
                var (even, odd) = (T.Of(0), T.Of(0));
                var end = Math.Min(r + ChunkRows, rows);
                for (; r + 1 < end; r += 2, w += 2 * pitch, s += 2 * pitch)
                {
                    even = T.Fma(T.Load(w), T.Load(s), even);
                    odd = T.Fma(T.Load(w + pitch), T.Load(s + pitch), odd);
                }

                for (; r < end; r++, w += pitch, s += pitch) even = T.Fma(T.Load(w), T.Load(s), even);
                total += even + odd;
            }

            total.Store(sums + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slopes<T>(float* weights, float* slopes, int rows, int columns, int pitch, float* factors, float* means)
        where T : struct, ILanes<T>
    {
        for (var c = 0; c < columns; c += T.Count)
        {
            var (factor, mean) = (T.Load(factors + c), T.Load(means + c));
            var w = weights + c;
            var s = slopes + c;
            for (var r = 0; r < rows; r++, w += pitch, s += pitch)
            {
                var p = T.Load(w) * factor;
                p.Store(w);
                (p * (T.Load(s) - mean)).Store(s);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaleLanes<T>(float* values, int rows, int columns, int pitch, float* factors)
        where T : struct, ILanes<T>
    {
        for (var c = 0; c < columns; c += T.Count)
        {
            var factor = T.Load(factors + c);
            var row = values + c;
            for (var r = 0; r < rows; r++, row += pitch) (T.Load(row) * factor).Store(row);
        }
    }
}

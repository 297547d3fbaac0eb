using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>The inner loops of <see cref="GroupNorm"/>: rows of channels, with per-channel numbers spread out beforehand.</summary>
internal static unsafe class GroupNormLoops
{
    /// <summary>Column sums over a piece.</summary>
    public static void Sums(float* x, long stride, int rows, int columns, float* sums)
    {
        var c = 0;
        if (Vector512.IsHardwareAccelerated) c = Sums<Lanes16>(x, stride, rows, columns, c, sums);
        if (Vector256.IsHardwareAccelerated) c = Sums<Lanes8>(x, stride, rows, columns, c, sums);
        Sums<Lanes1>(x, stride, rows, columns, c, sums);
    }

    /// <summary>Column sums of x − shift and of its square over a piece.</summary>
    public static void Deviations(float* x, long stride, int rows, int columns, float* shift, float* sums, float* squares)
    {
        var c = 0;
        if (Vector512.IsHardwareAccelerated) c = Deviations<Lanes16>(x, stride, rows, columns, c, shift, sums, squares);
        if (Vector256.IsHardwareAccelerated) c = Deviations<Lanes8>(x, stride, rows, columns, c, shift, sums, squares);
        Deviations<Lanes1>(x, stride, rows, columns, c, shift, sums, squares);
    }

    /// <summary>y = (x − mean)·slope + beta, or its SiLU.</summary>
    public static void Apply(float* x, float* y, int rows, int c, float* mean, float* slope, float* beta, bool silu)
    {
        for (var r = 0; r < rows; r++, x += c, y += c)
        {
            var k = 0;
            if (Vector512.IsHardwareAccelerated) k = Apply<Lanes16>(x, y, k, c, mean, slope, beta, silu);
            if (Vector256.IsHardwareAccelerated) k = Apply<Lanes8>(x, y, k, c, mean, slope, beta, silu);
            Apply<Lanes1>(x, y, k, c, mean, slope, beta, silu);
        }
    }

    /// <summary>Column sums of g and of g x̂ over a piece.</summary>
    public static void GradientSums(float* x, float* dy, long stride, int rows, int columns, float* mean, float* slope, float* gamma, float* beta, float* plain, float* scaled, bool silu)
    {
        var k = 0;
        if (Vector512.IsHardwareAccelerated) k = GradientSums<Lanes16>(x, dy, stride, rows, k, columns, mean, slope, gamma, beta, plain, scaled, silu);
        if (Vector256.IsHardwareAccelerated) k = GradientSums<Lanes8>(x, dy, stride, rows, k, columns, mean, slope, gamma, beta, plain, scaled, silu);
        GradientSums<Lanes1>(x, dy, stride, rows, k, columns, mean, slope, gamma, beta, plain, scaled, silu);
    }

    /// <summary>dx = slope·(gamma·g − plain − x̂·scaled).</summary>
    public static void GradientInput(float* x, float* dy, float* dx, int rows, int c, float* mean, float* slope, float* gamma, float* beta, float* plain, float* scaled, bool silu)
    {
        for (var r = 0; r < rows; r++, x += c, dy += c, dx += c)
        {
            var k = 0;
            if (Vector512.IsHardwareAccelerated) k = GradientInput<Lanes16>(x, dy, dx, k, c, mean, slope, gamma, beta, plain, scaled, silu);
            if (Vector256.IsHardwareAccelerated) k = GradientInput<Lanes8>(x, dy, dx, k, c, mean, slope, gamma, beta, plain, scaled, silu);
            GradientInput<Lanes1>(x, dy, dx, k, c, mean, slope, gamma, beta, plain, scaled, silu);
        }
    }

    private static int Sums<T>(float* x, long stride, int rows, int columns, int c, float* sums)
        where T : struct, ILanes<T>
    {
        for (; c <= columns - T.Count; c += T.Count)
        {
            var (s0, s1, s2, s3) = (T.Of(0), T.Of(0), T.Of(0), T.Of(0));
            var row = x + c;
            var r = 0;
            for (; r <= rows - 4; r += 4, row += 4 * stride)
            {
                s0 += T.Load(row);
                s1 += T.Load(row + stride);
                s2 += T.Load(row + (2 * stride));
                s3 += T.Load(row + (3 * stride));
            }

            for (; r < rows; r++, row += stride) s0 += T.Load(row);
            ((s0 + s1) + (s2 + s3)).Store(sums + c);
        }

        return c;
    }

    private static int Deviations<T>(float* x, long stride, int rows, int columns, int c, float* shift, float* sums, float* squares)
        where T : struct, ILanes<T>
    {
        for (; c <= columns - T.Count; c += T.Count)
        {
            var (s0, s1, q0, q1) = (T.Of(0), T.Of(0), T.Of(0), T.Of(0));
            var center = T.Load(shift + c);
            var row = x + c;
            var r = 0;
            for (; r <= rows - 2; r += 2, row += 2 * stride)
            {
                var d0 = T.Load(row) - center;
                var d1 = T.Load(row + stride) - center;
                s0 += d0;
                s1 += d1;
                q0 = T.Fma(d0, d0, q0);
                q1 = T.Fma(d1, d1, q1);
            }

            if (r < rows)
            {
                var d0 = T.Load(row) - center;
                s0 += d0;
                q0 = T.Fma(d0, d0, q0);
            }

            (s0 + s1).Store(sums + c);
            (q0 + q1).Store(squares + c);
        }

        return c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Apply<T>(float* x, float* y, int k, int c, float* mean, float* slope, float* beta, bool silu)
        where T : struct, ILanes<T>
    {
        if (silu)
        {
            for (; k <= c - T.Count; k += T.Count) LaneMath.Silu(T.Fma(T.Load(x + k) - T.Load(mean + k), T.Load(slope + k), T.Load(beta + k))).Store(y + k);
        }
        else
        {
            for (; k <= c - T.Count; k += T.Count) T.Fma(T.Load(x + k) - T.Load(mean + k), T.Load(slope + k), T.Load(beta + k)).Store(y + k);
        }

        return k;
    }

    private static int GradientSums<T>(float* x, float* dy, long stride, int rows, int k, int columns, float* mean, float* slope, float* gamma, float* beta, float* plain, float* scaled, bool silu)
        where T : struct, ILanes<T>
    {
        for (; k <= columns - T.Count; k += T.Count)
        {
            var (center, spread, factor, shift) = (T.Load(mean + k), T.Load(slope + k), T.Load(gamma + k), T.Load(beta + k));
            var (a, b) = (T.Of(0), T.Of(0));
            var (row, upstream) = (0, k + 0L);
            for (; row < rows; row++, upstream += stride)
            {
                var normal = (T.Load(x + upstream) - center) * spread;
                var g = T.Load(dy + upstream);
                if (silu) g *= LaneMath.SiluSlope(T.Fma(normal, factor, shift));
                a += g;
                b = T.Fma(g, normal, b);
            }

            a.Store(plain + k);
            b.Store(scaled + k);
        }

        return k;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int GradientInput<T>(float* x, float* dy, float* dx, int k, int c, float* mean, float* slope, float* gamma, float* beta, float* plain, float* scaled, bool silu)
        where T : struct, ILanes<T>
    {
        for (; k <= c - T.Count; k += T.Count)
        {
            var spread = T.Load(slope + k);
            var factor = T.Load(gamma + k);
            var normal = (T.Load(x + k) - T.Load(mean + k)) * spread;
            var g = T.Load(dy + k);
            if (silu) g *= LaneMath.SiluSlope(T.Fma(normal, factor, T.Load(beta + k)));
            (spread * (T.Fma(factor, g, -T.Load(plain + k)) - (normal * T.Load(scaled + k)))).Store(dx + k);
        }

        return k;
    }
}

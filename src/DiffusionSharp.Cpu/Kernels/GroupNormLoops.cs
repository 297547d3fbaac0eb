using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The inner loops of <see cref="GroupNorm"/>: rows of channels, with per-channel numbers spread out beforehand.</summary>
/// <remarks>
/// Four rows at a time: memory is read nearly straight, a channel's numbers are read once for four uses, and four chains hide the latency.
/// A channel's sum is (row 0 + row 1) + (row 2 + row 3) of each four, then single rows: the same in a bundle of any size.
/// </remarks>
internal static unsafe class GroupNormLoops
{
    /// <summary>Adds to the column sums of x − shift and of its square; shift null: to the sums of x alone.</summary>
    public static void Deviations(float* x, long stride, int rows, int columns, float* shift, float* sums, float* squares)
    {
        var k = 0;
        if (Vector512.IsHardwareAccelerated) k = Deviations<Lanes16>(x, stride, rows, k, columns, shift, sums, squares);
        if (Vector256.IsHardwareAccelerated && k < columns) k = Deviations<Lanes8>(x, stride, rows, k, columns, shift, sums, squares);
        if (k < columns) Deviations<Lanes1>(x, stride, rows, k, columns, shift, sums, squares);
    }

    /// <summary>y = (x − mean)·slope + beta, or its SiLU.</summary>
    public static void Apply(float* x, float* y, long stride, int rows, int columns, float* mean, float* slope, float* beta, bool silu)
    {
        var k = 0;
        if (Vector512.IsHardwareAccelerated) k = Apply<Lanes16>(x, y, stride, rows, k, columns, mean, slope, beta, silu);
        if (Vector256.IsHardwareAccelerated && k < columns) k = Apply<Lanes8>(x, y, stride, rows, k, columns, mean, slope, beta, silu);
        if (k < columns) Apply<Lanes1>(x, y, stride, rows, k, columns, mean, slope, beta, silu);
    }

    /// <summary>Adds to the column sums of g and of g x̂; with SiLU and a place to keep them, writes g = dy · silu′ too.</summary>
    public static void GradientSums(
        float* x, float* dy, float* keep,
        long stride, int rows, int columns,
        float* mean, float* slope, float* gamma, float* beta, float* plain, float* scaled, bool silu)
    {
        var k = 0;
        if (Vector512.IsHardwareAccelerated) k = GradientSums<Lanes16>(x, dy, keep, stride, rows, k, columns, mean, slope, gamma, beta, plain, scaled, silu);
        if (Vector256.IsHardwareAccelerated && k < columns)
            k = GradientSums<Lanes8>(x, dy, keep, stride, rows, k, columns, mean, slope, gamma, beta, plain, scaled, silu);
        if (k < columns) GradientSums<Lanes1>(x, dy, keep, stride, rows, k, columns, mean, slope, gamma, beta, plain, scaled, silu);
    }

    /// <summary>dx = slope·(gamma·g − plain − x̂·scaled), and a residual if there is one.</summary>
    /// <remarks>
    /// slope stays outside: multiplied into the three numbers beforehand, each would carry an error of its own, the same at every
    /// position, and weight gradients, which sum over positions, would keep it where errors of single values meet.
    /// </remarks>
    public static void GradientInput(
        float* x, float* g, float* residual, float* dx,
        long stride, int rows, int columns,
        float* mean, float* slope, float* gamma, float* plain, float* scaled)
    {
        var k = 0;
        if (Vector512.IsHardwareAccelerated) k = GradientInput<Lanes16>(x, g, residual, dx, stride, rows, k, columns, mean, slope, gamma, plain, scaled);
        if (Vector256.IsHardwareAccelerated && k < columns)
            k = GradientInput<Lanes8>(x, g, residual, dx, stride, rows, k, columns, mean, slope, gamma, plain, scaled);
        if (k < columns) GradientInput<Lanes1>(x, g, residual, dx, stride, rows, k, columns, mean, slope, gamma, plain, scaled);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Deviations<T>(float* x, long stride, int rows, int begin, int columns, float* shift, float* sums, float* squares)
        where T : struct, ILanes<T>
    {
        var end = columns - ((columns - begin) % T.Count);
        var r = 0;
        for (; r <= rows - 4; r += 4, x += 4 * stride)
        {
            for (var k = begin; k < end; k += T.Count)
            {
                var (d0, d1, d2, d3) = (T.Load(x + k), T.Load(x + stride + k), T.Load(x + (2 * stride) + k), T.Load(x + (3 * stride) + k));
                if (shift != null)
                {
                    var center = T.Load(shift + k);
                    d0 -= center;
                    d1 -= center;
                    d2 -= center;
                    d3 -= center;
                    (T.Load(squares + k) + (T.Fma(d1, d1, d0 * d0) + T.Fma(d3, d3, d2 * d2))).Store(squares + k);
                }

                (T.Load(sums + k) + ((d0 + d1) + (d2 + d3))).Store(sums + k);
            }
        }

        for (; r < rows; r++, x += stride)
        {
            for (var k = begin; k < end; k += T.Count)
            {
                var d = T.Load(x + k);
                if (shift != null)
                {
                    d -= T.Load(shift + k);
                    T.Fma(d, d, T.Load(squares + k)).Store(squares + k);
                }

                (T.Load(sums + k) + d).Store(sums + k);
            }
        }

        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Apply<T>(float* x, float* y, long stride, int rows, int begin, int columns, float* mean, float* slope, float* beta, bool silu)
        where T : struct, ILanes<T>
    {
        var power = new PowerLanes<T>();
        var end = columns - ((columns - begin) % T.Count);
        if (end == begin) return end;
        var r = 0;
        for (; r <= rows - 4; r += 4, x += 4 * stride, y += 4 * stride)
        {
            for (var k = begin; k < end; k += T.Count)
            {
                var (center, factor, shift) = (T.Load(mean + k), T.Load(slope + k), T.Load(beta + k));
                var z0 = T.Fma(T.Load(x + k) - center, factor, shift);
                var z1 = T.Fma(T.Load(x + stride + k) - center, factor, shift);
                var z2 = T.Fma(T.Load(x + (2 * stride) + k) - center, factor, shift);
                var z3 = T.Fma(T.Load(x + (3 * stride) + k) - center, factor, shift);
                if (silu)
                {
                    z0 /= power.OnePlusExpOfMinus(z0);
                    z1 /= power.OnePlusExpOfMinus(z1);
                    z2 /= power.OnePlusExpOfMinus(z2);
                    z3 /= power.OnePlusExpOfMinus(z3);
                }

                z0.Store(y + k);
                z1.Store(y + stride + k);
                z2.Store(y + (2 * stride) + k);
                z3.Store(y + (3 * stride) + k);
            }
        }

        for (; r < rows; r++, x += stride, y += stride)
        {
            for (var k = begin; k < end; k += T.Count)
            {
                var z = T.Fma(T.Load(x + k) - T.Load(mean + k), T.Load(slope + k), T.Load(beta + k));
                if (silu) z /= power.OnePlusExpOfMinus(z);
                z.Store(y + k);
            }
        }

        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int GradientSums<T>(
        float* x, float* dy, float* keep,
        long stride, int rows, int begin, int columns,
        float* mean, float* slope, float* gamma, float* beta, float* plain, float* scaled, bool silu)
        where T : struct, ILanes<T>
    {
        var power = new PowerLanes<T>();
        var end = columns - ((columns - begin) % T.Count);
        if (end == begin) return end;
        var r = 0;
        for (; r <= rows - 4; r += 4, x += 4 * stride, dy += 4 * stride, keep += keep == null ? 0 : 4 * stride)
        {
            for (var k = begin; k < end; k += T.Count)
            {
                var (center, spread) = (T.Load(mean + k), T.Load(slope + k));
                var n0 = (T.Load(x + k) - center) * spread;
                var n1 = (T.Load(x + stride + k) - center) * spread;
                var n2 = (T.Load(x + (2 * stride) + k) - center) * spread;
                var n3 = (T.Load(x + (3 * stride) + k) - center) * spread;
                var (g0, g1, g2, g3) = (T.Load(dy + k), T.Load(dy + stride + k), T.Load(dy + (2 * stride) + k), T.Load(dy + (3 * stride) + k));
                if (silu)
                {
                    var (factor, shift) = (T.Load(gamma + k), T.Load(beta + k));
                    g0 *= power.SiluSlope(T.Fma(n0, factor, shift));
                    g1 *= power.SiluSlope(T.Fma(n1, factor, shift));
                    g2 *= power.SiluSlope(T.Fma(n2, factor, shift));
                    g3 *= power.SiluSlope(T.Fma(n3, factor, shift));
                    if (keep != null)
                    {
                        g0.Store(keep + k);
                        g1.Store(keep + stride + k);
                        g2.Store(keep + (2 * stride) + k);
                        g3.Store(keep + (3 * stride) + k);
                    }
                }

                (T.Load(plain + k) + ((g0 + g1) + (g2 + g3))).Store(plain + k);
                (T.Load(scaled + k) + (T.Fma(g1, n1, g0 * n0) + T.Fma(g3, n3, g2 * n2))).Store(scaled + k);
            }
        }

        for (; r < rows; r++, x += stride, dy += stride, keep += keep == null ? 0 : stride)
        {
            for (var k = begin; k < end; k += T.Count)
            {
                var n = (T.Load(x + k) - T.Load(mean + k)) * T.Load(slope + k);
                var g = T.Load(dy + k);
                if (silu)
                {
                    g *= power.SiluSlope(T.Fma(n, T.Load(gamma + k), T.Load(beta + k)));
                    if (keep != null) g.Store(keep + k);
                }

                (T.Load(plain + k) + g).Store(plain + k);
                T.Fma(g, n, T.Load(scaled + k)).Store(scaled + k);
            }
        }

        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int GradientInput<T>(
        float* x, float* g, float* residual, float* dx,
        long stride, int rows, int begin, int columns,
        float* mean, float* slope, float* gamma, float* plain, float* scaled)
        where T : struct, ILanes<T>
    {
        var end = columns - ((columns - begin) % T.Count);
        for (var r = 0; r < rows; r++, x += stride, g += stride, dx += stride, residual += residual == null ? 0 : stride)
        {
            for (var k = begin; k < end; k += T.Count)
            {
                var spread = T.Load(slope + k);
                var normal = (T.Load(x + k) - T.Load(mean + k)) * spread;
                var d = spread * (T.Fma(T.Load(gamma + k), T.Load(g + k), -T.Load(plain + k)) - (normal * T.Load(scaled + k)));
                if (residual != null) d += T.Load(residual + k);
                d.Store(dx + k);
            }
        }

        return end;
    }
}

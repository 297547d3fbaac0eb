using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Matrix products with a right side eight floats wide: what a head of up to eight channels adds to its keys and values.</summary>
/// <remarks>In registers of eight floats, since half of a wider one would stay empty; eight rows at a time hide the latency of the additions.</remarks>
internal static unsafe class SmallProduct
{
    /// <summary>C += A·B: A is m×k with rows <paramref name="stride"/> apart, B is k×8 and C m×8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddEightWide(float* a, long stride, float* b, float* c, int m, int k)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            Add<Lanes8>(a, stride, b, c, m, k);
            return;
        }

        for (var j = 0; j < 8; j++) Add<Lanes1>(a, stride, b + j, c + j, m, k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<T>(float* a, long stride, float* b, float* c, int m, int k)
        where T : struct, ILanes<T>
    {
        var i = 0;
        for (; i <= m - 8; i += 8) EightRows<T>(a + (i * stride), stride, b, c + (8L * i), k);
        for (; i < m; i++) Row<T>(a + (i * stride), b, c + (8L * i), k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightRows<T>(float* a, long stride, float* b, float* c, int k)
        where T : struct, ILanes<T>
    {
        var (c0, c1, c2, c3) = (T.Load(c), T.Load(c + 8), T.Load(c + 16), T.Load(c + 24));
        var (c4, c5, c6, c7) = (T.Load(c + 32), T.Load(c + 40), T.Load(c + 48), T.Load(c + 56));
        var far = a + (4 * stride);
        for (var l = 0; l < k; l++, a++, far++, b += 8)
        {
            var row = T.Load(b);
            c0 = T.Fma(T.Of(*a), row, c0);
            c1 = T.Fma(T.Of(a[stride]), row, c1);
            c2 = T.Fma(T.Of(a[2 * stride]), row, c2);
            c3 = T.Fma(T.Of(a[3 * stride]), row, c3);
            c4 = T.Fma(T.Of(*far), row, c4);
            c5 = T.Fma(T.Of(far[stride]), row, c5);
            c6 = T.Fma(T.Of(far[2 * stride]), row, c6);
            c7 = T.Fma(T.Of(far[3 * stride]), row, c7);
        }

        c0.Store(c);
        c1.Store(c + 8);
        c2.Store(c + 16);
        c3.Store(c + 24);
        c4.Store(c + 32);
        c5.Store(c + 40);
        c6.Store(c + 48);
        c7.Store(c + 56);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<T>(float* a, float* b, float* c, int k)
        where T : struct, ILanes<T>
    {
        var sum = T.Load(c);
        for (var l = 0; l < k; l++, a++, b += 8) sum = T.Fma(T.Of(*a), T.Load(b), sum);
        sum.Store(c);
    }
}

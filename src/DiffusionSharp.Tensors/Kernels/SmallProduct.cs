using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>Matrix products of the size of one attention head, on scratch that lies in the cache.</summary>
internal static unsafe class SmallProduct
{
    /// <summary>The bundle that columns are padded to: 16, or 8 where 8 columns are all there are.</summary>
    public static int Pad(int columns) => columns <= 8 ? 8 : Scratch.Pad(columns);

    /// <summary>C = A·B, or C += A·B: A is m×k at any strides, B is k×n and C m×n with rows of <paramref name="n"/> floats, n padded by <see cref="Pad"/>.</summary>
    public static void Multiply(float* a, long aRow, long aColumn, float* b, float* c, int m, int k, int n, bool add)
    {
        if (Vector512.IsHardwareAccelerated && n % 16 == 0) Multiply<Lanes16>(a, aRow, aColumn, b, c, m, k, n, add);
        else if (Vector256.IsHardwareAccelerated) Multiply<Lanes8>(a, aRow, aColumn, b, c, m, k, n, add);
        else Multiply<Lanes1>(a, aRow, aColumn, b, c, m, k, n, add);
    }

    private static void Multiply<T>(float* a, long aRow, long aColumn, float* b, float* c, int m, int k, int n, bool add)
        where T : struct, ILanes<T>
    {
        var j = 0;
        for (; j <= n - (2 * T.Count); j += 2 * T.Count)
        {
            var i = 0;
            for (; i <= m - 4; i += 4) FourByTwo<T>(a + (i * aRow), aRow, aColumn, b + j, c + ((long)i * n) + j, k, n, add);
            for (; i < m; i++)
            {
                Column<T>(a + (i * aRow), aColumn, b + j, c + ((long)i * n) + j, k, n, add);
                Column<T>(a + (i * aRow), aColumn, b + j + T.Count, c + ((long)i * n) + j + T.Count, k, n, add);
            }
        }

        for (; j < n; j += T.Count)
        {
            var i = 0;
            for (; i <= m - 8; i += 8) EightByOne<T>(a + (i * aRow), aRow, aColumn, b + j, c + ((long)i * n) + j, k, n, add);
            for (; i < m; i++) Column<T>(a + (i * aRow), aColumn, b + j, c + ((long)i * n) + j, k, n, add);
        }
    }

    // Eight independent sums keep both multiply-add units busy through their latency.
    private static void FourByTwo<T>(float* a, long aRow, long aColumn, float* b, float* c, int k, int n, bool add)
        where T : struct, ILanes<T>
    {
        var (c00, c01, c10, c11) = (T.Of(0), T.Of(0), T.Of(0), T.Of(0));
        var (c20, c21, c30, c31) = (T.Of(0), T.Of(0), T.Of(0), T.Of(0));
        if (add)
        {
            (c00, c01) = (T.Load(c), T.Load(c + T.Count));
            (c10, c11) = (T.Load(c + n), T.Load(c + n + T.Count));
            (c20, c21) = (T.Load(c + (2L * n)), T.Load(c + (2L * n) + T.Count));
            (c30, c31) = (T.Load(c + (3L * n)), T.Load(c + (3L * n) + T.Count));
        }

        for (var l = 0; l < k; l++, a += aColumn, b += n)
        {
            var (b0, b1) = (T.Load(b), T.Load(b + T.Count));
            var a0 = T.Of(*a);
            c00 = T.Fma(a0, b0, c00);
            c01 = T.Fma(a0, b1, c01);
            var a1 = T.Of(a[aRow]);
            c10 = T.Fma(a1, b0, c10);
            c11 = T.Fma(a1, b1, c11);
            var a2 = T.Of(a[2 * aRow]);
            c20 = T.Fma(a2, b0, c20);
            c21 = T.Fma(a2, b1, c21);
            var a3 = T.Of(a[3 * aRow]);
            c30 = T.Fma(a3, b0, c30);
            c31 = T.Fma(a3, b1, c31);
        }

        c00.Store(c);
        c01.Store(c + T.Count);
        c10.Store(c + n);
        c11.Store(c + n + T.Count);
        c20.Store(c + (2L * n));
        c21.Store(c + (2L * n) + T.Count);
        c30.Store(c + (3L * n));
        c31.Store(c + (3L * n) + T.Count);
    }

    private static void EightByOne<T>(float* a, long aRow, long aColumn, float* b, float* c, int k, int n, bool add)
        where T : struct, ILanes<T>
    {
        var (c0, c1, c2, c3) = (T.Of(0), T.Of(0), T.Of(0), T.Of(0));
        var (c4, c5, c6, c7) = (T.Of(0), T.Of(0), T.Of(0), T.Of(0));
        if (add)
        {
            (c0, c1, c2, c3) = (T.Load(c), T.Load(c + n), T.Load(c + (2L * n)), T.Load(c + (3L * n)));
            (c4, c5, c6, c7) = (T.Load(c + (4L * n)), T.Load(c + (5L * n)), T.Load(c + (6L * n)), T.Load(c + (7L * n)));
        }

        for (var l = 0; l < k; l++, a += aColumn, b += n)
        {
            var row = T.Load(b);
            c0 = T.Fma(T.Of(*a), row, c0);
            c1 = T.Fma(T.Of(a[aRow]), row, c1);
            c2 = T.Fma(T.Of(a[2 * aRow]), row, c2);
            c3 = T.Fma(T.Of(a[3 * aRow]), row, c3);
            c4 = T.Fma(T.Of(a[4 * aRow]), row, c4);
            c5 = T.Fma(T.Of(a[5 * aRow]), row, c5);
            c6 = T.Fma(T.Of(a[6 * aRow]), row, c6);
            c7 = T.Fma(T.Of(a[7 * aRow]), row, c7);
        }

        c0.Store(c);
        c1.Store(c + n);
        c2.Store(c + (2L * n));
        c3.Store(c + (3L * n));
        c4.Store(c + (4L * n));
        c5.Store(c + (5L * n));
        c6.Store(c + (6L * n));
        c7.Store(c + (7L * n));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column<T>(float* a, long aColumn, float* b, float* c, int k, int n, bool add)
        where T : struct, ILanes<T>
    {
        var sum = add ? T.Load(c) : T.Of(0);
        for (var l = 0; l < k; l++, a += aColumn, b += n) sum = T.Fma(T.Of(*a), T.Load(b), sum);
        sum.Store(c);
    }
}

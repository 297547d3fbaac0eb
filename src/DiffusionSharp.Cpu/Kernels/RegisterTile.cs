using System.Runtime.CompilerServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>
/// The register tile of <see cref="MicroKernel"/>, on vectors of any width: 12×32 of 16 lanes, 6×16 of 8,
/// and one row of four numbers where there are no vectors.
/// </summary>
/// <remarks>
/// Row r of the tile lives in two vectors, pR and to its right qR. With 16 lanes these are 24 accumulators, two vectors of b and one
/// broadcast element of a, 27 of 32 registers; with 8 lanes 12 accumulators, 15 of 16 registers. One step of k reads one row of b and one
/// element of each row of a. Every lane is one output column and sums its own products in the order of k, so a lane equals the scalar
/// loop with the same multiply-add. TLanes, TR (rows) and TV (vectors of a row) are constants to the compiler: the tests on them vanish, and the
/// rows and vectors that a smaller tile lacks are never loaded, so a tile at the edge reads nothing outside the matrix.
/// </remarks>
internal static unsafe class RegisterTile
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows<TLanes, T, TR, TV>(
        float** a, nint tableStride, nint offset, int segments, int length,
        float* b, nint ldb,
        float* c, nint ldc, bool accumulate)
        where TLanes : struct, IMultiplyAdd<T>
        where T : struct
        where TR : struct, ICount
        where TV : struct, ICount
    {
        T p0 = default, q0 = default, p1 = default, q1 = default, p2 = default, q2 = default, p3 = default, q3 = default;
        T p4 = default, q4 = default, p5 = default, q5 = default, p6 = default, q6 = default, p7 = default, q7 = default;
        T p8 = default, q8 = default, p9 = default, q9 = default, p10 = default, q10 = default, p11 = default, q11 = default;
        for (var s = 0; s < segments; s++, a += tableStride)
        {
            var a0 = a[0] + offset;
            var a1 = TR.Value > 1 ? a[1] + offset : null;
            var a2 = TR.Value > 2 ? a[2] + offset : null;
            var a3 = TR.Value > 3 ? a[3] + offset : null;
            var a4 = TR.Value > 4 ? a[4] + offset : null;
            var a5 = TR.Value > 5 ? a[5] + offset : null;
            var a6 = TR.Value > 6 ? a[6] + offset : null;
            var a7 = TR.Value > 7 ? a[7] + offset : null;
            var a8 = TR.Value > 8 ? a[8] + offset : null;
            var a9 = TR.Value > 9 ? a[9] + offset : null;
            var a10 = TR.Value > 10 ? a[10] + offset : null;
            var a11 = TR.Value > 11 ? a[11] + offset : null;
            for (nint k = 0; k < length; k++, b += ldb)
            {
                var b0 = TLanes.Load(b);
                var b1 = TV.Value > 1 ? TLanes.Load(b + TLanes.Count) : default;
                { var v = TLanes.Of(a0[k]); p0 = TLanes.MultiplyAdd(v, b0, p0); if (TV.Value > 1) q0 = TLanes.MultiplyAdd(v, b1, q0); }
                if (TR.Value > 1) { var v = TLanes.Of(a1[k]); p1 = TLanes.MultiplyAdd(v, b0, p1); if (TV.Value > 1) q1 = TLanes.MultiplyAdd(v, b1, q1); }
                if (TR.Value > 2) { var v = TLanes.Of(a2[k]); p2 = TLanes.MultiplyAdd(v, b0, p2); if (TV.Value > 1) q2 = TLanes.MultiplyAdd(v, b1, q2); }
                if (TR.Value > 3) { var v = TLanes.Of(a3[k]); p3 = TLanes.MultiplyAdd(v, b0, p3); if (TV.Value > 1) q3 = TLanes.MultiplyAdd(v, b1, q3); }
                if (TR.Value > 4) { var v = TLanes.Of(a4[k]); p4 = TLanes.MultiplyAdd(v, b0, p4); if (TV.Value > 1) q4 = TLanes.MultiplyAdd(v, b1, q4); }
                if (TR.Value > 5) { var v = TLanes.Of(a5[k]); p5 = TLanes.MultiplyAdd(v, b0, p5); if (TV.Value > 1) q5 = TLanes.MultiplyAdd(v, b1, q5); }
                if (TR.Value > 6) { var v = TLanes.Of(a6[k]); p6 = TLanes.MultiplyAdd(v, b0, p6); if (TV.Value > 1) q6 = TLanes.MultiplyAdd(v, b1, q6); }
                if (TR.Value > 7) { var v = TLanes.Of(a7[k]); p7 = TLanes.MultiplyAdd(v, b0, p7); if (TV.Value > 1) q7 = TLanes.MultiplyAdd(v, b1, q7); }
                if (TR.Value > 8) { var v = TLanes.Of(a8[k]); p8 = TLanes.MultiplyAdd(v, b0, p8); if (TV.Value > 1) q8 = TLanes.MultiplyAdd(v, b1, q8); }
                if (TR.Value > 9) { var v = TLanes.Of(a9[k]); p9 = TLanes.MultiplyAdd(v, b0, p9); if (TV.Value > 1) q9 = TLanes.MultiplyAdd(v, b1, q9); }
                if (TR.Value > 10) { var v = TLanes.Of(a10[k]); p10 = TLanes.MultiplyAdd(v, b0, p10); if (TV.Value > 1) q10 = TLanes.MultiplyAdd(v, b1, q10); }
                if (TR.Value > 11) { var v = TLanes.Of(a11[k]); p11 = TLanes.MultiplyAdd(v, b0, p11); if (TV.Value > 1) q11 = TLanes.MultiplyAdd(v, b1, q11); }
            }
        }

        Store<TLanes, T, TV>(c, p0, q0, accumulate);
        if (TR.Value > 1) Store<TLanes, T, TV>(c + ldc, p1, q1, accumulate);
        if (TR.Value > 2) Store<TLanes, T, TV>(c + (2 * ldc), p2, q2, accumulate);
        if (TR.Value > 3) Store<TLanes, T, TV>(c + (3 * ldc), p3, q3, accumulate);
        if (TR.Value > 4) Store<TLanes, T, TV>(c + (4 * ldc), p4, q4, accumulate);
        if (TR.Value > 5) Store<TLanes, T, TV>(c + (5 * ldc), p5, q5, accumulate);
        if (TR.Value > 6) Store<TLanes, T, TV>(c + (6 * ldc), p6, q6, accumulate);
        if (TR.Value > 7) Store<TLanes, T, TV>(c + (7 * ldc), p7, q7, accumulate);
        if (TR.Value > 8) Store<TLanes, T, TV>(c + (8 * ldc), p8, q8, accumulate);
        if (TR.Value > 9) Store<TLanes, T, TV>(c + (9 * ldc), p9, q9, accumulate);
        if (TR.Value > 10) Store<TLanes, T, TV>(c + (10 * ldc), p10, q10, accumulate);
        if (TR.Value > 11) Store<TLanes, T, TV>(c + (11 * ldc), p11, q11, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns<TLanes, T, TR, TV>(float* a, nint lda, int count, float* b, nint ldb, float* c, nint ldc, bool accumulate)
        where TLanes : struct, IMultiplyAdd<T>
        where T : struct
        where TR : struct, ICount
        where TV : struct, ICount
    {
        T p0 = default, q0 = default, p1 = default, q1 = default, p2 = default, q2 = default, p3 = default, q3 = default;
        T p4 = default, q4 = default, p5 = default, q5 = default, p6 = default, q6 = default, p7 = default, q7 = default;
        T p8 = default, q8 = default, p9 = default, q9 = default, p10 = default, q10 = default, p11 = default, q11 = default;
        for (var k = 0; k < count; k++, a += lda, b += ldb)
        {
            var b0 = TLanes.Load(b);
            var b1 = TV.Value > 1 ? TLanes.Load(b + TLanes.Count) : default;
            { var v = TLanes.Of(a[0]); p0 = TLanes.MultiplyAdd(v, b0, p0); if (TV.Value > 1) q0 = TLanes.MultiplyAdd(v, b1, q0); }
            if (TR.Value > 1) { var v = TLanes.Of(a[1]); p1 = TLanes.MultiplyAdd(v, b0, p1); if (TV.Value > 1) q1 = TLanes.MultiplyAdd(v, b1, q1); }
            if (TR.Value > 2) { var v = TLanes.Of(a[2]); p2 = TLanes.MultiplyAdd(v, b0, p2); if (TV.Value > 1) q2 = TLanes.MultiplyAdd(v, b1, q2); }
            if (TR.Value > 3) { var v = TLanes.Of(a[3]); p3 = TLanes.MultiplyAdd(v, b0, p3); if (TV.Value > 1) q3 = TLanes.MultiplyAdd(v, b1, q3); }
            if (TR.Value > 4) { var v = TLanes.Of(a[4]); p4 = TLanes.MultiplyAdd(v, b0, p4); if (TV.Value > 1) q4 = TLanes.MultiplyAdd(v, b1, q4); }
            if (TR.Value > 5) { var v = TLanes.Of(a[5]); p5 = TLanes.MultiplyAdd(v, b0, p5); if (TV.Value > 1) q5 = TLanes.MultiplyAdd(v, b1, q5); }
            if (TR.Value > 6) { var v = TLanes.Of(a[6]); p6 = TLanes.MultiplyAdd(v, b0, p6); if (TV.Value > 1) q6 = TLanes.MultiplyAdd(v, b1, q6); }
            if (TR.Value > 7) { var v = TLanes.Of(a[7]); p7 = TLanes.MultiplyAdd(v, b0, p7); if (TV.Value > 1) q7 = TLanes.MultiplyAdd(v, b1, q7); }
            if (TR.Value > 8) { var v = TLanes.Of(a[8]); p8 = TLanes.MultiplyAdd(v, b0, p8); if (TV.Value > 1) q8 = TLanes.MultiplyAdd(v, b1, q8); }
            if (TR.Value > 9) { var v = TLanes.Of(a[9]); p9 = TLanes.MultiplyAdd(v, b0, p9); if (TV.Value > 1) q9 = TLanes.MultiplyAdd(v, b1, q9); }
            if (TR.Value > 10) { var v = TLanes.Of(a[10]); p10 = TLanes.MultiplyAdd(v, b0, p10); if (TV.Value > 1) q10 = TLanes.MultiplyAdd(v, b1, q10); }
            if (TR.Value > 11) { var v = TLanes.Of(a[11]); p11 = TLanes.MultiplyAdd(v, b0, p11); if (TV.Value > 1) q11 = TLanes.MultiplyAdd(v, b1, q11); }
        }

        Store<TLanes, T, TV>(c, p0, q0, accumulate);
        if (TR.Value > 1) Store<TLanes, T, TV>(c + ldc, p1, q1, accumulate);
        if (TR.Value > 2) Store<TLanes, T, TV>(c + (2 * ldc), p2, q2, accumulate);
        if (TR.Value > 3) Store<TLanes, T, TV>(c + (3 * ldc), p3, q3, accumulate);
        if (TR.Value > 4) Store<TLanes, T, TV>(c + (4 * ldc), p4, q4, accumulate);
        if (TR.Value > 5) Store<TLanes, T, TV>(c + (5 * ldc), p5, q5, accumulate);
        if (TR.Value > 6) Store<TLanes, T, TV>(c + (6 * ldc), p6, q6, accumulate);
        if (TR.Value > 7) Store<TLanes, T, TV>(c + (7 * ldc), p7, q7, accumulate);
        if (TR.Value > 8) Store<TLanes, T, TV>(c + (8 * ldc), p8, q8, accumulate);
        if (TR.Value > 9) Store<TLanes, T, TV>(c + (9 * ldc), p9, q9, accumulate);
        if (TR.Value > 10) Store<TLanes, T, TV>(c + (10 * ldc), p10, q10, accumulate);
        if (TR.Value > 11) Store<TLanes, T, TV>(c + (11 * ldc), p11, q11, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Listed<TLanes, T, TR, TV>(float* aBase, long* list, int count, float* bBase, nint ldb, float* c, nint ldc, bool accumulate)
        where TLanes : struct, IMultiplyAdd<T>
        where T : struct
        where TR : struct, ICount
        where TV : struct, ICount
    {
        T p0 = default, q0 = default, p1 = default, q1 = default, p2 = default, q2 = default, p3 = default, q3 = default;
        T p4 = default, q4 = default, p5 = default, q5 = default, p6 = default, q6 = default, p7 = default, q7 = default;
        T p8 = default, q8 = default, p9 = default, q9 = default, p10 = default, q10 = default, p11 = default, q11 = default;
        for (nint k = 0; k < count; k++)
        {
            var step = list[k];
            var a = aBase + (int)step;
            var b = bBase + ((nint)(step >> 32) * ldb);
            var b0 = TLanes.Load(b);
            var b1 = TV.Value > 1 ? TLanes.Load(b + TLanes.Count) : default;
            { var v = TLanes.Of(a[0]); p0 = TLanes.MultiplyAdd(v, b0, p0); if (TV.Value > 1) q0 = TLanes.MultiplyAdd(v, b1, q0); }
            if (TR.Value > 1) { var v = TLanes.Of(a[1]); p1 = TLanes.MultiplyAdd(v, b0, p1); if (TV.Value > 1) q1 = TLanes.MultiplyAdd(v, b1, q1); }
            if (TR.Value > 2) { var v = TLanes.Of(a[2]); p2 = TLanes.MultiplyAdd(v, b0, p2); if (TV.Value > 1) q2 = TLanes.MultiplyAdd(v, b1, q2); }
            if (TR.Value > 3) { var v = TLanes.Of(a[3]); p3 = TLanes.MultiplyAdd(v, b0, p3); if (TV.Value > 1) q3 = TLanes.MultiplyAdd(v, b1, q3); }
            if (TR.Value > 4) { var v = TLanes.Of(a[4]); p4 = TLanes.MultiplyAdd(v, b0, p4); if (TV.Value > 1) q4 = TLanes.MultiplyAdd(v, b1, q4); }
            if (TR.Value > 5) { var v = TLanes.Of(a[5]); p5 = TLanes.MultiplyAdd(v, b0, p5); if (TV.Value > 1) q5 = TLanes.MultiplyAdd(v, b1, q5); }
            if (TR.Value > 6) { var v = TLanes.Of(a[6]); p6 = TLanes.MultiplyAdd(v, b0, p6); if (TV.Value > 1) q6 = TLanes.MultiplyAdd(v, b1, q6); }
            if (TR.Value > 7) { var v = TLanes.Of(a[7]); p7 = TLanes.MultiplyAdd(v, b0, p7); if (TV.Value > 1) q7 = TLanes.MultiplyAdd(v, b1, q7); }
            if (TR.Value > 8) { var v = TLanes.Of(a[8]); p8 = TLanes.MultiplyAdd(v, b0, p8); if (TV.Value > 1) q8 = TLanes.MultiplyAdd(v, b1, q8); }
            if (TR.Value > 9) { var v = TLanes.Of(a[9]); p9 = TLanes.MultiplyAdd(v, b0, p9); if (TV.Value > 1) q9 = TLanes.MultiplyAdd(v, b1, q9); }
            if (TR.Value > 10) { var v = TLanes.Of(a[10]); p10 = TLanes.MultiplyAdd(v, b0, p10); if (TV.Value > 1) q10 = TLanes.MultiplyAdd(v, b1, q10); }
            if (TR.Value > 11) { var v = TLanes.Of(a[11]); p11 = TLanes.MultiplyAdd(v, b0, p11); if (TV.Value > 1) q11 = TLanes.MultiplyAdd(v, b1, q11); }
        }

        Store<TLanes, T, TV>(c, p0, q0, accumulate);
        if (TR.Value > 1) Store<TLanes, T, TV>(c + ldc, p1, q1, accumulate);
        if (TR.Value > 2) Store<TLanes, T, TV>(c + (2 * ldc), p2, q2, accumulate);
        if (TR.Value > 3) Store<TLanes, T, TV>(c + (3 * ldc), p3, q3, accumulate);
        if (TR.Value > 4) Store<TLanes, T, TV>(c + (4 * ldc), p4, q4, accumulate);
        if (TR.Value > 5) Store<TLanes, T, TV>(c + (5 * ldc), p5, q5, accumulate);
        if (TR.Value > 6) Store<TLanes, T, TV>(c + (6 * ldc), p6, q6, accumulate);
        if (TR.Value > 7) Store<TLanes, T, TV>(c + (7 * ldc), p7, q7, accumulate);
        if (TR.Value > 8) Store<TLanes, T, TV>(c + (8 * ldc), p8, q8, accumulate);
        if (TR.Value > 9) Store<TLanes, T, TV>(c + (9 * ldc), p9, q9, accumulate);
        if (TR.Value > 10) Store<TLanes, T, TV>(c + (10 * ldc), p10, q10, accumulate);
        if (TR.Value > 11) Store<TLanes, T, TV>(c + (11 * ldc), p11, q11, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLanes, T, TV>(float* c, T p, T q, bool accumulate)
        where TLanes : struct, IMultiplyAdd<T>
        where T : struct
        where TV : struct, ICount
    {
        if (accumulate)
        {
            p = TLanes.AddTo(c, p);
            if (TV.Value > 1) q = TLanes.AddTo(c + TLanes.Count, q);
        }

        TLanes.Store(c, p);
        if (TV.Value > 1) TLanes.Store(c + TLanes.Count, q);
    }
}

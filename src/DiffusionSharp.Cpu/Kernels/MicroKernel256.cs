using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The 6×16 register tile of <see cref="MicroKernel"/> on 256-bit vectors.</summary>
/// <remarks>
/// Row r of the tile lives in two vectors, pR (columns 0–7) and qR (columns 8–15): 12 accumulators, two vectors of b
/// and one broadcast element of a, 15 of the 16 registers. One step of k reads one row of b (16 consecutive floats) and one element
/// of each of the 6 rows of a. Every lane is one output column and sums its own products in the order of k, so a lane equals the
/// scalar loop with a fused multiply-add. TR and TV are constants to the compiler: the tests on them vanish, and the rows and vectors
/// that a smaller tile lacks are never loaded, so a tile at the edge reads nothing outside the matrix.
/// </remarks>
internal static unsafe class MicroKernel256
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows<TR, TV>(float** a, nint tableStride, nint offset, int segments, int length, float* b, nint ldb, float* c, nint ldc, bool accumulate)
        where TR : struct, ICount
        where TV : struct, ICount
    {
        Vector256<float> p0 = default, q0 = default, p1 = default, q1 = default, p2 = default, q2 = default;
        Vector256<float> p3 = default, q3 = default, p4 = default, q4 = default, p5 = default, q5 = default;
        for (var s = 0; s < segments; s++, a += tableStride)
        {
            var a0 = a[0] + offset;
            var a1 = TR.Value > 1 ? a[1] + offset : null;
            var a2 = TR.Value > 2 ? a[2] + offset : null;
            var a3 = TR.Value > 3 ? a[3] + offset : null;
            var a4 = TR.Value > 4 ? a[4] + offset : null;
            var a5 = TR.Value > 5 ? a[5] + offset : null;
            for (nint k = 0; k < length; k++, b += ldb)
            {
                var b0 = Vector256.Load(b);
                var b1 = TV.Value > 1 ? Vector256.Load(b + 8) : default;
                { var v = Vector256.Create(a0[k]); p0 = Vector256.MultiplyAddEstimate(v, b0, p0); if (TV.Value > 1) q0 = Vector256.MultiplyAddEstimate(v, b1, q0); }
                if (TR.Value > 1) { var v = Vector256.Create(a1[k]); p1 = Vector256.MultiplyAddEstimate(v, b0, p1); if (TV.Value > 1) q1 = Vector256.MultiplyAddEstimate(v, b1, q1); }
                if (TR.Value > 2) { var v = Vector256.Create(a2[k]); p2 = Vector256.MultiplyAddEstimate(v, b0, p2); if (TV.Value > 1) q2 = Vector256.MultiplyAddEstimate(v, b1, q2); }
                if (TR.Value > 3) { var v = Vector256.Create(a3[k]); p3 = Vector256.MultiplyAddEstimate(v, b0, p3); if (TV.Value > 1) q3 = Vector256.MultiplyAddEstimate(v, b1, q3); }
                if (TR.Value > 4) { var v = Vector256.Create(a4[k]); p4 = Vector256.MultiplyAddEstimate(v, b0, p4); if (TV.Value > 1) q4 = Vector256.MultiplyAddEstimate(v, b1, q4); }
                if (TR.Value > 5) { var v = Vector256.Create(a5[k]); p5 = Vector256.MultiplyAddEstimate(v, b0, p5); if (TV.Value > 1) q5 = Vector256.MultiplyAddEstimate(v, b1, q5); }
            }
        }

        Store<TV>(c, p0, q0, accumulate);
        if (TR.Value > 1) Store<TV>(c + ldc, p1, q1, accumulate);
        if (TR.Value > 2) Store<TV>(c + (2 * ldc), p2, q2, accumulate);
        if (TR.Value > 3) Store<TV>(c + (3 * ldc), p3, q3, accumulate);
        if (TR.Value > 4) Store<TV>(c + (4 * ldc), p4, q4, accumulate);
        if (TR.Value > 5) Store<TV>(c + (5 * ldc), p5, q5, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns<TR, TV>(float* a, nint lda, int count, float* b, nint ldb, float* c, nint ldc, bool accumulate)
        where TR : struct, ICount
        where TV : struct, ICount
    {
        Vector256<float> p0 = default, q0 = default, p1 = default, q1 = default, p2 = default, q2 = default;
        Vector256<float> p3 = default, q3 = default, p4 = default, q4 = default, p5 = default, q5 = default;
        for (var k = 0; k < count; k++, a += lda, b += ldb)
        {
            var b0 = Vector256.Load(b);
            var b1 = TV.Value > 1 ? Vector256.Load(b + 8) : default;
            { var v = Vector256.Create(a[0]); p0 = Vector256.MultiplyAddEstimate(v, b0, p0); if (TV.Value > 1) q0 = Vector256.MultiplyAddEstimate(v, b1, q0); }
            if (TR.Value > 1) { var v = Vector256.Create(a[1]); p1 = Vector256.MultiplyAddEstimate(v, b0, p1); if (TV.Value > 1) q1 = Vector256.MultiplyAddEstimate(v, b1, q1); }
            if (TR.Value > 2) { var v = Vector256.Create(a[2]); p2 = Vector256.MultiplyAddEstimate(v, b0, p2); if (TV.Value > 1) q2 = Vector256.MultiplyAddEstimate(v, b1, q2); }
            if (TR.Value > 3) { var v = Vector256.Create(a[3]); p3 = Vector256.MultiplyAddEstimate(v, b0, p3); if (TV.Value > 1) q3 = Vector256.MultiplyAddEstimate(v, b1, q3); }
            if (TR.Value > 4) { var v = Vector256.Create(a[4]); p4 = Vector256.MultiplyAddEstimate(v, b0, p4); if (TV.Value > 1) q4 = Vector256.MultiplyAddEstimate(v, b1, q4); }
            if (TR.Value > 5) { var v = Vector256.Create(a[5]); p5 = Vector256.MultiplyAddEstimate(v, b0, p5); if (TV.Value > 1) q5 = Vector256.MultiplyAddEstimate(v, b1, q5); }
        }

        Store<TV>(c, p0, q0, accumulate);
        if (TR.Value > 1) Store<TV>(c + ldc, p1, q1, accumulate);
        if (TR.Value > 2) Store<TV>(c + (2 * ldc), p2, q2, accumulate);
        if (TR.Value > 3) Store<TV>(c + (3 * ldc), p3, q3, accumulate);
        if (TR.Value > 4) Store<TV>(c + (4 * ldc), p4, q4, accumulate);
        if (TR.Value > 5) Store<TV>(c + (5 * ldc), p5, q5, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Listed<TR, TV>(float* aBase, long* list, int count, float* bBase, nint ldb, float* c, nint ldc, bool accumulate)
        where TR : struct, ICount
        where TV : struct, ICount
    {
        Vector256<float> p0 = default, q0 = default, p1 = default, q1 = default, p2 = default, q2 = default;
        Vector256<float> p3 = default, q3 = default, p4 = default, q4 = default, p5 = default, q5 = default;
        for (nint k = 0; k < count; k++)
        {
            var step = list[k];
            var a = aBase + (int)step;
            var b = bBase + ((nint)(step >> 32) * ldb);
            var b0 = Vector256.Load(b);
            var b1 = TV.Value > 1 ? Vector256.Load(b + 8) : default;
            { var v = Vector256.Create(a[0]); p0 = Vector256.MultiplyAddEstimate(v, b0, p0); if (TV.Value > 1) q0 = Vector256.MultiplyAddEstimate(v, b1, q0); }
            if (TR.Value > 1) { var v = Vector256.Create(a[1]); p1 = Vector256.MultiplyAddEstimate(v, b0, p1); if (TV.Value > 1) q1 = Vector256.MultiplyAddEstimate(v, b1, q1); }
            if (TR.Value > 2) { var v = Vector256.Create(a[2]); p2 = Vector256.MultiplyAddEstimate(v, b0, p2); if (TV.Value > 1) q2 = Vector256.MultiplyAddEstimate(v, b1, q2); }
            if (TR.Value > 3) { var v = Vector256.Create(a[3]); p3 = Vector256.MultiplyAddEstimate(v, b0, p3); if (TV.Value > 1) q3 = Vector256.MultiplyAddEstimate(v, b1, q3); }
            if (TR.Value > 4) { var v = Vector256.Create(a[4]); p4 = Vector256.MultiplyAddEstimate(v, b0, p4); if (TV.Value > 1) q4 = Vector256.MultiplyAddEstimate(v, b1, q4); }
            if (TR.Value > 5) { var v = Vector256.Create(a[5]); p5 = Vector256.MultiplyAddEstimate(v, b0, p5); if (TV.Value > 1) q5 = Vector256.MultiplyAddEstimate(v, b1, q5); }
        }

        Store<TV>(c, p0, q0, accumulate);
        if (TR.Value > 1) Store<TV>(c + ldc, p1, q1, accumulate);
        if (TR.Value > 2) Store<TV>(c + (2 * ldc), p2, q2, accumulate);
        if (TR.Value > 3) Store<TV>(c + (3 * ldc), p3, q3, accumulate);
        if (TR.Value > 4) Store<TV>(c + (4 * ldc), p4, q4, accumulate);
        if (TR.Value > 5) Store<TV>(c + (5 * ldc), p5, q5, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TV>(float* c, Vector256<float> p, Vector256<float> q, bool accumulate)
        where TV : struct, ICount
    {
        if (accumulate)
        {
            p += Vector256.Load(c);
            if (TV.Value > 1) q += Vector256.Load(c + 8);
        }

        p.Store(c);
        if (TV.Value > 1) q.Store(c + 8);
    }
}

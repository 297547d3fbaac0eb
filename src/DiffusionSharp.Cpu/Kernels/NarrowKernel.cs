using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Products with so few columns that a panel would be mostly padding: each result is a dot product along k, vector by vector.</summary>
/// <remarks>
/// Here the right operand is stored transposed, [columns, k], and lanes are neighbouring k: lane l sums the products of k ≡ l, the lanes are added
/// at the end, and the remainder of a segment is summed apart. Four rows run together so that the latency of the multiply-add is hidden.
/// </remarks>
internal static unsafe class NarrowKernel
{
    /// <summary>At most so many columns.</summary>
    public const int MaxColumns = 4;

    /// <summary>Whether this kernel beats the panels: few columns, and segments at least a vector long.</summary>
    public static bool Suits(int columns, int segmentLength) =>
        Vector256.IsHardwareAccelerated && columns <= MaxColumns && segmentLength >= MicroKernel.Lanes;

    /// <summary>tile[r, j] = Σ over segments and k of a(r, segment, k) · b[j, segment, k]; see <see cref="MicroKernel.Rows"/> for the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float** a, int segments, int length, int rows, int columns, float* b, float* tile)
    {
        nint width = MicroKernel.Panel;
        var depth = (nint)segments * length;
        for (var j = 0; j < columns; j++, b += depth)
        {
            var r = 0;
            for (; r + 4 <= rows; r += 4)
            {
                if (Vector512.IsHardwareAccelerated) Dot512<Four>(a + r, segments, length, b, tile + (r * width) + j, width);
                else Dot256<Four>(a + r, segments, length, b, tile + (r * width) + j, width);
            }

            for (; r < rows; r++)
            {
                if (Vector512.IsHardwareAccelerated) Dot512<One>(a + r, segments, length, b, tile + (r * width) + j, width);
                else Dot256<One>(a + r, segments, length, b, tile + (r * width) + j, width);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot512<TR>(float** a, int segments, int length, float* b, float* result, nint stride)
        where TR : struct, ICount
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        float t0 = 0, t1 = 0, t2 = 0, t3 = 0;
        for (var s = 0; s < segments; s++, a += MicroKernel.RowBlock, b += length)
        {
            var a0 = a[0];
            var a1 = TR.Value > 1 ? a[1] : null;
            var a2 = TR.Value > 1 ? a[2] : null;
            var a3 = TR.Value > 1 ? a[3] : null;
            nint k = 0;
            for (; k + 16 <= length; k += 16)
            {
                var w = Vector512.Load(b + k);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Load(a0 + k), w, s0);
                if (TR.Value > 1)
                {
                    s1 = Vector512.FusedMultiplyAdd(Vector512.Load(a1 + k), w, s1);
                    s2 = Vector512.FusedMultiplyAdd(Vector512.Load(a2 + k), w, s2);
                    s3 = Vector512.FusedMultiplyAdd(Vector512.Load(a3 + k), w, s3);
                }
            }

            for (; k < length; k++)
            {
                t0 += a0[k] * b[k];
                if (TR.Value > 1)
                {
                    t1 += a1[k] * b[k];
                    t2 += a2[k] * b[k];
                    t3 += a3[k] * b[k];
                }
            }
        }

        result[0] = Vector512.Sum(s0) + t0;
        if (TR.Value > 1)
        {
            result[stride] = Vector512.Sum(s1) + t1;
            result[2 * stride] = Vector512.Sum(s2) + t2;
            result[3 * stride] = Vector512.Sum(s3) + t3;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot256<TR>(float** a, int segments, int length, float* b, float* result, nint stride)
        where TR : struct, ICount
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        float t0 = 0, t1 = 0, t2 = 0, t3 = 0;
        for (var s = 0; s < segments; s++, a += MicroKernel.RowBlock, b += length)
        {
            var a0 = a[0];
            var a1 = TR.Value > 1 ? a[1] : null;
            var a2 = TR.Value > 1 ? a[2] : null;
            var a3 = TR.Value > 1 ? a[3] : null;
            nint k = 0;
            for (; k + 8 <= length; k += 8)
            {
                var w = Vector256.Load(b + k);
                s0 = Vector256.MultiplyAddEstimate(Vector256.Load(a0 + k), w, s0);
                if (TR.Value > 1)
                {
                    s1 = Vector256.MultiplyAddEstimate(Vector256.Load(a1 + k), w, s1);
                    s2 = Vector256.MultiplyAddEstimate(Vector256.Load(a2 + k), w, s2);
                    s3 = Vector256.MultiplyAddEstimate(Vector256.Load(a3 + k), w, s3);
                }
            }

            for (; k < length; k++)
            {
                t0 += a0[k] * b[k];
                if (TR.Value > 1)
                {
                    t1 += a1[k] * b[k];
                    t2 += a2[k] * b[k];
                    t3 += a3[k] * b[k];
                }
            }
        }

        result[0] = Vector256.Sum(s0) + t0;
        if (TR.Value > 1)
        {
            result[stride] = Vector256.Sum(s1) + t1;
            result[2 * stride] = Vector256.Sum(s2) + t2;
            result[3 * stride] = Vector256.Sum(s3) + t3;
        }
    }
}

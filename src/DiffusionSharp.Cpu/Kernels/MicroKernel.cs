using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The register-blocked heart of every matrix product: a tile of c, at most <see cref="RowBlock"/> × <see cref="Panel"/>, held in registers over a run of k.</summary>
/// <remarks>
/// c[r, j] (+)= Σ_k a(r, k) · b[k, j]. Row k of b is <c>b + k·ldb</c>, a full panel wide (zero-filled past the matrix).
/// Three ways to walk a: rows given by pointers (each contiguous in k), columns (rows adjacent in memory, k strided), and a list of
/// (a offset, b row) pairs, which lets a convolution gradient skip the padding. Choosing among the instruction sets is folded by the compiler.
/// </remarks>
internal static unsafe class MicroKernel
{
    /// <summary>Longest run of k summed in one register: rounding error then grows with the number of blocks plus this, not with k.</summary>
    public const int DepthBlock = 512;

    /// <summary>Floats in a vector.</summary>
    public static int Lanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
    }

    /// <summary>Columns of a panel of b.</summary>
    public static int Panel
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated ? 32 : Vector256.IsHardwareAccelerated ? 16 : 4;
    }

    /// <summary>Rows of the full tile.</summary>
    public static int RowBlock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated ? 12 : Vector256.IsHardwareAccelerated ? 6 : 4;
    }

    /// <summary>The largest tile height that has a kernel and does not exceed the rows that are left.</summary>
    public static int TileRows(int rowsLeft)
    {
        if (rowsLeft >= RowBlock) return RowBlock;
        return rowsLeft >= 8 ? 8 : rowsLeft >= 4 ? 4 : rowsLeft >= 2 ? 2 : 1;
    }

    /// <summary>Rows by pointers: a holds segments · tableStride pointers; row r of segment s starts at a[s·tableStride + r] + offset and is length long.</summary>
    /// <remarks><c>rows</c> is a value of <see cref="TileRows"/>; of <c>columns</c>, 1 to <see cref="Panel"/>, whole vectors are written to c.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows(int rows, int columns, float** a, nint tableStride, nint offset, int segments, int length, float* b, nint ldb, float* c, nint ldc, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            switch (rows | (columns > 16 ? 0 : 64))
            {
                case 12: MicroKernel512.Rows<Twelve, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 8: MicroKernel512.Rows<Eight, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 4: MicroKernel512.Rows<Four, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 2: MicroKernel512.Rows<Two, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 1: MicroKernel512.Rows<One, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 12 | 64: MicroKernel512.Rows<Twelve, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 8 | 64: MicroKernel512.Rows<Eight, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 4 | 64: MicroKernel512.Rows<Four, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 2 | 64: MicroKernel512.Rows<Two, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                default: MicroKernel512.Rows<One, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            switch (rows | (columns > 8 ? 0 : 64))
            {
                case 6: MicroKernel256.Rows<Six, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 4: MicroKernel256.Rows<Four, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 2: MicroKernel256.Rows<Two, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 1: MicroKernel256.Rows<One, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 6 | 64: MicroKernel256.Rows<Six, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 4 | 64: MicroKernel256.Rows<Four, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                case 2 | 64: MicroKernel256.Rows<Two, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
                default: MicroKernel256.Rows<One, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            }
        }
        else
        {
            MicroKernelScalar.Rows(rows, a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate);
        }
    }

    /// <summary>Columns: element (r, k) of a is a[k·lda + r].</summary>
    /// <remarks><c>rows</c> is a value of <see cref="TileRows"/>; of <c>columns</c>, 1 to <see cref="Panel"/>, whole vectors are written to c.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns(int rows, int columns, float* a, nint lda, int count, float* b, nint ldb, float* c, nint ldc, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            switch (rows | (columns > 16 ? 0 : 64))
            {
                case 12: MicroKernel512.Columns<Twelve, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 8: MicroKernel512.Columns<Eight, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 4: MicroKernel512.Columns<Four, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 2: MicroKernel512.Columns<Two, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 1: MicroKernel512.Columns<One, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 12 | 64: MicroKernel512.Columns<Twelve, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 8 | 64: MicroKernel512.Columns<Eight, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 4 | 64: MicroKernel512.Columns<Four, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 2 | 64: MicroKernel512.Columns<Two, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                default: MicroKernel512.Columns<One, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            switch (rows | (columns > 8 ? 0 : 64))
            {
                case 6: MicroKernel256.Columns<Six, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 4: MicroKernel256.Columns<Four, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 2: MicroKernel256.Columns<Two, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 1: MicroKernel256.Columns<One, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 6 | 64: MicroKernel256.Columns<Six, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 4 | 64: MicroKernel256.Columns<Four, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                case 2 | 64: MicroKernel256.Columns<Two, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
                default: MicroKernel256.Columns<One, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            }
        }
        else
        {
            MicroKernelScalar.Columns(rows, a, lda, count, b, ldb, c, ldc, accumulate);
        }
    }

    /// <summary>Listed columns: step k reads row r of a at a[offset + r] and row i of b, with offset the low and i the high half of list[k].</summary>
    /// <remarks><c>rows</c> is a value of <see cref="TileRows"/>; of <c>columns</c>, 1 to <see cref="Panel"/>, whole vectors are written to c.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Listed(int rows, int columns, float* a, long* list, int count, float* b, nint ldb, float* c, nint ldc, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            switch (rows | (columns > 16 ? 0 : 64))
            {
                case 12: MicroKernel512.Listed<Twelve, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 8: MicroKernel512.Listed<Eight, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 4: MicroKernel512.Listed<Four, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 2: MicroKernel512.Listed<Two, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 1: MicroKernel512.Listed<One, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 12 | 64: MicroKernel512.Listed<Twelve, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 8 | 64: MicroKernel512.Listed<Eight, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 4 | 64: MicroKernel512.Listed<Four, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 2 | 64: MicroKernel512.Listed<Two, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
                default: MicroKernel512.Listed<One, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            switch (rows | (columns > 8 ? 0 : 64))
            {
                case 6: MicroKernel256.Listed<Six, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 4: MicroKernel256.Listed<Four, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 2: MicroKernel256.Listed<Two, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 1: MicroKernel256.Listed<One, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 6 | 64: MicroKernel256.Listed<Six, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 4 | 64: MicroKernel256.Listed<Four, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
                case 2 | 64: MicroKernel256.Listed<Two, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
                default: MicroKernel256.Listed<One, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
            }
        }
        else
        {
            MicroKernelScalar.Listed(rows, a, list, count, b, ldb, c, ldc, accumulate);
        }
    }
}

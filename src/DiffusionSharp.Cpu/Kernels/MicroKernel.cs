using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>
/// The register-blocked heart of every matrix product: a tile of c, at most <see cref="RowBlock"/> × <see cref="Panel"/>,
/// held in registers over a run of k.
/// </summary>
/// <remarks>
/// c[r, j] (+)= Σ_k a(r, k) · b[k, j]. Row k of b is <c>b + k·ldb</c>, a full panel wide (zero-filled past the matrix).
/// Three ways to walk a: rows given by pointers (each contiguous in k), columns (rows adjacent in memory, k strided), and a list of
/// (a offset, b row) pairs, which lets a convolution gradient skip the padding. Choosing among the instruction sets is folded by the compiler, and the
/// choice among tiles stands once, not in every caller.
/// </remarks>
internal static unsafe class MicroKernel
{
    /// <summary>Longest run of k summed in one register: rounding error then grows with the number of blocks plus this, not with k.</summary>
    public const int DepthBlock = 512;

    // Beside the number of rows: the columns fit in one vector.
    private const int OneVector = 64;

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

    /// <summary>
    /// Rows by pointers: a holds segments · tableStride pointers;
    /// row r of segment s starts at a[s·tableStride + r] + offset and is length long.
    /// </summary>
    /// <remarks><c>rows</c> is a value of <see cref="TileRows"/>; of <c>columns</c>, 1 to <see cref="Panel"/>, whole vectors are written to c.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Rows(
        int rows, int columns,
        float** a, nint tableStride, nint offset, int segments, int length,
        float* b, nint ldb,
        float* c, nint ldc, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Rows<TileLanes16, Vector512<float>>(rows, columns, a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Rows<TileLanes8, Vector256<float>>(rows, columns, a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate);
        }
        else
        {
            for (var r = 0; r < rows; r++, a++, c += ldc)
                RegisterTile.Rows<TileLanes4, TileLanes4.Four, One, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate);
        }
    }

    /// <summary>Columns: element (r, k) of a is a[k·lda + r].</summary>
    /// <remarks><c>rows</c> is a value of <see cref="TileRows"/>; of <c>columns</c>, 1 to <see cref="Panel"/>, whole vectors are written to c.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Columns(int rows, int columns, float* a, nint lda, int count, float* b, nint ldb, float* c, nint ldc, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Columns<TileLanes16, Vector512<float>>(rows, columns, a, lda, count, b, ldb, c, ldc, accumulate);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Columns<TileLanes8, Vector256<float>>(rows, columns, a, lda, count, b, ldb, c, ldc, accumulate);
        }
        else
        {
            for (var r = 0; r < rows; r++, a++, c += ldc)
                RegisterTile.Columns<TileLanes4, TileLanes4.Four, One, One>(a, lda, count, b, ldb, c, ldc, accumulate);
        }
    }

    /// <summary>Listed columns: step k reads row r of a at a[offset + r] and row i of b, with offset the low and i the high half of list[k].</summary>
    /// <remarks><c>rows</c> is a value of <see cref="TileRows"/>; of <c>columns</c>, 1 to <see cref="Panel"/>, whole vectors are written to c.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Listed(int rows, int columns, float* a, long* list, int count, float* b, nint ldb, float* c, nint ldc, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Listed<TileLanes16, Vector512<float>>(rows, columns, a, list, count, b, ldb, c, ldc, accumulate);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Listed<TileLanes8, Vector256<float>>(rows, columns, a, list, count, b, ldb, c, ldc, accumulate);
        }
        else
        {
            for (var r = 0; r < rows; r++, a++, c += ldc)
                RegisterTile.Listed<TileLanes4, TileLanes4.Four, One, One>(a, list, count, b, ldb, c, ldc, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows<TLanes, T>(
        int rows, int columns,
        float** a, nint tableStride, nint offset, int segments, int length,
        float* b, nint ldb,
        float* c, nint ldc, bool accumulate)
        where TLanes : struct, IMultiplyAdd<T>
        where T : struct
    {
        switch (rows | (columns > TLanes.Count ? 0 : OneVector))
        {
            case 12: RegisterTile.Rows<TLanes, T, Twelve, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            case 8: RegisterTile.Rows<TLanes, T, Eight, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            case 6: RegisterTile.Rows<TLanes, T, Six, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            case 4: RegisterTile.Rows<TLanes, T, Four, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            case 2: RegisterTile.Rows<TLanes, T, Two, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            case 1: RegisterTile.Rows<TLanes, T, One, Two>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            case 12 | OneVector: RegisterTile.Rows<TLanes, T, Twelve, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            case 8 | OneVector: RegisterTile.Rows<TLanes, T, Eight, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            case 6 | OneVector: RegisterTile.Rows<TLanes, T, Six, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            case 4 | OneVector: RegisterTile.Rows<TLanes, T, Four, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            case 2 | OneVector: RegisterTile.Rows<TLanes, T, Two, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
            default: RegisterTile.Rows<TLanes, T, One, One>(a, tableStride, offset, segments, length, b, ldb, c, ldc, accumulate); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns<TLanes, T>(int rows, int columns, float* a, nint lda, int count, float* b, nint ldb, float* c, nint ldc, bool accumulate)
        where TLanes : struct, IMultiplyAdd<T>
        where T : struct
    {
        switch (rows | (columns > TLanes.Count ? 0 : OneVector))
        {
            case 12: RegisterTile.Columns<TLanes, T, Twelve, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            case 8: RegisterTile.Columns<TLanes, T, Eight, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            case 6: RegisterTile.Columns<TLanes, T, Six, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            case 4: RegisterTile.Columns<TLanes, T, Four, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            case 2: RegisterTile.Columns<TLanes, T, Two, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            case 1: RegisterTile.Columns<TLanes, T, One, Two>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            case 12 | OneVector: RegisterTile.Columns<TLanes, T, Twelve, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            case 8 | OneVector: RegisterTile.Columns<TLanes, T, Eight, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            case 6 | OneVector: RegisterTile.Columns<TLanes, T, Six, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            case 4 | OneVector: RegisterTile.Columns<TLanes, T, Four, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            case 2 | OneVector: RegisterTile.Columns<TLanes, T, Two, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
            default: RegisterTile.Columns<TLanes, T, One, One>(a, lda, count, b, ldb, c, ldc, accumulate); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Listed<TLanes, T>(int rows, int columns, float* a, long* list, int count, float* b, nint ldb, float* c, nint ldc, bool accumulate)
        where TLanes : struct, IMultiplyAdd<T>
        where T : struct
    {
        switch (rows | (columns > TLanes.Count ? 0 : OneVector))
        {
            case 12: RegisterTile.Listed<TLanes, T, Twelve, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
            case 8: RegisterTile.Listed<TLanes, T, Eight, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
            case 6: RegisterTile.Listed<TLanes, T, Six, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
            case 4: RegisterTile.Listed<TLanes, T, Four, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
            case 2: RegisterTile.Listed<TLanes, T, Two, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
            case 1: RegisterTile.Listed<TLanes, T, One, Two>(a, list, count, b, ldb, c, ldc, accumulate); break;
            case 12 | OneVector: RegisterTile.Listed<TLanes, T, Twelve, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
            case 8 | OneVector: RegisterTile.Listed<TLanes, T, Eight, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
            case 6 | OneVector: RegisterTile.Listed<TLanes, T, Six, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
            case 4 | OneVector: RegisterTile.Listed<TLanes, T, Four, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
            case 2 | OneVector: RegisterTile.Listed<TLanes, T, Two, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
            default: RegisterTile.Listed<TLanes, T, One, One>(a, list, count, b, ldb, c, ldc, accumulate); break;
        }
    }
}

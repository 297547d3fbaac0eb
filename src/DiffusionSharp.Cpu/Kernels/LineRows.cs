using System.Runtime.CompilerServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The windows of a convolution over few channels: a row of the window is one run of memory, so one pointer serves all its taps.</summary>
/// <remarks>Only rows that cross the edge of the picture are copied, with zeros outside.</remarks>
/// <param name="lattice">Pixels and windows.</param>
/// <param name="zeros">One window row of zeros: what lies above and below the picture.</param>
internal readonly unsafe struct LineRows(PixelLattice lattice, float* zeros) : ITileSource
{
    /// <summary>With fewer channels than this a pointer per tap costs more than the tap.</summary>
    public const int ChannelLimit = 8;

    private readonly PixelLattice lattice = lattice;

    public long TableBytes => PointerBytes + ((long)MicroKernel.RowBlock * lattice.TapsHigh * Run * sizeof(float));

    private long PointerBytes => (long)MicroKernel.RowBlock * lattice.TapsHigh * sizeof(float*);

    private int Run => lattice.TapsWide * lattice.Channels;

    /// <summary>Copies the window of one lattice point, [taps, channels], zeros outside the picture.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(in PixelLattice lattice, in LatticeCursor cursor, float* target)
    {
        var run = lattice.TapsWide * lattice.Channels;
        var top = cursor.InputRow(lattice);
        var left = cursor.InputColumn(lattice);
        for (var i = 0; i < lattice.TapsHigh; i++, target += run)
        {
            if ((uint)(top + i) < (uint)lattice.Height) CopyLine(lattice, lattice.At(cursor.Picture, top + i, left), left, target);
            else new Span<float>(target, run).Clear();
        }
    }

    public bool IsDense => lattice.IsDense;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Locate(int batch, int first, int count, byte* table, int* outputRows)
    {
        var cursor = lattice.Start(first);
        var copy = (float*)(table + PointerBytes);
        var stride = MicroKernel.RowBlock;
        var run = Run;
        for (var r = 0; r < count; r++, cursor.Advance())
        {
            outputRows[r] = cursor.OutputRow(lattice);
            var top = cursor.InputRow(lattice);
            var left = cursor.InputColumn(lattice);
            var inside = left >= 0 && left + lattice.TapsWide <= lattice.Width;
            var entry = (float**)table + r;
            var source = lattice.At(cursor.Picture, top, left);
            for (var i = 0; i < lattice.TapsHigh; i++, entry += stride, source += (nint)lattice.Width * lattice.Channels)
            {
                if ((uint)(top + i) >= (uint)lattice.Height)
                {
                    *entry = zeros;
                }
                else if (inside)
                {
                    *entry = source;
                }
                else
                {
                    CopyLine(lattice, source, left, copy);
                    *entry = copy;
                    copy += run;
                }
            }
        }
    }

    public void Multiply(byte* table, int row, int rows, int columns, float* b, nint ldb, float* c, nint ldc) =>
        RowPointers.Multiply((float**)table + row, lattice.TapsHigh, Run, rows, columns, b, ldb, c, ldc);

    public void Prefetch(byte* table, int rows)
    {
        // Neighbouring rows are neighbours in memory: the machine foresees them.
    }

    public void MultiplyNarrow(byte* table, int row, int rows, int columns, float* b, float* tile) =>
        NarrowKernel.Multiply((float**)table + row, lattice.TapsHigh, Run, rows, columns, b, tile);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyLine(in PixelLattice lattice, float* source, int left, float* target)
    {
        var channels = lattice.Channels;
        var run = lattice.TapsWide * channels;
        var before = Math.Clamp(-left, 0, lattice.TapsWide) * channels;
        var end = Math.Clamp(lattice.Width - left, 0, lattice.TapsWide) * channels;
        for (var e = 0; e < before; e++) target[e] = 0;
        for (var e = before; e < end; e++) target[e] = source[e];
        for (var e = Math.Max(before, end); e < run; e++) target[e] = 0;
    }
}

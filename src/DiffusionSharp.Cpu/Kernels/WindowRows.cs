using System.Runtime.CompilerServices;

namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The windows of a convolution as rows of a matrix that is never formed: one pointer per tap, channels read in place.</summary>
/// <param name="lattice">Pixels and windows.</param>
/// <param name="zeros">One pixel of zeros: what lies outside the picture.</param>
internal readonly unsafe struct WindowRows(PixelLattice lattice, float* zeros) : ITileSource
{
    private readonly PixelLattice lattice = lattice;

    public long TableBytes => (long)lattice.Taps * MicroKernel.RowBlock * sizeof(float*);

    public bool IsDense => lattice.IsDense;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Locate(int batch, int first, int count, byte* table, int* outputRows)
    {
        var cursor = lattice.Start(first);
        for (var r = 0; r < count; r++, cursor.Advance())
        {
            outputRows[r] = cursor.OutputRow(lattice);
            Taps((float**)table + r, cursor.Picture, cursor.InputRow(lattice), cursor.InputColumn(lattice));
        }
    }

    public void Multiply(byte* table, int row, int rows, int columns, float* b, nint ldb, float* c, nint ldc) =>
        RowPointers.Multiply((float**)table + row, lattice.Taps, lattice.Channels, rows, columns, b, ldb, c, ldc);

    public void Prefetch(byte* table, int rows)
    {
        // With several taps all but the last have been read by the rows before.
        if (lattice.Taps == 1) RowPointers.Prefetch((float**)table, rows, lattice.Channels);
    }

    public void MultiplyNarrow(byte* table, int row, int rows, int columns, float* b, float* tile) =>
        NarrowKernel.Multiply((float**)table + row, lattice.Taps, lattice.Channels, rows, columns, b, tile);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Taps(float** entry, int picture, int top, int left)
    {
        nint channels = lattice.Channels;
        var line = lattice.Width * channels;
        var corner = lattice.At(picture, top, left);
        var stride = MicroKernel.RowBlock;
        if (top >= 0 && left >= 0 && top + lattice.TapsHigh <= lattice.Height && left + lattice.TapsWide <= lattice.Width)
        {
            for (var i = 0; i < lattice.TapsHigh; i++, corner += line)
            {
                var tap = corner;
                for (var j = 0; j < lattice.TapsWide; j++, tap += channels, entry += stride) *entry = tap;
            }

            return;
        }

        for (var i = 0; i < lattice.TapsHigh; i++, corner += line)
        {
            var outside = (uint)(top + i) >= (uint)lattice.Height;
            var tap = corner;
            for (var j = 0; j < lattice.TapsWide; j++, tap += channels, entry += stride)
                *entry = outside || (uint)(left + j) >= (uint)lattice.Width ? zeros : tap;
        }
    }
}

namespace DiffusionSharp.Tensors.Kernels;

/// <summary>The windows of a convolution copied side by side: for pictures of so few channels that a pointer per tap costs more than the tap.</summary>
internal readonly unsafe struct GatheredRows(PixelLattice lattice) : ITileSource
{
    /// <summary>Fewer channels than this are gathered.</summary>
    public const int ChannelLimit = 8;

    private readonly PixelLattice lattice = lattice;

    public long TableBytes => (PointerBytes + ((long)MicroKernel.RowBlock * Depth * sizeof(float)) + 63) & ~63L;

    private static int PointerBytes => ((MicroKernel.RowBlock * sizeof(float*)) + 63) & ~63;

    private int Depth => lattice.Taps * lattice.Channels;

    /// <summary>Copies the window of one lattice point, [taps, channels], zeros outside the picture.</summary>
    public static void Gather(in PixelLattice lattice, in LatticeCursor cursor, float* target)
    {
        var channels = lattice.Channels;
        var top = cursor.InputRow(lattice);
        var left = cursor.InputColumn(lattice);
        var run = lattice.TapsWide * channels;
        var line = (nint)lattice.Width * channels;
        var source = lattice.Input + ((((nint)cursor.Picture * lattice.Height) + top) * line) + ((nint)left * channels);
        var before = Math.Clamp(-left, 0, lattice.TapsWide) * channels;
        var end = Math.Clamp(lattice.Width - left, 0, lattice.TapsWide) * channels;
        for (var i = 0; i < lattice.TapsHigh; i++, source += line, target += run)
        {
            if ((uint)(top + i) >= (uint)lattice.Height)
            {
                for (var e = 0; e < run; e++) target[e] = 0;
                continue;
            }

            for (var e = 0; e < before; e++) target[e] = 0;
            for (var e = before; e < end; e++) target[e] = source[e];
            for (var e = Math.Max(before, end); e < run; e++) target[e] = 0;
        }
    }

    public void Locate(int batch, int first, int count, byte* table, int* outputRows)
    {
        var cursor = lattice.Start(first);
        var row = (float*)(table + PointerBytes);
        for (var r = 0; r < count; r++, cursor.Advance(), row += Depth)
        {
            outputRows[r] = cursor.OutputRow(lattice);
            ((float**)table)[r] = row;
            Gather(lattice, cursor, row);
        }
    }

    public void Multiply(byte* table, int row, int rows, int columns, float* b, nint ldb, float* tile) =>
        RowPointers.Multiply((float**)table + row, 1, Depth, rows, columns, b, ldb, tile);
}

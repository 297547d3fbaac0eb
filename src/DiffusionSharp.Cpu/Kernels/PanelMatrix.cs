namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The right operand as the micro-kernel reads it: column panels, the leading ones in place, the others packed.</summary>
/// <remarks>A packed panel is [depth, panel width], contiguous and zero-filled past the last column, so a kernel never reads outside.</remarks>
internal readonly unsafe struct PanelMatrix(float* source, int columns, int depth, int panelsInPlace, float* packed, bool narrow)
{
    public int Columns => columns;

    /// <summary>Stored whole and transposed, [columns, depth], for <see cref="NarrowKernel"/>.</summary>
    public bool Narrow => narrow;

    public int Panels => PanelCount(columns);

    public static int PanelCount(int columns) => ((columns - 1) / MicroKernel.Panel) + 1;

    /// <summary>Floats needed to pack the panels that are not read in place.</summary>
    public static long PackedLength(int columns, int depth, int panelsInPlace) =>
        (long)(PanelCount(columns) - panelsInPlace) * MicroKernel.Panel * depth;

    /// <summary>The transposed operand of one product of the batch, when <see cref="Narrow"/>.</summary>
    public float* Transposed(int batch) => packed + ((nint)batch * columns * depth);

    /// <summary>Row 0 of a panel, and the distance between its rows.</summary>
    public float* Panel(int batch, int panel, out nint ldb)
    {
        if (panel < panelsInPlace)
        {
            ldb = columns;
            return source + ((nint)batch * depth * columns) + ((nint)panel * MicroKernel.Panel);
        }

        ldb = MicroKernel.Panel;
        var packedIndex = ((nint)batch * (Panels - panelsInPlace)) + panel - panelsInPlace;
        return packed + (packedIndex * MicroKernel.Panel * depth);
    }

    /// <summary>Columns of a panel that exist.</summary>
    public int ColumnsOf(int panel) => Math.Min(MicroKernel.Panel, columns - (panel * MicroKernel.Panel));
}

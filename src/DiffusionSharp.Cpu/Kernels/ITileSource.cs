namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The left operand of a blocked product: finds its rows and feeds them to the micro-kernel.</summary>
internal unsafe interface ITileSource
{
    /// <summary>Bytes of scratch to prepare one row block (at most <see cref="MicroKernel.RowBlock"/> rows).</summary>
    long TableBytes { get; }

    /// <summary>Prepares rows first … first + count − 1: fills the table and says which output row each becomes.</summary>
    void Locate(int batch, int first, int count, byte* table, int* outputRows);

    /// <summary>Whether rows become output rows in the same order without gaps, so that a tile may be written where it belongs.</summary>
    bool IsDense { get; }

    /// <summary>
    /// c[rows, columns] = rows of a (from <paramref name="row"/> of the prepared block) · the whole panel;
    /// whole vectors of columns are written.
    /// </summary>
    void Multiply(byte* table, int row, int rows, int columns, float* b, nint ldb, float* c, nint ldc);

    /// <summary>Asks for the rows of a prepared block ahead of their use, where memory would not be read in a pattern the machine foresees.</summary>
    void Prefetch(byte* table, int rows);

    /// <summary>The same with a narrow right operand, stored transposed: see <see cref="NarrowKernel"/>.</summary>
    void MultiplyNarrow(byte* table, int row, int rows, int columns, float* b, float* tile);
}

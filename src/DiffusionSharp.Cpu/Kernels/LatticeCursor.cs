namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Walks the points of a <see cref="PixelLattice"/> in order.</summary>
internal struct LatticeCursor
{
    private readonly int rows;
    private readonly int columns;
    private int picture;
    private int row;
    private int column;

    public LatticeCursor(in PixelLattice lattice, int point)
    {
        (rows, columns) = (lattice.Rows, lattice.Columns);
        (var line, column) = Math.DivRem(point, columns);
        (picture, row) = Math.DivRem(line, rows);
    }

    public readonly int Picture => picture;

    public readonly int InputRow(in PixelLattice lattice) => (row * lattice.InStep) - lattice.PadTop;

    public readonly int InputColumn(in PixelLattice lattice) => (column * lattice.InStep) - lattice.PadLeft;

    public readonly int OutputRow(in PixelLattice lattice) =>
        (((picture * lattice.OutHeight) + lattice.OutTop + (row * lattice.OutStep)) * lattice.OutWidth) + lattice.OutLeft + (column * lattice.OutStep);

    public void Advance()
    {
        if (++column < columns) return;
        column = 0;
        if (++row < rows) return;
        row = 0;
        picture++;
    }
}

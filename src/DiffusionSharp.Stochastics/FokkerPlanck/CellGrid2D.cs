namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>Rectangular cells in the plane: the product of two grids.</summary>
/// <param name="X">The columns.</param>
/// <param name="Y">The rows.</param>
public sealed record CellGrid2D(CellGrid X, CellGrid Y)
{
    /// <summary>The number of cells.</summary>
    public int Cells => X.Cells * Y.Cells;

    /// <summary>The area of a cell.</summary>
    public double Area => X.Width * Y.Width;
}

using System.Globalization;

namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>Cells of equal width on an interval: where densities in one dimension live.</summary>
/// <remarks>Cell i lies between face i and face i + 1, so there is one face more than there are cells; the first and the last face are walls.</remarks>
public sealed record CellGrid
{
    /// <summary>Makes a grid.</summary>
    /// <param name="low">The first face, in units of x.</param>
    /// <param name="high">The last face, above the first.</param>
    /// <param name="cells">How many cells, 2 to 10 million.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public CellGrid(double low, double high, int cells)
    {
        if (!(high > low && double.IsFinite(high - low)))
            throw new ArgumentOutOfRangeException(
                nameof(high),
                high,
                string.Create(CultureInfo.InvariantCulture, $"CellGrid: finite ends low < high were expected, [{low}, {high}] was given."));
        if (cells is < 2 or > 10_000_000) throw new ArgumentOutOfRangeException(nameof(cells), cells, "CellGrid: 2 to 10 million cells were expected.");
        (Low, High, Cells) = (low, high, cells);
    }

    /// <summary>The first face.</summary>
    public double Low { get; }

    /// <summary>The last face.</summary>
    public double High { get; }

    /// <summary>The number of cells.</summary>
    public int Cells { get; }

    /// <summary>The width of a cell, h.</summary>
    public double Width => (High - Low) / Cells;

    /// <summary>The middle of a cell.</summary>
    /// <param name="cell">0 … Cells − 1.</param>
    public double Centre(int cell) => Low + ((High - Low) * (cell + 0.5) / Cells);

    /// <summary>The place of a face.</summary>
    /// <param name="face">0 … Cells.</param>
    public double Face(int face) => Low + ((High - Low) * face / Cells);

    /// <summary>The middles of all cells.</summary>
    public double[] Centres()
    {
        var centres = new double[Cells];
        for (var i = 0; i < Cells; i++) centres[i] = Centre(i);
        return centres;
    }

    /// <summary>The places of all faces, walls included: Cells + 1 of them.</summary>
    public double[] Faces()
    {
        var faces = new double[Cells + 1];
        for (var i = 0; i <= Cells; i++) faces[i] = Face(i);
        return faces;
    }

    /// <summary>The cell that holds a point; the nearest one for points beyond the walls.</summary>
    /// <param name="x">A point; not NaN.</param>
    public int CellOf(double x)
    {
        if (double.IsNaN(x)) throw new ArgumentOutOfRangeException(nameof(x), x, "CellGrid: NaN lies in no cell.");
        return (int)Math.Clamp(Math.Floor((x - Low) / Width), 0, Cells - 1);
    }
}

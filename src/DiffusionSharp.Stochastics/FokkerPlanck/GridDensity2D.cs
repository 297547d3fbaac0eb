using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>A density in the plane, held as its average over each cell.</summary>
public sealed class GridDensity2D
{
    /// <summary>A density from its averages.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="values">Averages, [rows of y, columns of x], finite, in probability per area.</param>
    /// <exception cref="ArgumentException">The shape is not the grid's, or a value is not finite.</exception>
    public GridDensity2D(CellGrid2D grid, Tensor values)
    {
        Shape expected = [grid.Y.Cells, grid.X.Cells];
        if (values.Shape != expected)
            throw new ArgumentException($"GridDensity2D: values of shape {expected} were expected, {values.Shape} was given.", nameof(values));
        if (!values.IsFinite()) throw new ArgumentException("GridDensity2D: a value is not finite.", nameof(values));
        (Grid, Values) = (grid, values);
    }

    /// <summary>The cells.</summary>
    public CellGrid2D Grid { get; }

    /// <summary>The averages, [rows of y, columns of x].</summary>
    public Tensor Values { get; }

    /// <summary>The probability on the grid; summed so that rounding stays at the last place.</summary>
    public double Mass => GridDensity.CompensatedSum(Values.Values) * Grid.Area;

    /// <summary>The least average; below 0 the density is none.</summary>
    public double Least
    {
        get
        {
            var least = double.PositiveInfinity;
            foreach (var v in Values.Values) least = Math.Min(least, v);
            return least;
        }
    }

    /// <summary>A density from its values at the centres: averages up to an error of order h².</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="density">p(x, y).</param>
    public static GridDensity2D Of(CellGrid2D grid, Func<double, double, double> density) => new(grid, Tensor.Create([grid.Y.Cells, grid.X.Cells], values =>
    {
        var (nx, ny) = (grid.X.Cells, grid.Y.Cells);
        for (var j = 0; j < ny; j++)
            for (var i = 0; i < nx; i++) values[(j * nx) + i] = density(grid.X.Centre(i), grid.Y.Centre(j));
    }));

    /// <summary>The density divided by its mass.</summary>
    /// <exception cref="InvalidOperationException">The mass is not positive.</exception>
    public GridDensity2D Normalized()
    {
        var mass = Mass;
        if (!(mass > 0))
            throw new InvalidOperationException(
                FormattableString.Invariant($"GridDensity2D: a mass of {mass} cannot be brought to 1; a positive one is needed."));
        return new GridDensity2D(Grid, Values / mass);
    }

    /// <summary>The same density on cells of twice the width both ways: exact, averages of four.</summary>
    /// <exception cref="InvalidOperationException">A number of cells is odd, or below 4.</exception>
    public GridDensity2D Coarsened()
    {
        var (nx, ny) = (Grid.X.Cells, Grid.Y.Cells);
        if (nx % 2 != 0 || ny % 2 != 0 || nx < 4 || ny < 4)
            throw new InvalidOperationException($"GridDensity2D: {nx} × {ny} cells cannot be joined in fours; even numbers of at least 4 are needed.");
        var coarse = new CellGrid2D(new CellGrid(Grid.X.Low, Grid.X.High, nx / 2), new CellGrid(Grid.Y.Low, Grid.Y.High, ny / 2));
        return new GridDensity2D(coarse, Tensor.Create([ny / 2, nx / 2], joined =>
        {
            for (var j = 0; j < ny; j++)
                for (var i = 0; i < nx; i++) joined[(j / 2 * (nx / 2)) + (i / 2)] += Values.Values[(j * nx) + i] / 4;
        }));
    }

    /// <summary>Σ φ(x_i, y_j) p_ij over the centres times the area: E[φ], with an error of order h² for smooth φ.</summary>
    /// <param name="of">φ(x, y).</param>
    public double Expectation(Func<double, double, double> of)
    {
        var (sum, nx) = (0.0, Grid.X.Cells);
        for (var j = 0; j < Grid.Y.Cells; j++)
            for (var i = 0; i < nx; i++) sum += of(Grid.X.Centre(i), Grid.Y.Centre(j)) * Values.Values[(j * nx) + i];
        return sum * Grid.Area;
    }

    /// <summary>Mean and covariance over the centres; of true averages the variances are larger by h²/12 (Sheppard 1898).</summary>
    public (double MeanX, double MeanY, double VarianceX, double Covariance, double VarianceY) Moments()
    {
        var (x, y) = (Expectation((a, _) => a), Expectation((_, b) => b));
        return (
            x,
            y,
            Expectation((a, _) => (a - x) * (a - x)),
            Expectation((a, b) => (a - x) * (b - y)),
            Expectation((_, b) => (b - y) * (b - y)));
    }

    /// <summary>The law of x alone.</summary>
    public GridDensity MarginalX()
    {
        var (sums, nx) = (new double[Grid.X.Cells], Grid.X.Cells);
        for (var j = 0; j < Grid.Y.Cells; j++)
            for (var i = 0; i < nx; i++) sums[i] += Values.Values[(j * nx) + i] * Grid.Y.Width;
        return new GridDensity(Grid.X, sums);
    }

    /// <summary>∫ |p − q|, twice the distance in total variation: 0 to 2.</summary>
    /// <param name="other">q, on the same grid.</param>
    /// <exception cref="ArgumentException">The grids differ.</exception>
    public double DistanceTo(GridDensity2D other)
    {
        if (other.Grid != Grid) throw new ArgumentException("GridDensity2D: two densities on one grid are needed.", nameof(other));
        return (Values - other.Values).Map(Math.Abs).Mean() * Grid.Cells * Grid.Area;
    }
}

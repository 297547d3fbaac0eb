using System.Globalization;

namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>A density on a grid of cells, held as its average over each cell.</summary>
/// <remarks>Integrals over whole cells are exact; the density at a centre differs from the average by h²p″/24.</remarks>
public sealed class GridDensity
{
    // Three points of Gauss and Legendre: averages of polynomials up to degree 5 are exact.
    private static readonly (double Point, double Weight)[] Gauss = [(-Math.Sqrt(0.6) / 2, 5.0 / 18), (0, 4.0 / 9), (Math.Sqrt(0.6) / 2, 5.0 / 18)];

    private readonly double[] values;

    /// <summary>A density from its averages.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="values">One finite average a cell, in probability per unit of x.</param>
    /// <exception cref="ArgumentException">There are more or fewer values than cells, or one is not finite.</exception>
    public GridDensity(CellGrid grid, ReadOnlySpan<double> values)
    {
        if (values.Length != grid.Cells)
            throw new ArgumentException($"GridDensity: {values.Length} values were given for {grid.Cells} cells; one a cell is needed.", nameof(values));
        foreach (var v in values)
            if (!double.IsFinite(v))
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"GridDensity: the value {v} is not finite."), nameof(values));
        (Grid, this.values) = (grid, values.ToArray());
    }

    /// <summary>The cells.</summary>
    public CellGrid Grid { get; }

    /// <summary>The averages, one a cell.</summary>
    public ReadOnlySpan<double> Values => values;

    /// <summary>Σ p h, the probability on the grid; summed so that rounding stays at the last place.</summary>
    public double Mass => CompensatedSum(values) * Grid.Width;

    /// <summary>The least average; below 0 the density is none.</summary>
    public double Least => values.Min();

    /// <summary>The mean of x.</summary>
    public double Mean => Expectation(x => x);

    /// <summary>The variance of x over the centres; for a smooth law larger than its own by h²/12 (Sheppard 1898).</summary>
    public double Variance
    {
        get
        {
            var mean = Mean;
            return Expectation(x => (x - mean) * (x - mean));
        }
    }

    /// <summary>−∫ p ln p, nats, of the density that is constant on cells.</summary>
    public double Entropy => -values.Sum(p => p > 0 ? p * Math.Log(p) : 0) * Grid.Width;

    /// <summary>The averages of a function over the cells, each by three points of Gauss and Legendre: an error of order h⁶.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="density">p(x).</param>
    public static GridDensity Of(CellGrid grid, Func<double, double> density)
    {
        var values = new double[grid.Cells];
        for (var i = 0; i < values.Length; i++)
            foreach (var (point, weight) in Gauss) values[i] += weight * density(grid.Centre(i) + (point * grid.Width));
        return new GridDensity(grid, values);
    }

    /// <summary>The averages of a law whose distribution function is known: differences of F over the cells, exact.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="cumulative">F(x).</param>
    public static GridDensity OfCumulative(CellGrid grid, Func<double, double> cumulative)
    {
        var values = new double[grid.Cells];
        var below = cumulative(grid.Low);
        for (var i = 0; i < values.Length; i++)
        {
            var above = cumulative(grid.Face(i + 1));
            (values[i], below) = ((above - below) / grid.Width, above);
        }

        return new GridDensity(grid, values);
    }

    /// <summary>All probability in the cell that holds a point.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="x">The point, between the walls.</param>
    /// <exception cref="ArgumentOutOfRangeException">The point lies outside.</exception>
    public static GridDensity Point(CellGrid grid, double x)
    {
        if (!(x >= grid.Low && x <= grid.High))
            throw new ArgumentOutOfRangeException(
                nameof(x),
                x,
                string.Create(CultureInfo.InvariantCulture, $"GridDensity: a point in [{grid.Low}, {grid.High}] was expected."));
        var values = new double[grid.Cells];
        values[grid.CellOf(x)] = 1 / grid.Width;
        return new GridDensity(grid, values);
    }

    /// <summary>The density divided by its mass.</summary>
    /// <exception cref="InvalidOperationException">The mass is not positive.</exception>
    public GridDensity Normalized()
    {
        var mass = Mass;
        if (!(mass > 0))
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"GridDensity: a mass of {mass} cannot be brought to 1; a positive one is needed."));
        return new GridDensity(Grid, [.. values.Select(v => v / mass)]);
    }

    /// <summary>The same density on cells of twice the width: exact, averages of pairs.</summary>
    /// <exception cref="InvalidOperationException">The number of cells is odd, or below 4.</exception>
    public GridDensity Coarsened()
    {
        if (Grid.Cells % 2 != 0 || Grid.Cells < 4)
            throw new InvalidOperationException($"GridDensity: {Grid.Cells} cells cannot be joined in pairs; an even number of at least 4 is needed.");
        return new GridDensity(
            new CellGrid(Grid.Low, Grid.High, Grid.Cells / 2),
            [.. Enumerable.Range(0, Grid.Cells / 2).Select(i => (values[2 * i] + values[(2 * i) + 1]) / 2)]);
    }

    /// <summary>Σ φ(x_i) p_i h over the centres: E[φ], with an error of order h² for smooth φ.</summary>
    /// <param name="of">φ, a function of the place.</param>
    public double Expectation(Func<double, double> of)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++) sum += of(Grid.Centre(i)) * values[i];
        return sum * Grid.Width;
    }

    /// <summary>KL(this ‖ other) = ∫ p ln(p/q), nats; +∞ where q is 0 and p is not.</summary>
    /// <param name="other">q, on the same grid.</param>
    /// <exception cref="ArgumentException">The grids differ.</exception>
    public double DivergenceFrom(GridDensity other)
    {
        Same(other);
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
            if (values[i] > 0) sum += values[i] * Math.Log(values[i] / other.values[i]);
        return sum * Grid.Width;
    }

    /// <summary>∫ |p − q|, twice the distance in total variation: 0 to 2.</summary>
    /// <param name="other">q, on the same grid.</param>
    /// <exception cref="ArgumentException">The grids differ.</exception>
    public double DistanceTo(GridDensity other)
    {
        Same(other);
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++) sum += Math.Abs(values[i] - other.values[i]);
        return sum * Grid.Width;
    }

    /// <summary>F at every face: Cells + 1 values from 0 to the mass.</summary>
    public double[] Cumulative()
    {
        var sums = new double[values.Length + 1];
        for (var i = 0; i < values.Length; i++) sums[i + 1] = sums[i] + (values[i] * Grid.Width);
        return sums;
    }

    /// <summary>
    /// F at any point: 0 below the grid, the mass above it, and between two faces a straight line, which is exact for the density that is
    /// constant on cells.
    /// </summary>
    /// <remarks>Of a smooth density it is off by at most h² |p′|/8. The function holds its own sums, so that many values are cheap.</remarks>
    public Func<double, double> CumulativeFunction()
    {
        var sums = Cumulative();
        return x => x <= Grid.Low ? 0 : x >= Grid.High ? sums[^1] : Between(sums, (x - Grid.Low) / Grid.Width);
    }

    private static double Between(double[] sums, double position)
    {
        var i = Math.Clamp((int)position, 0, sums.Length - 2);
        return sums[i] + ((position - i) * (sums[i + 1] - sums[i]));
    }

    /// <summary>∂ ln p/∂x at the inner faces, (ln p_{i+1} − ln p_i)/h: Cells − 1 values with an error of order h².</summary>
    /// <exception cref="InvalidOperationException">A value is not positive, so that the logarithm does not exist.</exception>
    public double[] Score()
    {
        if (!(Least > 0))
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"GridDensity: the score needs a positive density, the least value is {Least}."));
        var score = new double[values.Length - 1];
        for (var i = 0; i < score.Length; i++) score[i] = (Math.Log(values[i + 1]) - Math.Log(values[i])) / Grid.Width;
        return score;
    }

    // Neumaier 1974: the parts that additions round away are added up by themselves.
    internal static double CompensatedSum(ReadOnlySpan<double> values)
    {
        double sum = 0, lost = 0;
        foreach (var v in values)
        {
            var next = sum + v;
            lost += Math.Abs(sum) >= Math.Abs(v) ? sum - next + v : v - next + sum;
            sum = next;
        }

        return sum + lost;
    }

    private void Same(GridDensity other)
    {
        if (other.Grid != Grid)
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"GridDensity: two densities on one grid are needed, one has {Grid.Cells} cells on [{Grid.Low}, {Grid.High}], " +
                    $"the other {other.Grid.Cells} on [{other.Grid.Low}, {other.Grid.High}]."),
                nameof(other));
    }
}

namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>The equation on a line of cells: rates of jumps between neighbours, and the implicit step with them.</summary>
/// <remarks>
/// <code>
/// dp_i/dt = R_{i−1} p_{i−1} + L_i p_{i+1} − (R_i + L_{i−1}) p_i
/// </code>
/// with R_i from cell i to i + 1 and L_i back, per unit of time; both walls are closed. The tridiagonal elimination is Thomas's, with the pivots
/// written as sums of positive numbers (Grassmann, Taksar and Heyman 1985): with rates that are not negative nothing is ever subtracted,
/// so every value, also the smallest in a far tail, has a relative accuracy near rounding and none can turn negative.
/// </remarks>
internal sealed class RateChain(int cells)
{
    private readonly double[] right = new double[cells - 1];
    private readonly double[] left = new double[cells - 1];

    public ReadOnlySpan<double> Right => right;

    public ReadOnlySpan<double> Left => left;

    /// <summary>The largest |A_ii|: how fast a cell empties.</summary>
    public double LargestOutflow
    {
        get
        {
            var largest = 0.0;
            for (var i = 0; i < cells; i++) largest = Math.Max(largest, (i < cells - 1 ? right[i] : 0) + (i > 0 ? left[i - 1] : 0));
            return largest;
        }
    }

    public void Set(int face, (double Right, double Left) rates, double width) => (right[face], left[face]) = (rates.Right / width, rates.Left / width);

    /// <summary>Solves (1 − τ A) x = b; x and b may be the same.</summary>
    /// <param name="step">τ.</param>
    /// <param name="b">The right side.</param>
    /// <param name="x">Takes the solution.</param>
    /// <param name="pivots">Room for as many values.</param>
    public void Solve(double step, ReadOnlySpan<double> b, Span<double> x, Span<double> pivots)
    {
        // e is what a column has left after the part that flows right: pivot = e + τR, and 1 − τR/pivot = e/pivot.
        var e = 1.0;
        var y = b[0];
        for (var i = 0; i < cells - 1; i++)
        {
            var flow = step * right[i];
            var pivot = e + flow;
            (pivots[i], x[i]) = (pivot, y);
            y = b[i + 1] + (flow / pivot * y);
            e = 1 + (step * left[i] * (e / pivot));
        }

        var next = y / e;
        x[cells - 1] = next;
        for (var i = cells - 2; i >= 0; i--)
        {
            next = (x[i] + (step * left[i] * next)) / pivots[i];
            x[i] = next;
        }
    }
}

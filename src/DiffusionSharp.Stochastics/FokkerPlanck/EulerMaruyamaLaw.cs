using System.Globalization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>The law of the Euler–Maruyama method's states, without chance: what its step size costs, apart from the noise of a sample.</summary>
/// <remarks>
/// <code>
/// p_{n+1}(x) = ∫ N(x; y + f(y) h, g²(y) h) p_n(y) dy
/// </code>
/// The equation of Chapman and Kolmogorov for the method's transitions, by the rule of midpoints on the cells. Where a transition is wider than
/// two cells and the density is smooth, that rule's error is near rounding (Trefethen and Weideman 2014), so the distance from the
/// Fokker–Planck equation's solution is the method's weak error, of order 1 in h. Values are those at the centres. Cost of a step: all pairs of
/// cells, and an exponential for each pair within nine deviations.
/// </remarks>
public static class EulerMaruyamaLaw
{
    private const double Reach = 9; // deviations; beyond are 1e-19 of a normal law
    private const int TileCells = 32;

    /// <summary>The law after some steps.</summary>
    /// <param name="density">The law at <paramref name="from"/>; what leaves the grid is lost.</param>
    /// <param name="drift">f(x, t).</param>
    /// <param name="diffusion">g(x, t), positive.</param>
    /// <param name="from">The time of the start.</param>
    /// <param name="to">The time of the end, later.</param>
    /// <param name="steps">How many equal steps, at least 1.</param>
    /// <param name="parallelism">Threads; the result does not depend on them.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time or the number of steps is out of range.</exception>
    /// <exception cref="InvalidOperationException">A transition is narrower than two cells, or the drift is not a number.</exception>
    public static GridDensity Advance(GridDensity density, Func<double, double, double> drift, Func<double, double, double> diffusion, double from, double to, int steps, Parallelism parallelism)
    {
        if (!(to > from && double.IsFinite(to - from))) throw new ArgumentOutOfRangeException(nameof(to), to, string.Create(CultureInfo.InvariantCulture, $"EulerMaruyamaLaw: a finite time after {from} was expected."));
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var (grid, n) = (density.Grid, density.Grid.Cells);
        var (p, next, h) = (density.Values.ToArray(), new double[n], (to - from) / steps);
        double[] means = new double[n], deviations = new double[n];
        for (var k = 0; k < steps; k++)
        {
            var t = from + (k * h);
            for (var j = 0; j < n; j++)
            {
                var y = grid.Centre(j);
                (means[j], deviations[j]) = (y + (drift(y, t) * h), Math.Abs(diffusion(y, t)) * Math.Sqrt(h));
                if (!double.IsFinite(means[j]))
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"EulerMaruyamaLaw: from {y} at time {t:G6} a step leads to {means[j]}; a finite drift is needed."));
                if (!(deviations[j] >= 2 * grid.Width))
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"EulerMaruyamaLaw: from {y} a step of {h:G3} has a deviation of {deviations[j]:G3}, less than two cells of {grid.Width:G3}; take narrower cells or fewer steps."));
            }

            var now = p;
            parallelism.For((n + TileCells - 1) / TileCells, tile =>
            {
                for (var i = tile * TileCells; i < Math.Min((tile + 1) * TileCells, n); i++)
                {
                    var (x, sum) = (grid.Centre(i), 0.0);
                    for (var j = 0; j < n; j++)
                    {
                        var z = (x - means[j]) / deviations[j];
                        if (z > -Reach && z < Reach) sum += now[j] * Math.Exp(-z * z / 2) / deviations[j];
                    }

                    next[i] = sum * grid.Width / Math.Sqrt(2 * Math.PI);
                }
            });
            (p, next) = (next, p);
        }

        return new GridDensity(grid, p);
    }
}

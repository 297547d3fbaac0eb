using System.Globalization;
using DiffusionSharp.Stochastics.Laws;
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
    public static GridDensity Advance(
        GridDensity density,
        Func<double, double, double> drift,
        Func<double, double, double> diffusion,
        double from,
        double to,
        int steps,
        Parallelism parallelism)
    {
        if (!(to > from && double.IsFinite(to - from)))
            throw new ArgumentOutOfRangeException(
                nameof(to),
                to,
                string.Create(CultureInfo.InvariantCulture, $"EulerMaruyamaLaw: a finite time after {from} was expected."));
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var (grid, centres, h) = (density.Grid, density.Grid.Centres(), (to - from) / steps);
        var (p, kernels) = (density.Values.ToArray(), new NormalKernel[centres.Length]);
        for (var k = 0; k < steps; k++)
        {
            var t = from + (k * h);
            for (var j = 0; j < centres.Length; j++)
            {
                var y = centres[j];
                var (mean, deviation) = (y + (drift(y, t) * h), Math.Abs(diffusion(y, t)) * Math.Sqrt(h));
                Check(grid, y, t, h, mean, deviation);
                var kernel = NormalKernel.OfDeviation(mean, deviation).Within(centres[0], grid.Width, centres.Length, Reach * deviation);
                kernels[j] = kernel with { Peak = p[j], Divisor = deviation };
            }

            p = NormalKernel.Sum(kernels, centres, parallelism);
            for (var i = 0; i < p.Length; i++) p[i] = p[i] * grid.Width / Math.Sqrt(2 * Math.PI);
        }

        return new GridDensity(grid, p);
    }

    private static void Check(CellGrid grid, double y, double t, double h, double mean, double deviation)
    {
        if (!double.IsFinite(mean))
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"EulerMaruyamaLaw: from {y} at time {t:G6} a step leads to {mean}; a finite drift is needed."));
        }

        if (!(deviation >= 2 * grid.Width))
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"EulerMaruyamaLaw: from {y} a step of {h:G3} has a deviation of {deviation:G3}, " +
                $"less than two cells of {grid.Width:G3}; take narrower cells or fewer steps."));
        }
    }
}

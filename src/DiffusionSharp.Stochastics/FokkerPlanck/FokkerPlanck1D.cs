using System.Globalization;
using DiffusionSharp.Stochastics.Processes;

namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>The Fokker–Planck equation on an interval with closed walls, by conservative finite volumes.</summary>
/// <remarks>
/// <code>
/// dx = f(x, t) dt + g(x, t) dw       ∂p/∂t = −∂J/∂x       J = f p − ½ ∂(g² p)/∂x = (f − D′) p − D p′,   D = g²/2
/// </code>
/// The equation is that of Itô's integral; where g depends on x, D′ is taken from the centres beside a face. Fluxes are those of
/// <see cref="ChangCooper"/>, of second order in h while the cell Péclet number |f − D′| h/D is small, of first order (upwind) where it is large.
/// Time is stepped by a <see cref="TimeScheme"/>. Mass is kept to rounding, whatever the coefficients; backward Euler never gives a
/// negative density. For coefficients without time the discrete law without current is reached exactly, and for <see cref="OfPotential"/> it is
/// Boltzmann's at the centres, with detailed balance to rounding. Cost: O(cells) a step, one or two tridiagonal solves; beside them n evaluations of f and
/// 2n of g for each time at which the coefficients are needed. An instance may be used by one thread at a time.
/// Chang and Cooper 1970; Risken 1989, "The Fokker–Planck Equation", sections 4.1 and 5.
/// </remarks>
public sealed class FokkerPlanck1D
{
    // A value that has underflowed may come out of √2 p − … with either sign.
    internal const double Underflow = 1e-290;

    private readonly Coefficients coefficients;
    private readonly bool autonomous;
    private readonly RateChain end, middle;
    private readonly double[] drift, centres, faces, scratch;
    private bool filled;

    /// <summary>The equation of an Itô process.</summary>
    /// <param name="grid">The cells. Choose them so wide that almost nothing reaches the walls, which throw it back.</param>
    /// <param name="drift">f(x, t), units of x per unit of time.</param>
    /// <param name="diffusion">g(x, t), units of x per root of time; its sign does not matter, only g² enters.</param>
    public FokkerPlanck1D(CellGrid grid, Func<double, double, double> drift, Func<double, double, double> diffusion)
        : this(grid, Pointwise(grid, drift, diffusion), autonomous: false)
    {
    }

    /// <summary>The equation of an Itô process whose coefficients do not depend on time; they are evaluated once.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="drift">f(x).</param>
    /// <param name="diffusion">g(x).</param>
    public FokkerPlanck1D(CellGrid grid, Func<double, double> drift, Func<double, double> diffusion)
        : this(grid, Pointwise(grid, (x, _) => drift(x), (x, _) => diffusion(x)), autonomous: true)
    {
    }

    internal FokkerPlanck1D(CellGrid grid, Coefficients coefficients, bool autonomous)
    {
        (Grid, this.coefficients, this.autonomous) = (grid, coefficients, autonomous);
        (end, middle) = (new RateChain(grid.Cells), new RateChain(grid.Cells));
        (drift, centres, faces) = (new double[grid.Cells - 1], new double[grid.Cells], new double[grid.Cells - 1]);
        scratch = new double[2 * grid.Cells];
    }

    /// <summary>Fills in f at the inner faces and D = g²/2 at the centres and the inner faces.</summary>
    internal delegate void Coefficients(double t, Span<double> drift, Span<double> centres, Span<double> faces);

    /// <summary>The cells.</summary>
    public CellGrid Grid { get; }

    /// <summary>How time is stepped.</summary>
    public TimeScheme Scheme { get; init; }

    /// <summary>How the density on a face is weighed; what is not Chang and Cooper's is for comparison.</summary>
    public FluxWeighting Weighting { get; init; }

    /// <summary>Whether a step of <see cref="TimeScheme.Sdirk2"/> may leave negative values, for the caller to look at; by default it is refused.</summary>
    public bool AllowsNegative { get; init; }

    /// <summary>The equation of a process on a line.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="process">A process in one dimension, in Itô's reading.</param>
    /// <param name="scheme">How time is stepped.</param>
    /// <exception cref="ArgumentException">The process has more than one dimension.</exception>
    public static FokkerPlanck1D Of(CellGrid grid, ItoProcess process, TimeScheme scheme = TimeScheme.BackwardEuler)
    {
        if (process.Dimensions != 1)
            throw new ArgumentException(
                $"FokkerPlanck1D: a process in one dimension was expected, {process.GetType().Name} has {process.Dimensions}.",
                nameof(process));
        var (inner, centres) = (grid.Faces()[1..^1], grid.Centres());
        return new FokkerPlanck1D(
            grid,
            (t, f, d, face) =>
            {
                process.Drift(inner, t, f);
                process.Diffusion(centres, t, d);
                process.Diffusion(inner, t, face);
                foreach (ref var g in d) g = HalfSquare(g);
                foreach (ref var g in face) g = HalfSquare(g);
            },
            autonomous: false)
        { Scheme = scheme };
    }

    /// <summary>The overdamped motion dx = −U′ dt + √(2T) dw, whose law on the grid tends to p_i ∝ exp(−U(x_i)/T) exactly.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="potential">U(x), in the unit of the temperature; the drift on a face is its difference quotient.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not positive.</exception>
    public static FokkerPlanck1D OfPotential(CellGrid grid, Func<double, double> potential, double temperature)
    {
        if (!(temperature > 0 && double.IsFinite(temperature)))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "FokkerPlanck1D: a finite temperature above 0 was expected.");
        return new FokkerPlanck1D(
            grid,
            (_, f, d, face) =>
            {
                for (var i = 0; i < f.Length; i++) f[i] = (potential(grid.Centre(i)) - potential(grid.Centre(i + 1))) / grid.Width;
                d.Fill(temperature);
                face.Fill(temperature);
            },
            autonomous: true);
    }

    /// <summary>The density at a later time.</summary>
    /// <param name="density">The density at <paramref name="from"/>.</param>
    /// <param name="from">The time it has.</param>
    /// <param name="to">The time it is wanted at, later.</param>
    /// <param name="steps">How many equal steps, at least 1.</param>
    /// <exception cref="ArgumentException">The density lives on another grid, or a time or the number of steps is out of range.</exception>
    /// <exception cref="InvalidOperationException">
    /// A coefficient is not finite, or a second-order step gave a negative density and <see cref="AllowsNegative"/> is not set.
    /// </exception>
    public GridDensity Advance(GridDensity density, double from, double to, int steps)
    {
        if (density.Grid != Grid)
            throw new ArgumentException(
                $"FokkerPlanck1D: a density on this equation's {Grid.Cells} cells was expected, it has {density.Grid.Cells} or other walls.",
                nameof(density));
        if (!(to > from && double.IsFinite(to - from)))
            throw new ArgumentOutOfRangeException(
                nameof(to),
                to,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"FokkerPlanck1D: a finite time after {from} was expected; probability does not diffuse backwards."));
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);

        var p = density.Values.ToArray();
        var step = (to - from) / steps;
        for (var k = 0; k < steps; k++)
        {
            var t = from + (k * step);
            Fill(end, t + step);
            if (Scheme == TimeScheme.Sdirk2 && !autonomous) Fill(middle, t + (LineStepper.Gamma * step));
            LineStepper.Step(Scheme, autonomous ? end : middle, end, step, p, scratch);
            if (Scheme == TimeScheme.Sdirk2) RefuseNegative(p, t, step);
        }

        return new GridDensity(Grid, p);
    }

    /// <summary>
    /// The longest step of <see cref="TimeScheme.Sdirk2"/> known to keep every density positive, (1 + √2)/max |A_ii|; about 1.2 h²/D where
    /// diffusion rules.
    /// </summary>
    /// <param name="t">The time of the coefficients.</param>
    public double LargestPositiveStep(double t = 0)
    {
        Fill(end, t);
        return LineStepper.LargestPositiveStep(end.LargestOutflow);
    }

    /// <summary>The current J through every face, Cells + 1 values in probability per unit of time; 0 at both walls.</summary>
    /// <param name="density">p on the grid of this equation, per unit of length or area.</param>
    /// <param name="t">The time of the coefficients.</param>
    public double[] Current(GridDensity density, double t = 0)
    {
        if (density.Grid != Grid)
            throw new ArgumentException(
                $"FokkerPlanck1D: a density on this equation's {Grid.Cells} cells was expected, it has {density.Grid.Cells} or other walls.",
                nameof(density));
        Fill(end, t);
        var current = new double[Grid.Cells + 1];
        var p = density.Values;
        for (var i = 1; i < Grid.Cells; i++) current[i] = Grid.Width * ((end.Right[i - 1] * p[i - 1]) - (end.Left[i - 1] * p[i]));
        return current;
    }

    /// <summary>The law without current for the coefficients of a time: what any density tends to if they stay.</summary>
    /// <param name="t">The time of the coefficients.</param>
    /// <exception cref="InvalidOperationException">Somewhere probability flows one way only, and no positive law is without current.</exception>
    public GridDensity Stationary(double t = 0)
    {
        // p_{i+1}/p_i = R_i/L_i: detailed balance.
        Fill(end, t);
        var logs = new double[Grid.Cells];
        for (var i = 1; i < logs.Length; i++) logs[i] = logs[i - 1] + Math.Log(end.Right[i - 1]) - Math.Log(end.Left[i - 1]);
        var largest = logs.Max();
        if (!logs.All(double.IsFinite))
            throw new InvalidOperationException(
                "FokkerPlanck1D: through some face probability flows one way only (no diffusion, or a Péclet number above 700); " +
                "there is no positive law without current.");
        return new GridDensity(Grid, [.. logs.Select(l => Math.Exp(l - largest))]).Normalized();
    }

    private static Coefficients Pointwise(CellGrid grid, Func<double, double, double> drift, Func<double, double, double> diffusion) => (t, f, d, face) =>
    {
        for (var i = 0; i < d.Length; i++) d[i] = HalfSquare(diffusion(grid.Centre(i), t));
        for (var i = 0; i < f.Length; i++)
        {
            var x = grid.Face(i + 1);
            (f[i], face[i]) = (drift(x, t), HalfSquare(diffusion(x, t)));
        }
    };

    private static double HalfSquare(double g) => g * g / 2;

    private void Fill(RateChain chain, double t)
    {
        if (filled && chain == end) return;
        coefficients(t, drift, centres, faces);
        FillRates(chain, drift, centres, faces, Grid, Weighting, t);
        if (chain == end) filled = autonomous;
    }

    /// <summary>The rates from the coefficients of one line.</summary>
    internal static void FillRates(
        RateChain chain,
        ReadOnlySpan<double> drift,
        ReadOnlySpan<double> centres,
        ReadOnlySpan<double> faces,
        CellGrid grid,
        FluxWeighting weighting,
        double t)
    {
        var h = grid.Width;
        for (var i = 0; i < drift.Length; i++)
        {
            // Itô's ½∂(g² p) = D ∂p + D′ p: the second part is a drift.
            var c = drift[i] - ((centres[i + 1] - centres[i]) / h);
            if (!(double.IsFinite(c) && double.IsFinite(faces[i])))
                throw new InvalidOperationException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Fokker–Planck: at {grid.Face(i + 1)}, t = {t}, " +
                        $"the drift is {drift[i]} and g²/2 is {faces[i]} ({centres[i]} and {centres[i + 1]} beside); " +
                        $"finite coefficients are needed on the whole grid."));
            chain.Set(i, ChangCooper.Rates(c, faces[i], h, weighting), h);
        }
    }

    private void RefuseNegative(double[] p, double t, double step)
    {
        for (var i = 0; i < p.Length; i++)
        {
            if (!(p[i] < 0)) continue;
            if (p[i] > -Underflow) p[i] = 0;
            else if (!AllowsNegative)
                throw new InvalidOperationException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"FokkerPlanck1D: the second-order step of {step:G4} from t = {t:G6} made the density {p[i]:G3} at x " +
                        $"= {Grid.Centre(i):G4}; steps up to {LineStepper.LargestPositiveStep(end.LargestOutflow):G3} never do, " +
                        $"TimeScheme.BackwardEuler does at no step."));
        }
    }
}

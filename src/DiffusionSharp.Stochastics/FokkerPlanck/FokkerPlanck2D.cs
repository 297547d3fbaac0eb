using System.Globalization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>The Fokker–Planck equation in a rectangle with closed walls, one direction after the other.</summary>
/// <remarks>
/// <code>
/// dx = f_x dt + g_x dw_x,  dy = f_y dt + g_y dw_y       ∂p/∂t = A_x p + A_y p       p(t + τ) = X(τ/2) Y(τ) X(τ/2) p
/// </code>
/// Each line is a <see cref="FokkerPlanck1D"/>: same fluxes, same guarantees. Mass is kept to rounding, backward Euler never gives a negative
/// density, <see cref="OfPotential"/> has Boltzmann's law at the centres. The splitting (Strang 1968, SIAM J. Numer. Anal. 5) is of second
/// order, so the whole has the order of the
/// <see cref="TimeScheme"/>. The noises of x and y are independent: g is a diagonal matrix, whose entries may depend on x, y and t. Cost: O(cells) a step,
/// three passes of one or two tridiagonal solves each, the lines in parallel; memory for four rates a cell. An instance may be used by one caller at a time.
/// </remarks>
public sealed class FokkerPlanck2D
{
    private const int LinesPerTile = 8;

    private readonly DirectionCoefficients alongX, alongY;
    private readonly bool autonomous;
    private readonly RateChain[] chainsX, chainsY, middleX, middleY;
    private bool filled;

    /// <summary>The equation of an Itô process in the plane.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="driftX">f_x(x, y, t).</param>
    /// <param name="driftY">f_y(x, y, t).</param>
    /// <param name="diffusionX">g_x(x, y, t).</param>
    /// <param name="diffusionY">g_y(x, y, t).</param>
    /// <param name="autonomous">Whether no coefficient depends on t; they are then evaluated once.</param>
    public FokkerPlanck2D(
        CellGrid2D grid,
        Func<double, double, double, double> driftX,
        Func<double, double, double, double> driftY,
        Func<double, double, double, double> diffusionX,
        Func<double, double, double, double> diffusionY,
        bool autonomous = false)
        : this(grid, Pointwise(grid.X, driftX, diffusionX), Pointwise(grid.Y, (y, x, t) => driftY(x, y, t), (y, x, t) => diffusionY(x, y, t)), autonomous)
    {
    }

    private FokkerPlanck2D(CellGrid2D grid, DirectionCoefficients alongX, DirectionCoefficients alongY, bool autonomous)
    {
        (Grid, this.alongX, this.alongY, this.autonomous) = (grid, alongX, alongY, autonomous);
        (chainsX, chainsY) = (Chains(grid.Y.Cells, grid.X.Cells), Chains(grid.X.Cells, grid.Y.Cells));
        (middleX, middleY) = autonomous ? (chainsX, chainsY) : (Chains(grid.Y.Cells, grid.X.Cells), Chains(grid.X.Cells, grid.Y.Cells));
    }

    // Coefficients of one line: its own coordinate runs, the other one stands.
    private delegate void DirectionCoefficients(double other, double t, Span<double> drift, Span<double> centres, Span<double> faces);

    /// <summary>The cells.</summary>
    public CellGrid2D Grid { get; }

    /// <summary>How time is stepped.</summary>
    public TimeScheme Scheme { get; init; }

    /// <summary>How the density on a face is weighed; what is not Chang and Cooper's is for comparison.</summary>
    public FluxWeighting Weighting { get; init; }

    /// <summary>Whether a step of <see cref="TimeScheme.Sdirk2"/> may leave negative values; by default it is refused.</summary>
    public bool AllowsNegative { get; init; }

    /// <summary>The threads it may use; results do not depend on them.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.Single;

    /// <summary>The overdamped motion dx = −∇U dt + √(2T) dw, whose law on the grid tends to p ∝ exp(−U/T) at the centres exactly.</summary>
    /// <param name="grid">The cells.</param>
    /// <param name="potential">U(x, y), in the unit of the temperature.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not positive.</exception>
    public static FokkerPlanck2D OfPotential(CellGrid2D grid, Func<double, double, double> potential, double temperature) =>
        !(temperature > 0 && double.IsFinite(temperature))
            ? throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "FokkerPlanck2D: a finite temperature above 0 was expected.")
            : new FokkerPlanck2D(grid, Downhill(grid.X, potential, temperature), Downhill(grid.Y, (y, x) => potential(x, y), temperature), autonomous: true);

    /// <summary>The density at a later time.</summary>
    /// <param name="density">The density at <paramref name="from"/>.</param>
    /// <param name="from">The time it has.</param>
    /// <param name="to">The time it is wanted at, later.</param>
    /// <param name="steps">How many equal steps, at least 1.</param>
    /// <exception cref="ArgumentException">The density lives on another grid, or a time or the number of steps is out of range.</exception>
    /// <exception cref="InvalidOperationException">
    /// A coefficient is not finite, or a second-order step gave a negative density and <see cref="AllowsNegative"/> is not set.
    /// </exception>
    public GridDensity2D Advance(GridDensity2D density, double from, double to, int steps)
    {
        if (density.Grid != Grid)
            throw new ArgumentException(
                $"FokkerPlanck2D: a density on this equation's {Grid.X.Cells} × {Grid.Y.Cells} cells was expected, " +
                $"it has {density.Grid.X.Cells} × {density.Grid.Y.Cells} or other walls.",
                nameof(density));
        if (!(to > from && double.IsFinite(to - from)))
            throw new ArgumentOutOfRangeException(
                nameof(to),
                to,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"FokkerPlanck2D: a finite time after {from} was expected; probability does not diffuse backwards."));
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);

        var p = density.Values.Values.ToArray();
        var step = (to - from) / steps;
        for (var k = 0; k < steps; k++)
        {
            var t = from + (k * step);
            Sweep(p, t, step / 2, overRows: true);
            Sweep(p, t, step, overRows: false);
            Sweep(p, t + (step / 2), step / 2, overRows: true);
            if (Scheme == TimeScheme.Sdirk2) RefuseNegative(p, t, step);
        }

        return new GridDensity2D(Grid, new Tensor([Grid.Y.Cells, Grid.X.Cells], p));
    }

    /// <summary>The current at the centres, [rows of y, columns of x] each: the mean of the currents through the two faces beside.</summary>
    /// <param name="density">p on the grid of this equation, per unit of length or area.</param>
    /// <param name="t">The time of the coefficients.</param>
    public (Tensor X, Tensor Y) Current(GridDensity2D density, double t = 0)
    {
        if (density.Grid != Grid)
            throw new ArgumentException(
                $"FokkerPlanck2D: a density on this equation's {Grid.X.Cells} × {Grid.Y.Cells} cells was expected, " +
                $"it has {density.Grid.X.Cells} × {density.Grid.Y.Cells} or other walls.",
                nameof(density));
        var (nx, ny) = (Grid.X.Cells, Grid.Y.Cells);
        double[] jx = new double[nx * ny], jy = new double[nx * ny];
        var p = density.Values.Values;
        Fill(chainsX, Grid.X, Grid.Y, alongX, t, once: true);
        Fill(chainsY, Grid.Y, Grid.X, alongY, t, once: true);
        filled = autonomous;
        for (var j = 0; j < ny; j++)
            for (var i = 0; i < nx; i++)
            {
                var here = (j * nx) + i;
                if (i < nx - 1) Add(jx, here, here + 1, Grid.X.Width * ((chainsX[j].Right[i] * p[here]) - (chainsX[j].Left[i] * p[here + 1])));
                if (j < ny - 1) Add(jy, here, here + nx, Grid.Y.Width * ((chainsY[i].Right[j] * p[here]) - (chainsY[i].Left[j] * p[here + nx])));
            }

        return (new Tensor([ny, nx], jx), new Tensor([ny, nx], jy));
    }

    private static void Add(double[] to, int a, int b, double current)
    {
        to[a] += current / 2;
        to[b] += current / 2;
    }

    private static RateChain[] Chains(int lines, int cells) => [.. Enumerable.Range(0, lines).Select(_ => new RateChain(cells))];

    private static DirectionCoefficients Pointwise(CellGrid grid, Func<double, double, double, double> drift, Func<double, double, double, double> diffusion) =>
        (other, t, f, d, face) =>
    {
        for (var i = 0; i < d.Length; i++) d[i] = HalfSquare(diffusion(grid.Centre(i), other, t));
        for (var i = 0; i < f.Length; i++)
        {
            var x = grid.Face(i + 1);
            (f[i], face[i]) = (drift(x, other, t), HalfSquare(diffusion(x, other, t)));
        }
    };

    private static DirectionCoefficients Downhill(CellGrid grid, Func<double, double, double> potential, double temperature) => (other, _, f, d, face) =>
    {
        for (var i = 0; i < f.Length; i++) f[i] = (potential(grid.Centre(i), other) - potential(grid.Centre(i + 1), other)) / grid.Width;
        d.Fill(temperature);
        face.Fill(temperature);
    };

    private static double HalfSquare(double g) => g * g / 2;

    private void Fill(RateChain[] chains, CellGrid along, CellGrid across, DirectionCoefficients coefficients, double t, bool once)
    {
        if (filled && once) return;
        Parallelism.For(Tiles(chains.Length), tile =>
        {
            double[] drift = new double[along.Cells - 1], centres = new double[along.Cells], faces = new double[along.Cells - 1];
            for (var line = tile * LinesPerTile; line < Math.Min((tile + 1) * LinesPerTile, chains.Length); line++)
            {
                coefficients(across.Centre(line), t, drift, centres, faces);
                FokkerPlanck1D.FillRates(chains[line], drift, centres, faces, along, Weighting, t);
            }
        });
    }

    private static int Tiles(int lines) => (lines + LinesPerTile - 1) / LinesPerTile;

    private void Sweep(double[] p, double t, double step, bool overRows)
    {
        var (along, across) = overRows ? (Grid.X, Grid.Y) : (Grid.Y, Grid.X);
        var (chains, middle, coefficients) = overRows ? (chainsX, middleX, alongX) : (chainsY, middleY, alongY);
        Fill(chains, along, across, coefficients, t + step, once: true);
        if (Scheme == TimeScheme.Sdirk2 && !autonomous) Fill(middle, along, across, coefficients, t + (LineStepper.Gamma * step), once: false);

        // The columns are filled only now, so rows alone are not all.
        if (!overRows) filled = autonomous;
        var (line0, cell) = overRows ? (Grid.X.Cells, 1) : (1, Grid.X.Cells);
        Parallelism.For(Tiles(across.Cells), tile =>
        {
            double[] own = new double[along.Cells], scratch = new double[2 * along.Cells];
            for (var line = tile * LinesPerTile; line < Math.Min((tile + 1) * LinesPerTile, across.Cells); line++)
            {
                var start = line * line0;
                for (var i = 0; i < own.Length; i++) own[i] = p[start + (i * cell)];
                LineStepper.Step(Scheme, middle[line], chains[line], step, own, scratch);
                for (var i = 0; i < own.Length; i++) p[start + (i * cell)] = own[i];
            }
        });
    }

    private void RefuseNegative(double[] p, double t, double step)
    {
        for (var i = 0; i < p.Length; i++)
        {
            if (!(p[i] < 0)) continue;
            if (p[i] > -FokkerPlanck1D.Underflow) p[i] = 0;
            else if (!AllowsNegative)
                throw new InvalidOperationException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"FokkerPlanck2D: the second-order step of {step:G4} from t = {t:G6} made the density {p[i]:G3} at " +
                        $"({Grid.X.Centre(i % Grid.X.Cells):G4}, {Grid.Y.Centre(i / Grid.X.Cells):G4}); shorten it, " +
                        $"or use TimeScheme.BackwardEuler, which never does."));
        }
    }
}

using DiffusionSharp.Distances;
using DiffusionSharp.Figures;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.FokkerPlanck;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>The density of a diffusion moves by the Fokker–Planck equation: against exact laws, Boltzmann's law and a histogram of paths.</summary>
/// <remarks>Longer than most: one equation, looked at from six sides that share its solver and its error bound.</remarks>
public sealed class FokkerPlanckEquation : Experiment
{
    // The double well U = (x² − 1)² at this temperature: a barrier of 2.5 T.
    private const double Temperature = 0.4;

    // Ornstein and Uhlenbeck's dx = −x dt + √2 dw from N(1.5, 0.3).
    private const double StartMean = 1.5, StartVariance = 0.3;

    // In the plane: turning by ω, falling by κ, noise g.
    private const double Omega = 1.5, Kappa = 0.4, PlaneNoise = 0.7;

    private static readonly DoubleWell Well = new();
    private static readonly CellGrid WellGrid = new(-2.2, 2.2, 400);

    /// <summary>The factor of ∂²(g² p)/∂x²: the term under test.</summary>
    public double DiffusionFactor { get; init; } = 0.5;

    /// <summary>How much of the drift correction −(g²/2)′ is there; without it the equation is not Itô's.</summary>
    public double ItoCorrection { get; init; } = 1;

    /// <summary>How the density on a face is weighed: the flux under test.</summary>
    public FluxWeighting Weighting { get; init; } = FluxWeighting.ChangCooper;

    /// <inheritdoc/>
    public override string Name => "fokker-planck";

    /// <inheritdoc/>
    public override string Title => "The Fokker–Planck equation";

    /// <inheritdoc/>
    public override string Claim =>
        "The paths of dx = f dt + g dw are rough and each is different; their density is smooth and moves by a partial differential equation without chance. " +
        "Solved on cells that trade probability through their faces, it never loses any and never turns negative.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "∂p/∂t = −∇·(f p) + ½ ∇·∇(g² p) = −∇·J",
        "J = f p − ½ ∇(g² p)",
        "f = −U′, g² = 2T:  p → e^(−U/T)/Z, J → 0",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Fokker 1914; Planck 1917; Kolmogorov 1931, \"Über die analytischen Methoden in der Wahrscheinlichkeitsrechnung\", eq. 133",
        "Risken 1989, \"The Fokker–Planck Equation\", chapters 4 and 5",
        "Chang and Cooper 1970, \"A practical difference scheme for Fokker–Planck equations\", J. Comput. Phys. 6, eq. 15–18",
        "Song et al. 2021, arXiv:2011.13456, appendix D.1, eq. 34",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        ExactLaws(notebook);
        Orders(notebook);
        Wells(notebook);
        Steep(notebook);
        Paths(context, rng, notebook);
        Plane(context, notebook);
    }

    private static GridDensity Normal(CellGrid grid, double mean, double variance) =>
        GridDensity.OfCumulative(grid, x => NormalLaw.Cumulative((x - mean) / Math.Sqrt(variance)));

    private static GridDensity Decayed(CellGrid grid, double t) => Normal(grid, StartMean * Math.Exp(-t), 1 + ((StartVariance - 1) * Math.Exp(-2 * t)));

    private static double[] Values(GridDensity density) => density.Values.ToArray();

    // Order 2 in cells and steps: the error left is a third of what the last halving changed, and half of that change leaves room for the next term.
    private static Tolerance Halving(double change) =>
        new(change / 2, "order 2: half of what halving cells and steps changed; a third of it is the error left, the rest is room for the next term");

    private FokkerPlanck1D Equation(CellGrid grid, Func<double, double> drift, Func<double, double> diffusion, TimeScheme scheme = TimeScheme.Sdirk2)
    {
        var factor = Math.Sqrt(2 * DiffusionFactor);
        return new FokkerPlanck1D(grid, drift, x => factor * diffusion(x)) { Scheme = scheme, Weighting = Weighting, AllowsNegative = true };
    }

    private FokkerPlanck1D Decay(CellGrid grid, TimeScheme scheme = TimeScheme.Sdirk2) => Equation(grid, x => -x, _ => Math.Sqrt(2), scheme);

    private FokkerPlanck1D InWell(CellGrid grid, TimeScheme scheme) =>
        new(
            grid,
            x => -4 * x * ((x * x) - 1),
            _ => Math.Sqrt(4 * DiffusionFactor * Temperature))
        { Scheme = scheme, Weighting = Weighting, AllowsNegative = true };

    private void ExactLaws(Notebook notebook)
    {
        void Compare(string what, Func<int, GridDensity> solve, Func<CellGrid, GridDensity> exact)
        {
            var (coarse, fine) = (solve(1), solve(2));
            notebook.Equal($"{what}: ∫|p − exact|", fine.DistanceTo(exact(fine.Grid)), 0, Halving(fine.Coarsened().DistanceTo(coarse)));
        }

        CellGrid Around(double half, int k) => new(-half, half, 200 * k);
        Compare("Ornstein–Uhlenbeck at t = 0.5", k => Decay(Around(8, k)).Advance(Decayed(Around(8, k), 0), 0, 0.5, 50 * k), grid => Decayed(grid, 0.5));
        Compare(
            "Wiener process at t = 2",
            k => Equation(Around(10, k), _ => 0, _ => 1).Advance(Normal(Around(10, k), 0, 0.25), 0, 2, 100 * k),
            grid => Normal(grid, 0, 2.25));

        // Noise that depends on the place, g² = 1 + x²: without current p ∝ (1 + x²)⁻². What the correction lacks acts as a drift (g²/2)′ = x.
        Compare(
            "dx = −x dt + √(1 + x²) dw, law without current",
            k => Equation(Around(20, 4 * k), x => -x + ((1 - ItoCorrection) * x), x => Math.Sqrt(1 + (x * x))).Stationary(),
            grid => GridDensity.OfCumulative(grid, x => (Math.Atan(x) + (x / (1 + (x * x)))) / Math.PI).Normalized());
    }

    private void Orders(Notebook notebook)
    {
        static Tolerance House(string next) => new(0.2, next);
        double[] widths = [0.2, 0.1, 0.05];
        double[] inSpace =
        [
            .. widths.Select(h => new CellGrid(-8, 8, (int)Math.Round(16 / h)))
                .Select(grid => Decay(grid).Advance(Decayed(grid, 0), 0, 0.5, 400).DistanceTo(Decayed(grid, 0.5))),
        ];
        notebook.Equal(
            "order in the width of the cells",
            ConvergenceOrder.Of(widths, inSpace),
            2,
            House("the term of order 4 is (h/0.55)² of the leading one: 0.13 at the widest cells"));

        var cells = new CellGrid(-7, 7, 280);
        var start = Decayed(cells, 0);
        var reference = Decay(cells).Advance(start, 0, 0.5, 2048);
        double[] steps = [0.5 / 8, 0.5 / 16, 0.5 / 32];
        double[] Errors(TimeScheme scheme) =>
            [.. steps.Select(tau => Decay(cells, scheme).Advance(start, 0, 0.5, (int)Math.Round(0.5 / tau)).DistanceTo(reference))];
        var (first, second) = (Errors(TimeScheme.BackwardEuler), Errors(TimeScheme.Sdirk2));
        notebook.Equal(
            "order in time of backward Euler",
            ConvergenceOrder.Of(steps, first),
            1,
            House("the next term is about τ times the rate 2 of the leading one: 0.12 at the longest step"));
        notebook.Equal(
            "order in time of the two-stage method",
            ConvergenceOrder.Of(steps, second),
            2,
            House("the next term is about τ times the rate 2 of the leading one: 0.12 at the longest step"));

        var grid = new CellGrid(-8, 8, 320);
        var times = new[] { 0, 0.2, 0.5, 1.2 };
        notebook.Figure(
            "exact",
            "Left: Ornstein and Uhlenbeck's density from the equation (solid) and in closed form (dashed). " +
            "Right: the error falls with the square of the cells' width, and with the first or second power of the time step.",
            new SvgPlot(
            [
                .. times.Select((t, i) => new LineSeries(
                    FormattableString.Invariant($"t = {t}"),
                    grid.Centres(),
                    Values(t == 0 ? Decayed(grid, 0) : Decay(grid).Advance(Decayed(grid, 0), 0, t, 100))) { Color = PlotTheme.Paper.Colors[i] }),
                .. times.Select((t, i) => new LineSeries(
                    i == 0 ? "exact" : "",
                    grid.Centres(),
                    Values(Decayed(grid, t))) { Color = "#222222", Dashed = true, Width = 1 }),
            ])
            { Title = "A density on its way to equilibrium", XLabel = "x", YLabel = "density p(x, t)", XRange = (-4, 4) },
            new SvgPlot(
            [
                new LineSeries("cells", widths, inSpace) { Markers = true },
                new LineSeries("backward Euler", steps, first) { Markers = true },
                new LineSeries("two stages", steps, second) { Markers = true },
                new LineSeries("order 1", [steps[0], steps[^1]], [1.4 * first[0], 1.4 * first[0] / 4]) { Dashed = true, Color = "#555555", Width = 1 },
                new LineSeries("order 2", [widths[0], widths[^1]], [1.4 * inSpace[0], 1.4 * inSpace[0] / 16]) { Dashed = true, Color = "#555555", Width = 1 },
            ])
            { Title = "Orders", XLabel = "width h, or step τ", YLabel = "∫|p − exact|", XScale = AxisScale.Log, YScale = AxisScale.Log });
    }

    private void Wells(Notebook notebook)
    {
        static GridDensity Boltzmann(CellGrid grid) => GridDensity.Of(grid, x => Math.Exp(-Well.Energy(x) / Temperature)).Normalized();
        var coarse = InWell(new CellGrid(-2.2, 2.2, 200), TimeScheme.BackwardEuler).Stationary();
        var equation = InWell(WellGrid, TimeScheme.BackwardEuler);
        var p = GridDensity.Point(WellGrid, -1);
        var boltzmann = Boltzmann(WellGrid);

        // The flow back and forth between the wells dies at twice Kramers's rate, √(U″(1)|U″(0)|)/2π e^(−2.5); half of that is allowed for.
        var rate = Math.Sqrt(8 * 4) / (2 * Math.PI) * Math.Exp(-1 / Temperature);
        var left = 2 * Math.Pow(1 + (20 * rate), -60);
        var end = equation.Advance(p, 0, 1200, 60);
        notebook.Equal(
            "double well after a long time: ∫|p − e^(−U/T)/Z|",
            end.DistanceTo(boltzmann),
            0,
            Halving(equation.Stationary().Coarsened().DistanceTo(coarse)).Plus(new Tolerance(left, "what relaxation leaves after 60 steps of 20")));

        // With the potential's own differences as the drift, detailed balance holds face by face.
        var balanced = FokkerPlanck1D.OfPotential(WellGrid, x => Well.Energy(x), 2 * DiffusionFactor * Temperature);
        var centres = new GridDensity(WellGrid, [.. WellGrid.Centres().Select(x => Math.Exp(-Well.Energy(x) / Temperature))]).Normalized();
        var flow = Temperature / WellGrid.Width * Values(centres).Max();
        notebook.Equal(
            "largest current through a face under e^(−U/T) at the centres",
            balanced.Current(centres).Max(Math.Abs),
            0,
            Tolerance.Rounding(flow, 64));

        var divergences = new List<double>();
        var shown = new List<(double T, GridDensity P)>();
        var (rise, times, t) = (0.0, new List<double>(), 0.0);
        for (var k = 0; k < 120; k++)
        {
            (p, t) = (balanced.Advance(p, t, t + 0.1, 4), t + 0.1);
            times.Add(t);
            divergences.Add(p.DivergenceFrom(centres));
            if (k > 0) rise = Math.Max(rise, divergences[^1] - divergences[^2]);
            if (k is 0 or 4 or 19 or 79) shown.Add((t, p));
        }

        notebook.AtMost("largest rise of KL(p ‖ e^(−U/T)) from one time to the next, nats", rise, 0, Tolerance.Rounding(divergences[0], WellGrid.Cells));
        notebook.Figure(
            "wells",
            "Left: all probability starts at the bottom of the left well, spreads in it at once and crosses the barrier slowly; " +
            "in the end it is Boltzmann's law (dashed). Right: the distance from Boltzmann's law never rises.",
            new SvgPlot(
            [
                .. shown.Select(s => new LineSeries(FormattableString.Invariant($"t = {s.T:0.0}"), WellGrid.Centres(), Values(s.P))),
                new LineSeries("e^(−U/T)/Z", WellGrid.Centres(), Values(centres)) { Dashed = true, Color = "#222222" },
            ])
            { Title = "Relaxation in a double well", XLabel = "x", YLabel = "density", XRange = (-2, 2) },
            new SvgPlot(
            [
                new LineSeries("KL(p ‖ Boltzmann)", times, divergences),
                new LineSeries("Kramers's rate", times, [.. times.Select(s => 0.55 * Math.Exp(-4 * rate * s))]) { Dashed = true, Color = "#555555", Width = 1 },
            ])
            { Title = "The H theorem", XLabel = "time", YLabel = "nats", YScale = AxisScale.Log });
    }

    private void Steep(Notebook notebook)
    {
        // Driven against a wall with a cell Péclet number f h/D of 1000: where central differences swing below zero.
        var grid = new CellGrid(0, 1, 100);
        var small = Math.Sqrt(2 * 5 * grid.Width / 1000);
        var equation = Equation(grid, _ => 5, _ => small, TimeScheme.BackwardEuler);
        var (p, least, lost) = (GridDensity.Point(grid, 0.2), double.PositiveInfinity, 0.0);
        for (var k = 0; k < 500; k++)
        {
            p = equation.Advance(p, 0, 0.01, 4);
            (least, lost) = (Math.Min(least, p.Least), Math.Max(lost, Math.Abs(p.Mass - 1)));
        }

        notebook.AtLeast("least density at a Péclet number of 1000, over 2000 steps", least, 0, Tolerance.None);
        notebook.Equal(
            "largest change of the mass over those steps",
            lost,
            0,
            new Tolerance(1e-12, "rounding: four of 2⁻⁵³ in each of 2000 steps, all to one side, would be 9e-13"));

        const double width = 0.02, drift = 1, diffusion = width / 20;
        var cells = new CellGrid(0, 2, 100);
        GridDensity Carried(FluxWeighting weighting) =>
            new FokkerPlanck1D(cells, _ => drift, _ => Math.Sqrt(2 * diffusion)) { Scheme = TimeScheme.BackwardEuler, Weighting = weighting }.Advance(
                Normal(cells, 0.3, 0.0006),
                0,
                1,
                400);
        notebook.Figure(
            "steep",
            "A narrow hill is carried to the right at a Péclet number of 20. " +
            "Central differences swing below zero; the exponential flux stays positive, " +
            "at the price of a hill several times as wide and as low: at such numbers it is the upwind flux, of first order.",
            new SvgPlot(
            [
                new LineSeries("central", cells.Centres(), Values(Carried(FluxWeighting.Central))),
                new LineSeries("Chang–Cooper", cells.Centres(), Values(Carried(FluxWeighting.ChangCooper))),
                new LineSeries("exact", cells.Centres(), Values(Normal(cells, 1.3, 0.0006 + (2 * diffusion)))) { Dashed = true, Color = "#222222" },
                ReferenceLine.Horizontal("", 0),
            ])
            { Title = "Positive, whatever the drift", XLabel = "x", YLabel = "density", XRange = (0.6, 1.8) });
    }

    private void Paths(ExperimentContext context, Rng rng, Notebook notebook)
    {
        const double startMean = -0.4, startVariance = 0.0625;
        const double end = 0.5;
        const int steps = 200;
        var count = context.Size(full: 1_000_000, quick: 30_000);
        var start = Normal(WellGrid, startMean, startVariance);
        var coarseGrid = new CellGrid(-2.2, 2.2, 200);
        var density = InWell(WellGrid, TimeScheme.Sdirk2).Advance(start, 0, end, 200);
        var coarse = InWell(coarseGrid, TimeScheme.Sdirk2).Advance(Normal(coarseGrid, startMean, startVariance), 0, end, 100);
        var gridError = Halving(density.Coarsened().DistanceTo(coarse));

        // What the paths' step costs is computed without chance: the law of the method's states.
        var stepped = EulerMaruyamaLaw.Advance(
            start,
            (x, _) => -4 * x * ((x * x) - 1),
            (_, _) => Math.Sqrt(2 * Temperature),
            0,
            end,
            steps,
            context.Parallelism);
        var twice = EulerMaruyamaLaw.Advance(
            start,
            (x, _) => -4 * x * ((x * x) - 1),
            (_, _) => Math.Sqrt(2 * Temperature),
            0,
            end,
            steps / 2,
            context.Parallelism);
        var extrapolated = new GridDensity(WellGrid, [.. stepped.Values.ToArray().Zip(twice.Values.ToArray(), (a, b) => (2 * a) - b)]);

        // U″ is 16 at 1.3, where the wells' outer walls are steepest for what lies there; the longer step is 0.005.
        var next = new Tolerance(16 * 2 * end / steps * stepped.DistanceTo(twice), "next term of the weak error, a share U″h of what halving the step changed");
        notebook.Equal(
            "law of the Euler–Maruyama method's states, extrapolated from 100 and 200 steps, against the equation: ∫|p − p̂|",
            extrapolated.DistanceTo(density),
            0,
            gridError.Plus(next));
        var bias = stepped.Cumulative().Zip(density.Cumulative(), (a, b) => Math.Abs(a - b)).Max();
        var chance = Tolerance.OfKolmogorov(count);
        notebook.AtMost(
            "weak error of 200 Euler–Maruyama steps, as a distance of distribution functions, against chance",
            bias,
            chance.Value,
            new Tolerance(gridError.Value, gridError.Reason));

        var paths = new PathEnsemble(new OverdampedLangevin(Well, Temperature), new EulerMaruyama());
        var states = paths.Run(
            PathEnsemble.NormalStart(count, 1, startMean, Math.Sqrt(startVariance), rng.Split("starts")),
            [0, end],
            end / steps,
            rng.Split("paths"),
            context.Parallelism,
            context.Stop)[^1].Values;
        var distance = KolmogorovSmirnov.Test(states, density.CumulativeFunction());
        notebook.Equal(
            FormattableString.Invariant($"{count} paths at t = {end} against the equation, Kolmogorov–Smirnov"),
            distance.Statistic,
            0,
            chance.Plus(new Tolerance(bias, "weak error of the paths' step")).Plus(gridError));
        ChiSquared(notebook, states, stepped);

        notebook.Figure(
            "paths",
            FormattableString.Invariant(
                $"A histogram of {count} paths (bars) and the density from the equation (line) at t = {end}. Dashed: where the paths started."),
            new SvgPlot(
            [
                HistogramSeries.Of("paths", states, 100, (-2, 2)),
                new LineSeries("Fokker–Planck", WellGrid.Centres(), Values(density)),
                new LineSeries("start", WellGrid.Centres(), Values(start)) { Dashed = true, Color = "#555555", Width = 1.2 },
            ])
            { Title = "Many rough paths, one smooth density", XLabel = "x", YLabel = "density", XRange = (-2, 2) });
    }

    // Bins of whole cells, each expecting 200 paths or more; Σ (n − N q)²/(N q).
    private static void ChiSquared(Notebook notebook, ReadOnlySpan<double> states, GridDensity stepped)
    {
        const double least = 200;
        var grid = stepped.Grid;
        var counts = new int[grid.Cells];
        foreach (var x in states) counts[grid.CellOf(x)]++;
        var (statistic, bins) = (0.0, 0);
        var (seen, expected, below) = (0.0, 0.0, 0.0);
        for (var i = 0; i < grid.Cells; i++)
        {
            // A cell's mean is the value at its centre and p″h²/24.
            var middle = stepped.Values[i];
            var curvature = i == 0 || i == grid.Cells - 1 ? 0 : stepped.Values[i - 1] - (2 * middle) + stepped.Values[i + 1];
            var share = states.Length * grid.Width * (middle + (curvature / 24));
            (seen, expected, below) = (seen + counts[i], expected + share, below + share);
            if (expected < least || (states.Length - below < least && i < grid.Cells - 1)) continue;
            statistic += Square(seen - expected) / expected;
            (seen, expected, bins) = (0, 0, bins + 1);
        }

        // Laurent and Massart 2000, lemma 1: P(χ²_k ≥ k + 2√(kx) + 2x) ≤ e^(−x); x = 14.4 is as rare as five standard errors.
        const double x0 = 14.4;
        var k = bins - 1;
        notebook.AtMost(
            $"χ² of the histogram in {bins} bins against the exact law of the method's states",
            statistic,
            k,
            new Tolerance((2 * Math.Sqrt(k * x0)) + (2 * x0), "chance as rare as five standard errors: 2√(kx) + 2x, x = 14.4 (Laurent and Massart)"));
    }

    private void Plane(ExperimentContext context, Notebook notebook)
    {
        static CellGrid2D Cells(int n) => new(new CellGrid(-4.5, 4.5, n), new CellGrid(-4.5, 4.5, n));
        var g = PlaneNoise * Math.Sqrt(2 * DiffusionFactor);
        FokkerPlanck2D Turning(int n) =>
            new(Cells(n), (x, y, _) => (-Kappa * x) - (Omega * y), (x, y, _) => (Omega * x) - (Kappa * y), (_, _, _) => g, (_, _, _) => g, autonomous: true)
            {
                Scheme = TimeScheme.Sdirk2,
                Weighting = Weighting,
                AllowsNegative = true,
                Parallelism = context.Parallelism,
            };
        var size = context.Size(full: 160, quick: 80);
        GridDensity2D Solve(int n, double t) => Turning(n).Advance(Swirl(Cells(n), 0).Normalized(), 0, t, (int)Math.Round(t * n / 2));
        foreach (var t in new[] { 0.5, 1.5 })
        {
            var fine = Solve(size, t);
            notebook.Equal(
                FormattableString.Invariant($"turning, falling and spreading in the plane at t = {t:0.0}: ∫∫|p − exact|"),
                fine.DistanceTo(Swirl(Cells(size), t)),
                0,
                Halving(fine.Coarsened().DistanceTo(Solve(size / 2, t))));
            notebook.Equal(
                FormattableString.Invariant($"mass in the plane at t = {t:0.0}"),
                fine.Mass,
                1,
                new Tolerance(1e-12, "rounding: four of 2⁻⁵³ in each of fewer than 2000 sweeps"));
        }

        const int shown = 72, every = 4;
        List<SvgPlot> panels = [];
        foreach (var t in new[] { 0.0, 0.5, 1.5, 6 })
        {
            var start = Swirl(Cells(shown), 0).Normalized();
            var p = t == 0 ? start : Turning(shown).Advance(start, 0, t, (int)Math.Round(20 * t));
            var (jx, jy) = Turning(shown).Current(p);
            List<double> x = [], y = [], u = [], v = [];
            for (var j = every / 2; j < shown; j += every)
                for (var i = every / 2; i < shown; i += every)
                {
                    x.Add(p.Grid.X.Centre(i));
                    y.Add(p.Grid.Y.Centre(j));
                    u.Add(jx.Values[(j * shown) + i]);
                    v.Add(jy.Values[(j * shown) + i]);
                }

            panels.Add(new SvgPlot(
            [
                new HeatMapSeries("p", p.Grid.X.Centres(), p.Grid.Y.Centres(), p.Values),
                new VectorFieldSeries("", x, y, u, v) { Color = "#ffffff", Scale = 1.6 },
            ])
            {
                Title = FormattableString.Invariant($"t = {t}"),
                XLabel = "x",
                YLabel = "y",
                XRange = (-3, 3),
                YRange = (-3, 3),
                Width = 440,
                Height = 400,
                EqualAspect = true,
            });
        }

        notebook.Figure(
            "plane",
            "Two hills in the plane are turned, pulled to the middle and spread; arrows are the probability current J. " +
            "In the end the density stands still, and the current runs in circles: a stationary law need not be an equilibrium.",
            2,
            panels);
    }

    // Two normal hills; a linear process turns the means and the covariances, and adds noise.
    private static GridDensity2D Swirl(CellGrid2D grid, double t)
    {
        var (c, s, e) = (Math.Cos(Omega * t), Math.Sin(Omega * t), Math.Exp(-Kappa * t));
        var noise = PlaneNoise * PlaneNoise * (1 - (e * e)) / (2 * Kappa);
        (double Weight, double X, double Y, double A, double B)[] hills = [(0.6, 1.6, 0, 0.35, 0.12), (0.4, -1.3, -0.7, 0.15, 0.15)];
        return GridDensity2D.Of(grid, (x, y) =>
        {
            var sum = 0.0;
            foreach (var (weight, hx, hy, a, b) in hills)
            {
                // In the turned axes of the hill its covariance stays diagonal.
                var (dx, dy) = (x - (e * ((c * hx) - (s * hy))), y - (e * ((s * hx) + (c * hy))));
                var (along, across) = ((c * dx) + (s * dy), (c * dy) - (s * dx));
                var (va, vb) = ((a * e * e) + noise, (b * e * e) + noise);
                sum += weight * Math.Exp(-((along * along / va) + (across * across / vb)) / 2) / (2 * Math.PI * Math.Sqrt(va * vb));
            }

            return sum;
        });
    }
}

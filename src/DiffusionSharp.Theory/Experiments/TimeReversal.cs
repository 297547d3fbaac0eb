using DiffusionSharp.Denoisers;
using DiffusionSharp.Distances;
using DiffusionSharp.Figures;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Stochastics.FokkerPlanck;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>A diffusion run backwards: the reverse SDE, the probability flow and all between them share the marginals of the forward process.</summary>
/// <remarks>Longer than most: one law, reached by five ways that share their grids and their error bounds.</remarks>
public sealed class TimeReversal : Experiment
{
    private const double Last = 0.02; // where reverse processes stop; so near to the data the law is all but the data's
    private const int TilePaths = 256;

    private static readonly LineMixture Data = new((0.4, -1.1, 0.35), (0.6, 1.0, 0.3));

    // Shares of the way from t = 1 to the last time at which marginals are looked at.
    private static readonly double[] Shares = [0.4, 0.7, 0.9, 1];

    private static readonly Case[] Cases =
    [
        new("VP", new VpLinearSchedule(0.1, 20), 6, 300, 2),
        new("sub-VP", new SubVpSchedule(0.1, 20), 6, 300, 1),
        new("VE", new VeGeometricSchedule(0.05, 6), 33, 900, 2),
    ];

    /// <summary>The factor of g² ∇ln p in the velocity of the probability flow: the term under test.</summary>
    public double FlowFactor { get; init; } = 0.5;

    /// <summary>The factor of g² ∇ln p in the drift of the reverse SDE: the term under test.</summary>
    public double ReverseFactor { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => "time-reversal";

    /// <inheritdoc/>
    public override string Title => "Time reversal and the probability flow";

    /// <inheritdoc/>
    public override string Claim =>
        "Noising can be undone in law: a second SDE, with the score in its drift, runs through the same densities backwards, " +
        "and so does an ordinary differential equation, and every mixture of both. They differ in their paths alone.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "forward: dx = f dt + g dw       reverse: dx = (f − g² ∇ln p_t) dt + g dw̄",
        "flow: dx/dt = v = f − ½ g² ∇ln p_t       ∂p/∂t + ∇·(v p) = 0",
        "family: dx = (f − ½(1 + λ²) g² ∇ln p_t) dt + λ g dw̄,  λ = 0 the flow, λ = 1 the reverse SDE",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Anderson 1982, \"Reverse-time diffusion equation models\", Stochastic Processes and their Applications 12",
        "Song et al. 2021, arXiv:2011.13456, eq. 6 and 13, appendix D.1; VE, VP and sub-VP: eq. 9, 11 and 12",
        "Maoutsa, Reich and Opper 2020, \"Interacting particle solutions of Fokker–Planck equations through gradient–log–density " +
        "estimation\", arXiv:2006.00702",
        "Karras et al. 2022, arXiv:2206.00364, eq. 6",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var count = context.Size(full: 10_000, quick: 1000);
        List<SvgPlot> marginals = [];
        List<(GridDensity P, Tolerance Bound)[]> equations = [];
        foreach (var c in Cases)
        {
            context.Stop.ThrowIfCancellationRequested();
            var forward = Forward(c, notebook);
            equations.Add(forward);
            Backward(c, notebook);
            var particles = Particles(c, context, rng.Split("reverse").Split(c.Name), notebook, forward, count);
            Flow(c, notebook);
            marginals.Add(Marginals(c, forward, particles));
        }

        notebook.Figure(
            "marginals",
            "Marginals on the way back, at four times: " +
            "the density of the forward equation (lines) and a histogram of the particles of the reverse SDE (steps). " +
            "Under VE the first are wide and low.",
            marginals.Count,
            marginals);
        SpaceTime(rng.Split("paths"), notebook);
        Family(context, rng.Split("family"), notebook, equations[0], 2 * count);
        Continuity(notebook);
    }

    private static double Time(double share) => 1 - (share * (1 - Last));

    // As in the page on the Fokker–Planck equation: at order 2 a third of the change is the error left, at order 1 all of it; half as much
    // again is room for the next term.
    private static Tolerance Halving(Case c, double change) => c.Order == 2
        ? new(change / 2, "order 2: a third of what halving cells and steps changed, and half of that for the next term")
        : new(
            1.5 * change,
            "order 1, the flux is upwind where the noise has hardly begun: what halving cells and steps changed, and half of it for the next term");

    // The data's law at a level as averages over cells, exact.
    private static GridDensity On(CellGrid grid, NoiseLevel level) => GridDensity.OfCumulative(grid, x => Data.Cumulative(x, level));

    private static double Score(Case c, double x, double t) => Data.Score(x, c.Schedule.At(Math.Clamp(t, 0, 1)));

    private double Coefficient(double lambda) => FlowFactor + ((ReverseFactor - FlowFactor) * lambda * lambda);

    // The forward law on cells at the times looked at, latest first, each with its error bound; exact mixture against equation.
    private static (GridDensity P, Tolerance Bound)[] Forward(Case c, Notebook notebook)
    {
        GridDensity[] Solve(int fineness)
        {
            var grid = c.Grid(fineness);
            var equation = ForwardNoising.Equation(grid, c.Schedule, TimeScheme.Sdirk2, allowsNegative: true);
            var (p, t, laws) = (On(grid, c.Schedule.At(0)), 0.0, new List<GridDensity>());
            foreach (var share in Shares.Reverse())
            {
                var next = Time(share);
                p = equation.Advance(p, t, next, Math.Max((int)Math.Ceiling(100 * fineness * (next - t)), 4 * fineness));
                (t, laws) = (next, [p, .. laws]);
            }

            return [.. laws];
        }

        var (coarse, fine) = (Solve(1), Solve(2));
        (GridDensity, Tolerance)[] result = [.. fine.Zip(coarse, (f, g) => (f, Halving(c, f.Coarsened().DistanceTo(g))))];
        for (var i = 0; i < Shares.Length; i++)
            notebook.Equal(
                FormattableString.Invariant($"{c.Name}, forward equation at t = {Time(Shares[i]):0.000}: ∫|p − exact|"),
                fine[i].DistanceTo(On(fine[i].Grid, c.Schedule.At(Time(Shares[i])))),
                0,
                result[i].Item2);
        return result;
    }

    // No particles: the Fokker–Planck equation of the reverse process, from the exact law at t = 1 back to the data.
    private void Backward(Case c, Notebook notebook)
    {
        foreach (var lambda in new[] { 1, 0.5 })
        {
            var scale = Coefficient(lambda) / (0.5 * (1 + (lambda * lambda)));
            GridDensity Solve(int fineness)
            {
                var grid = c.Grid(fineness);
                var equation = ForwardNoising.Reverse(
                    grid,
                    c.Schedule,
                    (x, t) => scale * Score(c, x, t),
                    start: 1,
                    lambda,
                    TimeScheme.Sdirk2,
                    allowsNegative: true);
                return equation.Advance(On(grid, c.Schedule.At(1)), 0, 1 - Last, 200 * fineness);
            }

            var (coarse, fine) = (Solve(1), Solve(2));
            notebook.Equal(
                FormattableString.Invariant($"{c.Name}, equation of the reverse process with λ = {lambda}, at t = {Last}: ∫|p − exact|"),
                fine.DistanceTo(On(fine.Grid, c.Schedule.At(Last))),
                0,
                Halving(c, fine.Coarsened().DistanceTo(coarse)));
        }
    }

    // The core's sampler of the reverse SDE, twice on the same noise: with all steps, and with half of them.
    private static double[][] Particles(Case c, ExperimentContext context, Rng rng, Notebook notebook, (GridDensity P, Tolerance Bound)[] forward, int count)
    {
        var steps = context.Size(full: 400, quick: 100);
        double[][] fine = [.. Shares.Select(_ => new double[count])], coarse = [.. Shares.Select(_ => new double[count])];
        var (target, denoiser, first) = (Data.Mixture, Data.Denoiser, c.Schedule.At(1));
        context.Parallelism.For((count + TilePaths - 1) / TilePaths, tile =>
        {
            context.Stop.ThrowIfCancellationRequested();
            var from = tile * TilePaths;
            var own = Math.Min(TilePaths, count - from);
            var noise = new SeededNoise(rng.Split("noise"), from);
            var start = first.AddNoise(target.Draw(rng.Split("data"), own, from), noise.Initial([own, 1]));
            Walk(new EulerMaruyamaSampler(c.Schedule, TimeGrid.Uniform(1, Last, steps)), noise, fine);
            Walk(new EulerMaruyamaSampler(c.Schedule, TimeGrid.Uniform(1, Last, steps / 2)), new JoinedNoise(noise), coarse);

            void Walk(EulerMaruyamaSampler sampler, NoiseSource source, double[][] into)
            {
                foreach (var step in sampler.Steps(denoiser, start, source))
                {
                    var seen = Array.IndexOf(Shares, (step.Index + 1.0) / step.Count);
                    if (seen >= 0) step.X.Values.CopyTo(into[seen].AsSpan(from));
                }
            }
        });

        for (var i = 0; i < Shares.Length; i++)
            Compare(
                FormattableString.Invariant($"{c.Name}, reverse SDE at t = {Time(Shares[i]):0.000}, {count} particles against the forward equation"),
                notebook,
                fine[i],
                coarse[i],
                forward[i]);
        return fine;
    }

    private static void Compare(string what, Notebook notebook, double[] fine, double[] coarse, (GridDensity P, Tolerance Bound) law)
    {
        // Weak order 1: the error left is what the last halving changed. Both runs share their noise, so that hardly any chance is in the difference.
        var bias = KolmogorovSmirnov.Test(fine.AsSpan(), coarse.AsSpan()).Statistic;
        notebook.Equal(
            $"{what}, Kolmogorov–Smirnov",
            KolmogorovSmirnov.Test(fine.AsSpan(), law.P.CumulativeFunction()).Statistic,
            0,
            Tolerance.OfKolmogorov(fine.Length).Plus(new Tolerance(
                1.5 * bias,
                "order 1 of the steps: what their halving changed, and half of it for the next term")).Plus(law.Bound));
    }

    // In one dimension flow lines cannot cross, so each keeps its quantile: F_t(x(t)) does not change.
    private static void Flow(Case c, Notebook notebook)
    {
        const double accuracy = 1e-7;
        double[] quantiles = [.. Enumerable.Range(1, 19).Select(k => k / 20.0)];
        var start = new Tensor([quantiles.Length, 1], [.. quantiles.Select(u => Data.Quantile(u, c.Schedule.At(1)))]);
        double[] times = [1, .. Shares.Select(Time)];
        var sampler = new DormandPrinceSampler(c.Schedule, new TimeGrid(times.AsSpan(..^1), times[^1]), accuracy);
        var worst = 0.0;
        var counted = new CountingDenoiser(Data.Denoiser);
        foreach (var step in sampler.Steps(counted, start, new SeededNoise(new Rng(0))))
        {
            var level = c.Schedule.At(step.Time);
            for (var k = 0; k < quantiles.Length; k++) worst = Math.Max(worst, Math.Abs(Data.Cumulative(step.X.Values[k], level) - quantiles[k]));
        }

        // Six slopes are a step, of every line that is not there yet: no line takes more steps than that. A step may err by the tolerance times
        // 1 + |y|, y = x/α; with the density of y that is less than 2, and what a step has erred in F the exact flow keeps.
        var steps = counted.Calls / 6;
        notebook.Report($"{c.Name}, probability flow: steps of the solver, at most", steps);
        notebook.Equal(
            $"{c.Name}, probability flow: largest |F_t(x(t)) − F_1(x(1))| of 19 flow lines",
            worst,
            0,
            new Tolerance(
                2 * steps * accuracy,
                FormattableString.Invariant(
                    $"{steps} steps as counted, each wrong in y = x/α by the solver's tolerance of 1e-7 (1 + |y|), times the density of y, below 2 1e-7")));
    }

    private static SvgPlot Marginals(Case c, (GridDensity P, Tolerance Bound)[] forward, double[][] particles)
    {
        var grid = forward[0].P.Grid;
        int[] near = [.. Enumerable.Range(0, grid.Cells).Where(i => Math.Abs(grid.Centre(i)) < 4)];
        return new SvgPlot(
        [
            .. particles.Select((x, i) => HistogramSeries.Outline("", x, 60, (-4, 4)) with { Color = PlotTheme.Paper.Colors[i], Width = 0.8 }),
            .. forward.Select((f, i) => new LineSeries(
                FormattableString.Invariant($"t = {Time(Shares[i]):0.00}"),
                [.. near.Select(grid.Centre)],
                [.. near.Select(k => f.P.Values[k])]) { Color = PlotTheme.Paper.Colors[i] }),
        ])
        { Title = c.Name, XLabel = "x", YLabel = "density p(x, t)", XRange = (-4, 4), Width = 460 };
    }

    private static void SpaceTime(Rng rng, Notebook notebook)
    {
        const int columns = 100, steps = 400;
        var (c, grid) = (Cases[0], new CellGrid(-3, 3, 100));
        var (wide, schedule) = (c.Grid(2), c.Schedule);
        var equation = ForwardNoising.Equation(wide, schedule, TimeScheme.Sdirk2, allowsNegative: true);
        double[] times = [.. Enumerable.Range(0, columns).Select(j => (j + 0.5) / columns)];
        var (p, t, values) = (On(wide, schedule.At(0)), 0.0, new double[grid.Cells * columns]);
        for (var j = 0; j < columns; j++)
        {
            (p, t) = (equation.Advance(p, t, times[j], 4), times[j]);
            for (var i = 0; i < grid.Cells; i++) values[(i * columns) + j] = p.Values[wide.CellOf(grid.Centre(i))];
        }

        var (denoiser, noise) = (Data.Denoiser, new SeededNoise(rng));
        List<PlotSeries> series = [new HeatMapSeries("density p(x, t)", times, grid.Centres(), new Tensor([grid.Cells, columns], values))];
        void Lines(string name, string color, double width, Sampler sampler, Tensor start)
        {
            var path = sampler.Steps(denoiser, start, noise).Where(s => s.Count <= columns || s.Index % 2 == 1).ToList();
            for (var k = 0; k < start.Samples; k++)
            {
                double[] x = [start.Values[k], .. path.Select(s => s.X.Values[k])];
                series.Add(new LineSeries(k == 0 ? name : "", [1, .. path.Select(s => s.Time)], x) { Color = color, Width = width });
            }
        }

        var level = schedule.At(1);
        Tensor Starts(params double[] probabilities) => new([probabilities.Length, 1], [.. probabilities.Select(u => Data.Quantile(u, level))]);
        Lines(
            "probability flow (white)",
            "#ffffff",
            1.2,
            new DormandPrinceSampler(schedule, TimeGrid.Uniform(1, 0.005, 80)),
            Starts(0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98));
        Lines("reverse SDE", "#E69F00", 0.9, new EulerMaruyamaSampler(schedule, TimeGrid.Uniform(1, 0.005, steps)), Starts(0.15, 0.4, 0.6, 0.85));
        notebook.Figure(
            "space-time",
            "The density of the forward equation over time (VP): data at the left, noise at the right. " +
            "Read from right to left, flow lines (white) are smooth and never cross; paths of the reverse SDE (orange) are rough and do. " +
            "Both are as dense as the density under them.",
            new SvgPlot(series)
            {
                Title = "One density, two ways back",
                XLabel = "time t",
                YLabel = "x",
                XRange = (0, 1),
                YRange = (-3, 3),
                Width = 820,
                Height = 460,
            });
    }

    private void Family(ExperimentContext context, Rng rng, Notebook notebook, (GridDensity P, Tolerance Bound)[] forward, int count)
    {
        var c = Cases[0];
        var schedule = c.Schedule;
        var steps = context.Size(full: 400, quick: 100);
        (GridDensity P, Tolerance Bound)[] exact =
        [
            .. Shares.Select(s => (On(c.Grid(4), schedule.At(Time(s))), new Tolerance(2e-5, "linear interpolation of F between faces, h²|p′|/8"))),
        ];
        List<SvgPlot> panels = [];
        foreach (var lambda in new[] { 0, 0.5, 1, 1.5 })
        {
            var coefficient = Coefficient(lambda);
            var process = FunctionProcess.Additive(
                1,
                (x, s, f) =>
                {
                    var level = schedule.At(Math.Max(1 - s, 0));
                    var (rate, g) = (schedule.Drift(level.Time), schedule.Diffusion(level.Time));
                    for (var i = 0; i < x.Length; i++) f[i] = (coefficient * g * g * Data.Score(x[i], level)) - (rate * x[i]);
                },
                s => lambda * schedule.Diffusion(Math.Max(1 - s, 0)));
            double[][] fine = [.. Shares.Select(_ => new double[count])], coarse = [.. Shares.Select(_ => new double[count])];
            const int shown = 11;
            var traces = new double[shown][];
            for (var k = 0; k < shown; k++) traces[k] = new double[(steps / 2) + 1];
            context.Parallelism.For((count + TilePaths - 1) / TilePaths, tile =>
            {
                context.Stop.ThrowIfCancellationRequested();
                var from = tile * TilePaths;
                var size = Math.Min(TilePaths, count - from);
                double[] x = new double[size], y = new double[size], first = new double[size], second = new double[size], work = new double[2 * size];
                for (var k = 0; k < size; k++)
                    x[k] = Data.Quantile(Math.Clamp(rng.Split("starts").Uniform((ulong)(from + k)), 1e-12, 1 - 1e-12), schedule.At(1));
                x.CopyTo(y, 0);
                var scheme = new EulerMaruyama();
                var h = (1 - Last) / steps;
                for (var n = 0; n < steps; n += 2)
                {
                    if (tile == 0)
                        for (var k = 0; k < shown; k++) traces[k][n / 2] = x[k];
                    for (var k = 0; k < size; k++)
                    {
                        var own = rng.Split("noise").Split(from + k);
                        (first[k], second[k]) = (Math.Sqrt(h) * own.Normal((ulong)n), Math.Sqrt(h) * own.Normal((ulong)n + 1));
                    }

                    scheme.Step(process, x, n * h, h, first, work);
                    scheme.Step(process, x, (n + 1) * h, h, second, work);
                    for (var k = 0; k < size; k++) first[k] += second[k];
                    scheme.Step(process, y, n * h, 2 * h, first, work);
                    var seen = Array.IndexOf(Shares, (n + 2.0) / steps);
                    if (seen < 0) continue;
                    x.CopyTo(fine[seen], from);
                    y.CopyTo(coarse[seen], from);
                }

                if (tile == 0)
                    for (var k = 0; k < shown; k++) traces[k][steps / 2] = x[k];
            });

            for (var i = 0; i < Shares.Length; i++)
                Compare(
                    FormattableString.Invariant($"VP family, λ = {lambda}, at t = {Time(Shares[i]):0.000}, {count} particles against the exact law"),
                    notebook,
                    fine[i],
                    coarse[i],
                    exact[i]);
            for (var i = 0; i < Shares.Length && lambda == 0; i++)
                Compare(
                    FormattableString.Invariant($"VP, probability flow at t = {Time(Shares[i]):0.000}, {count} particles against the forward equation"),
                    notebook,
                    fine[i],
                    coarse[i],
                    forward[i]);
            double[] times = [.. Enumerable.Range(0, (steps / 2) + 1).Select(n => 1 - (2.0 * n * (1 - Last) / steps))];
            panels.Add(new SvgPlot([.. traces.Select((trace, k) => new LineSeries("", times, trace) { Width = 0.9, Color = PlotTheme.Paper.Colors[k % 6] })])
            { Title = FormattableString.Invariant($"λ = {lambda}"), XLabel = "time t", YLabel = "x", YRange = (-3, 3), Width = 460, Height = 300 });
        }

        notebook.Figure(
            "family",
            "The same starts at t = 1 under four members of the family: smooth flow lines, rough paths, and rougher ones. " +
            "At every time all four have the same density.",
            2,
            panels);
    }

    private void Continuity(Notebook notebook)
    {
        double[] spacings = [0.04, 0.02, 0.01];
        var points = Quadrature.Points(-3, 3, 121);
        List<PlotSeries> lines = [];
        foreach (var c in Cases)
        {
            double Flux(double x, double t)
            {
                var level = c.Schedule.At(t);
                var g = c.Schedule.Diffusion(t);
                return ((c.Schedule.Drift(t) * x) - (FlowFactor * g * g * Data.Score(x, level))) * Data.Density(x, level);
            }

            double Residual(double spacing)
            {
                var (worst, largest) = (0.0, 0.0);
                foreach (var t in new[] { 0.2, 0.5, 0.8 })
                    foreach (var x in points)
                    {
                        var change = Slope(s => Data.Density(x, c.Schedule.At(t + s)), spacing / 4);
                        (worst, largest) = (Math.Max(worst, Math.Abs(change + Slope(s => Flux(x + s, t), spacing))), Math.Max(largest, Math.Abs(change)));
                    }

                return worst / largest;
            }

            double[] residuals = [.. spacings.Select(Residual)];
            notebook.Equal(
                $"{c.Name}, order at which the residual of ∂p/∂t + ∂(v p)/∂x vanishes",
                ConvergenceOrder.Of(spacings, residuals),
                4,
                new Tolerance(0.2, "the next term is (δ/0.3)² of the leading one, 0.02 at the largest distance, where the law is narrowest"));
            lines.Add(new LineSeries(c.Name, spacings, residuals) { Markers = true });
        }

        var top = lines.Max(l => l.Y[0]);
        lines.Add(new LineSeries("order 4", [spacings[0], spacings[^1]], [1.6 * top, 1.6 * top / 256]) { Dashed = true, Color = "#555555", Width = 1 });

        // What goes wrong if the flow's drift is given the reverse SDE's noise.
        var vp = Cases[0];
        var grid = vp.Grid(1);
        GridDensity Back(double scale) =>
            ForwardNoising.Reverse(grid, vp.Schedule, (x, t) => scale * Score(vp, x, t), 1, 1, TimeScheme.Sdirk2, allowsNegative: true).Advance(
                On(grid, vp.Schedule.At(1)),
                0,
                1 - Last,
                400);
        notebook.Figure(
            "continuity",
            "Left: the residual of the continuity equation falls with the fourth power of the differences' distance: " +
            "for exact differences it is zero. Right: noise needs its own half of the score. " +
            "With the reverse SDE's noise, the flow's drift leads elsewhere.",
            new SvgPlot(lines)
            {
                Title = "Nothing is left over",
                XLabel = "distance δ of the differences",
                YLabel = "residual relative to ∂p/∂t",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
            },
            new SvgPlot(
            [
                new LineSeries("f − g² ∇ln p", grid.Centres(), Back(1).Values.ToArray()),
                new LineSeries("f − ½ g² ∇ln p", grid.Centres(), Back(0.5).Values.ToArray()),
                new LineSeries("exact", grid.Centres(), On(grid, vp.Schedule.At(Last)).Values.ToArray()) { Dashed = true, Color = "#222222" },
            ])
            { Title = FormattableString.Invariant($"Noise g dw̄ with two drifts, back to t = {Last}"), XLabel = "x", YLabel = "density", XRange = (-4, 4) });
    }

    // (−f(2δ) + 8 f(δ) − 8 f(−δ) + f(−2δ))/12δ = f′ + O(δ⁴).
    private static double Slope(Func<double, double> f, double delta) => ((8 * (f(delta) - f(-delta))) - (f(2 * delta) - f(-2 * delta))) / (12 * delta);

    // A schedule, and cells that hold its data and its noise. Sub-VP begins without any noise, where no flux but the upwind one is left: order 1.
    private sealed record Case(string Name, Schedule Schedule, double Half, int Cells, int Order)
    {
        public CellGrid Grid(int fineness) => new(-Half, Half, Cells * fineness);
    }

    // Counts how often it is asked.
    private sealed class CountingDenoiser(Denoiser inner) : WrappingDenoiser(inner)
    {
        public int Calls { get; private set; }

        protected override Denoiser Around(Denoiser inner) => new CountingDenoiser(inner);

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
        {
            Calls++;
            return Inner.Denoise(x, levels);
        }
    }

    // Two draws of the finer grid joined to one: the same Wiener path, seen at half of the steps.
    private sealed class JoinedNoise(NoiseSource fine) : NoiseSource
    {
        public override Tensor Initial(Shape shape) => fine.Initial(shape);

        public override Tensor Draw(Shape shape, int index) => (fine.Draw(shape, 2 * index) + fine.Draw(shape, (2 * index) + 1)) / Math.Sqrt(2);
    }
}

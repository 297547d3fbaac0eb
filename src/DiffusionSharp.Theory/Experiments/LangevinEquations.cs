using DiffusionSharp.Distances;
using DiffusionSharp.Figures;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>Langevin's equations: friction and noise in balance, Boltzmann's law, the price of a step, and how long wells hold a particle.</summary>
/// <remarks>
/// Longer than most: a chain of four claims. The chains of schemes are not sampled where a bias is to be seen, but written as matrices
/// (<see cref="TransitionKernel"/>), so that no noise hides it.
/// </remarks>
public sealed class LangevinEquations : Experiment
{
    private const double Friction = 1.5, Temperature = 0.8, Mass = 2; // of the free particle
    private const int ChainSteps = 200;

    /// <summary>The factor in the square of the noise, 2 γ kT/m: the formula under test.</summary>
    public double NoiseFactor { get; init; } = 2;

    /// <summary>Whether proposals are accepted by Metropolis's rule, or all: the correction under test.</summary>
    public bool IsCorrected { get; init; } = true;

    /// <summary>The factor of π in the relaxation time π ζ e^(ΔU/kT)/√(U″(a) |U″(0)|): the formula under test.</summary>
    public double KramersFactor { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => "langevin";

    /// <inheritdoc/>
    public override string Title => "Langevin dynamics";

    /// <inheritdoc/>
    public override string Claim =>
        "Noise of the strength 2γkT/m balances the friction γ, and the law of a particle in a potential tends to Boltzmann's, e^(−U/kT). A step h of the " +
        "unadjusted scheme leaves a bias in proportion to h, which Metropolis's rule removes; a barrier holds the particle for a time that grows as e^(ΔU/kT).";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "dq = v dt,  dv = (−∇U/m − γ v) dt + √(2γkT/m) dW;  overdamped: dX = −∇U/ζ dt + √(2kT/ζ) dW",
        "⟨v²⟩ = kT/m,  ⟨v(0) v(t)⟩ = kT/m e^(−γt),  ⟨(Δq)²⟩ = 2D (t − (1 − e^(−γt))/γ),  D = kT/(mγ)",
        "p(x) ∝ e^(−U(x)/kT)",
        "harmonic well, step h: variance (kT/k)/(1 − hk/2)",
        "τ ≈ π ζ e^(ΔU/kT)/√(U″(a) |U″(0)|) (1 + 3kT/(8ΔU))",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Langevin 1908, \"Sur la théorie du mouvement brownien\"",
        "Uhlenbeck and Ornstein 1930, \"On the theory of the Brownian motion\"",
        "Kramers 1940, \"Brownian motion in a field of force and the diffusion model of chemical reactions\"",
        "Roberts and Tweedie 1996, \"Exponential convergence of Langevin distributions and their discrete approximations\"",
        "Leimkuhler and Matthews 2013, \"Rational construction of stochastic numerical methods for molecular sampling\"",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        FreeParticle(context, rng.Split("free"), notebook);
        Boltzmann(context, rng.Split("boltzmann"), notebook);
        Bias(notebook);
        MixingTime(context, rng.Split("mixing"), notebook);
    }

    // Fluctuation and dissipation, without a force.
    private void FreeParticle(ExperimentContext context, Rng rng, Notebook notebook)
    {
        const double h = 0.02;
        var count = context.Size(full: 40_000, quick: 6000);
        var noise = NoiseFactor / 2 * Temperature; // the square of the noise is NoiseFactor γ kT/m
        double[] times = [0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2];
        var variance = Temperature / Mass;

        // Velocities start from equipartition, which the noise must keep; positions start at 0.
        var values = PathEnsemble.NormalStart(count, 2, 0, Math.Sqrt(variance), rng.Split("start")).Values.ToArray();
        for (var k = 0; k < count; k++) values[2 * k] = 0;
        var inertial = new PathEnsemble(new UnderdampedLangevin(new FreePotential(), Friction, noise, Mass), new Baoab())
            .Run(new Tensor([count, 2], values), times, h, rng.Split("underdamped"), context.Parallelism, context.Stop);
        var overdamped = new PathEnsemble(new OverdampedLangevin(new FreePotential(), noise, Mass * Friction), new EulerMaruyama())
            .Run(PathEnsemble.SameStart(count, 0), times, h, rng.Split("overdamped"), context.Parallelism, context.Stop);

        var d = Temperature / (Mass * Friction);
        double[] correlation = new double[times.Length], inertialSpread = new double[times.Length], overdampedSpread = new double[times.Length];
        for (var i = 0; i < times.Length; i++)
        {
            var product = Mean(k => inertial[0].Values[(2 * k) + 1] * inertial[i].Values[(2 * k) + 1]);
            var spread = Mean(k => Square(inertial[i].Values[2 * k]));
            var free = Mean(k => Square(overdamped[i].Values[k]));
            (correlation[i], inertialSpread[i], overdampedSpread[i]) = (product.Value, spread.Value, free.Value);
            if (i is 3 or 5)
                notebook.Equal(
                    FormattableString.Invariant($"⟨v(0) v(t)⟩ at t = {times[i]} against kT/m e^(−γt)"),
                    product,
                    variance * Math.Exp(-Friction * times[i]));
            if (i < 5) continue;

            // BAOAB adds up positions by trapezoids of v: the relative error of the spread is below (γh)².
            var expected = 2 * d * (times[i] - ((1 - Math.Exp(-Friction * times[i])) / Friction));
            notebook.Equal(
                FormattableString.Invariant($"⟨(Δq)²⟩ at t = {times[i]} against 2D (t − (1 − e^(−γt))/γ)"),
                spread.Value,
                expected,
                Tolerance.Chance(spread.StandardError).Plus(new Tolerance(Square(Friction * h) * expected, "order 2 of the scheme, (γh)²")));
            notebook.Equal(FormattableString.Invariant($"overdamped: ⟨(ΔX)²⟩ at t = {times[i]} against 2Dt, D = kT/ζ"), free, 2 * d * times[i]);
        }

        notebook.Equal("fluctuation and dissipation: ⟨v²⟩ after 3.2 against kT/m", Mean(k => Square(inertial[^1].Values[(2 * k) + 1])), variance);
        var fine = Quadrature.Points(0.1, 3.2, 63);
        notebook.Figure(
            "balance",
            "Left: a velocity forgets itself as e^(−γt). " +
            "Right: a free particle flies at first, its spread growing as t², and diffuses later, as 2Dt; " +
            "without inertia it diffuses from the start.",
            new SvgPlot(
            [
                new PointSeries("measured", times, correlation) { Radius = 3.2, Opacity = 1 },
                new LineSeries(
                    "kT/m e^(−γt)",
                    Quadrature.Points(0, 3.2, 65),
                    [.. Quadrature.Points(0, 3.2, 65).Select(t => variance * Math.Exp(-Friction * t))]) { Dashed = true, Color = PlotTheme.Paper.Colors[0] },
            ])
            { Title = "⟨v(0) v(t)⟩ of a free particle", XLabel = "time t", YLabel = "velocity squared" },
            new SvgPlot(
            [
                new PointSeries("with inertia", times, inertialSpread) { Radius = 3.2, Opacity = 1 },
                new PointSeries("overdamped", times, overdampedSpread) { Radius = 3.2, Opacity = 1 },
                new LineSeries(
                    "theory",
                    fine,
                    [.. fine.Select(t => 2 * d * (t - ((1 - Math.Exp(-Friction * t)) / Friction)))]) { Dashed = true, Color = PlotTheme.Paper.Colors[0] },
                new LineSeries("2Dt", fine, [.. fine.Select(t => 2 * d * t)]) { Dashed = true, Color = PlotTheme.Paper.Colors[1] },
            ])
            { Title = "How a free particle spreads", XLabel = "time t", YLabel = "⟨(Δq)²⟩", XScale = AxisScale.Log, YScale = AxisScale.Log });

        Measurement Mean(Func<int, double> value) => Measurement.OfMean([.. Enumerable.Range(0, count).Select(value)]);
    }

    // The stationary law in two wells with a barrier of 2 kT: independent chains, half of them begun in each well, one value from each.
    private void Boltzmann(ExperimentContext context, Rng rng, Notebook notebook)
    {
        const double h = 0.02, barrier = 2;
        var count = context.Size(full: 20_000, quick: 3000);
        var well = new DoubleWell(barrier);
        var law = new BoltzmannLaw(well, 1);
        var values = new double[2 * count];

        // The particles with inertia begin in Boltzmann's law, by its quantiles, and must keep it: nothing of the start is left to allow for.
        var velocities = rng.Split("velocities");
        for (var k = 0; k < count; k++) (values[2 * k], values[(2 * k) + 1]) = (Quantile(law, (k + 0.5) / count), velocities.Normal((ulong)k));
        var noise = NoiseFactor / 2;
        var states = new PathEnsemble(new UnderdampedLangevin(well, friction: 2, noise), new Baoab()).Run(
            new Tensor([count, 2], values),
            [0, 12],
            h,
            rng.Split("underdamped"),
            context.Parallelism,
            context.Stop)[1];
        double[] q = [.. Enumerable.Range(0, count).Select(k => states.Values[2 * k])];
        double[] v = [.. Enumerable.Range(0, count).Select(k => states.Values[(2 * k) + 1])];

        // The scheme is of order 2, ω² = 8B. Particles begun at quantiles and moved independently are spread no more than independent ones.
        var scheme = new Tolerance(8 * barrier * h * h / 8, "order 2 of the scheme, (ωh)²/8");
        notebook.Equal(
            FormattableString.Invariant($"distance of the positions of {count} particles from Boltzmann's law"),
            KolmogorovSmirnov.Test(q, law.Cumulative).Statistic,
            0,
            Tolerance.OfKolmogorov(count).Plus(scheme));
        notebook.Equal(
            "distance of their velocities from the normal law of variance kT/m",
            KolmogorovSmirnov.Test(v, NormalLaw.Cumulative).Statistic,
            0,
            Tolerance.OfKolmogorov(count).Plus(scheme));

        // Metropolis-adjusted chains at a step where the unadjusted one is far off.
        var big = Chains(context, rng.Split("adjusted"), well, count, h: 0.03, IsCorrected);
        notebook.Equal(
            FormattableString.Invariant($"distance of {count} adjusted chains of step 0.03 from Boltzmann's law"),
            KolmogorovSmirnov.Test(big, law.Cumulative).Statistic,
            0,
            Tolerance.OfKolmogorov(count).Plus(Unrelaxed(well, 0.03)));

        var raw = Chains(context, rng.Split("unadjusted"), well, count, h: 0.03, corrected: false);
        notebook.Report("distance of as many unadjusted chains of step 0.03 from Boltzmann's law", KolmogorovSmirnov.Test(raw, law.Cumulative).Statistic);
        var x = Quadrature.Points(-2, 2, 201);
        SvgPlot Panel(string title, double[] sample) => new(
            [
                HistogramSeries.Of("chains", sample, 50, (-2, 2)),
                new LineSeries("e^(−U/kT)/Z", x, [.. x.Select(law.Density)]) { Dashed = true, Color = PlotTheme.Paper.Colors[1] },
            ])
        { Title = title, XLabel = "position", YLabel = "density", Width = 420, Height = 340, YRange = (0, 0.8) };
        notebook.Figure(
            "boltzmann",
            "Positions of independent chains in two wells and Boltzmann's law (dashed): Langevin's equation with inertia; " +
            "the unadjusted overdamped scheme at a large step, whose wells are too wide; the same step with Metropolis's rule.",
            Panel("With inertia, BAOAB, h = 0.02", q),
            Panel("Unadjusted, h = 0.03", raw),
            Panel("Adjusted, h = 0.03", big));
    }

    private static double Quantile(BoltzmannLaw law, double probability)
    {
        var (low, high) = (-4.0, 4.0);
        for (var round = 0; round < 50; round++)
        {
            var middle = (low + high) / 2;
            if (law.Cumulative(middle) < probability) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    // What the chains have not forgotten of their start in two points, without sampling: the chain as a matrix on a grid that has both.
    private Tolerance Unrelaxed(DoubleWell well, double h)
    {
        var kernel = new TransitionKernel(new OverdampedLangevin(well), new EulerMaruyama(), h, -2.5, 2.5, 251);
        var chain = Metropolis(kernel, well);
        var n = kernel.Points.Count;
        var p = new double[n];
        (p[75], p[175]) = (0.5, 0.5); // −1 and 1
        for (var step = 0; step < ChainSteps; step++)
        {
            var next = new double[n];
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) next[j] += p[i] * chain[i, j];
            p = next;
        }

        var (difference, worst, limit) = (0.0, 0.0, TransitionKernel.Stationary(chain));
        for (var i = 0; i < n; i++) worst = Math.Max(worst, Math.Abs(difference += p[i] - limit[i]));
        return new Tolerance(worst, FormattableString.Invariant($"what {ChainSteps} steps leave of the start, {worst:G2} by the chain's matrix"));
    }

    // x′ = x − h U′ + √(2h) z at kT = ζ = 1, with Metropolis's rule or without; a chain of 200 steps from a well, the wells taken in turn.
    private static double[] Chains(ExperimentContext context, Rng rng, DoubleWell well, int count, double h, bool corrected)
    {
        const int tile = 250;
        var ends = new double[count];
        context.Parallelism.For((count + tile - 1) / tile, i =>
        {
            context.Stop.ThrowIfCancellationRequested();
            for (var k = i * tile; k < Math.Min(count, (i + 1) * tile); k++)
            {
                var chain = rng.Split(k);
                double x = k % 2 == 0 ? 1 : -1, energy = well.Energy(x), slope = Slope(x);
                for (var n = 0; n < ChainSteps; n++)
                {
                    var z = chain.Normal((ulong)n);
                    var next = x - (h * slope) + (Math.Sqrt(2 * h) * z);
                    double nextEnergy = well.Energy(next), nextSlope = Slope(next);
                    var back = Square(x - next + (h * nextSlope)) / (4 * h);

                    // The stream's second half, far from the normals, decides.
                    if (corrected && !(Math.Log(1 - chain.Uniform((1UL << 32) + (ulong)n)) <= energy - nextEnergy - back + (z * z / 2))) continue;
                    (x, energy, slope) = (next, nextEnergy, nextSlope);
                }

                ends[k] = x;
            }
        });
        return ends;

        double Slope(double x)
        {
            Span<double> gradient = stackalloc double[1];
            well.Gradient([x], gradient);
            return gradient[0];
        }
    }

    // What a step costs, without sampling.
    private void Bias(Notebook notebook)
    {
        // x′ = (1 − hk) x + √(2h kT) z: variance v = (1 − hk)² v + 2h kT.
        const double k = 2;
        foreach (var h in new[] { 0.1, 0.4 })
        {
            var kernel = new TransitionKernel(new OverdampedLangevin(new HarmonicPotential(k), Temperature), new EulerMaruyama(), h, -7, 7, 241);
            var law = kernel.Stationary();

            // A forward difference over 1e-4 √h of steps of size up to |x| = 7 has the slope, and so a probability, off by the share
            // 2 · 2⁻⁵³ |x|/(1e-4 √(2kT h)); shares of rows tilt the law by them times the steps it takes to relax, 1/(hk (2 − hk)).
            var share = 2 * Math.Pow(2, -53) * 7 / (1e-4 * Math.Sqrt(2 * Temperature * h));
            var matrix = new Tolerance(
                share / (h * k * (2 - (h * k))) * Temperature / k / (1 - (h * k / 2)),
                FormattableString.Invariant($"rounding of the forward difference, {share:G2} of a probability, times the steps of relaxation"))
                .Plus(Tolerance.Rounding(Temperature / k / (1 - (h * k / 2)), 3 * 241 / (h * k * (2 - (h * k)))));
            notebook.Equal(
                FormattableString.Invariant($"stationary variance of the scheme in a harmonic well, h = {h}, from its matrix, against kT/k /(1 − hk/2)"),
                law.Zip(kernel.Points, (p, x) => p * x * x).Sum(),
                Temperature / k / (1 - (h * k / 2)),
                matrix);
        }

        var well = new DoubleWell();
        var process = new OverdampedLangevin(well);
        var exact = new BoltzmannLaw(well, 1).Mean(x => x * x);
        double[] steps = [0.02, 0.01, 0.005, 0.0025], euler = new double[4], matthews = new double[4], corrected = new double[4];
        for (var i = 0; i < 4; i++)
        {
            var kernel = new TransitionKernel(process, new EulerMaruyama(), steps[i], -2.6, 2.6, 201);
            euler[i] = Math.Abs(Moment(kernel, kernel.Stationary()) - exact);
            corrected[i] = Math.Abs(Moment(kernel, TransitionKernel.Stationary(Metropolis(kernel, well))) - exact);

            // What is observed of this scheme has half a step's noise more: x² gains g² h/4 = h/2.
            var averaged = new TransitionKernel(process, new LeimkuhlerMatthews(), steps[i], -2.6, 2.6, 201);
            matthews[i] = Math.Abs(Moment(averaged, averaged.Stationary()) + (steps[i] / 2) - exact);
        }

        // Between h and h/2 a next term of the share 8h, the curvature of the wells times the step, moves the order by less than 8h/2/ln 2.
        var next = new Tolerance(8 * steps[^2] / (2 * Math.Log(2)), "next term of the bias, a share of U″(a) h");
        notebook.Equal("order of the bias of ⟨x²⟩ in a double well, unadjusted", Math.Log2(euler[^2] / euler[^1]), 1, next);
        notebook.Equal("order of the bias of ⟨x²⟩, Leimkuhler and Matthews", Math.Log2(matthews[^2] / matthews[^1]), LeimkuhlerMatthews.StationaryOrder, next);
        notebook.Equal("largest bias of ⟨x²⟩ with Metropolis's rule", corrected.Max(), 0, Tolerance.Rounding(Square(2.6), Math.Pow(201, 3) / 3));
        notebook.Figure(
            "bias",
            "Bias of ⟨x²⟩ in a double well against the step, from the stationary laws of the chains as matrices: " +
            "of first order for the unadjusted scheme, of second for that of Leimkuhler and Matthews, which costs the same; " +
            "none with Metropolis's rule (at the level of rounding, below the frame).",
            new SvgPlot(
            [
                new LineSeries("unadjusted (Euler–Maruyama)", steps, euler) { Markers = true, Width = 1.2 },
                new LineSeries("Leimkuhler and Matthews", steps, matthews) { Markers = true, Width = 1.2 },
                new LineSeries("h", steps, [.. steps.Select(s => euler[0] * s / steps[0])]) { Dashed = true, Color = PlotTheme.Paper.Colors[0] },
                new LineSeries("h²", steps, [.. steps.Select(s => matthews[0] * Square(s / steps[0]))]) { Dashed = true, Color = PlotTheme.Paper.Colors[1] },
            ])
            { Title = "The price of a step", XLabel = "step h", YLabel = "bias of ⟨x²⟩", XScale = AxisScale.Log, YScale = AxisScale.Log });

        static double Moment(TransitionKernel kernel, double[] law) => law.Zip(kernel.Points, (p, x) => p * x * x).Sum();
    }

    // The chain that proposes by a kernel and accepts with min(1, π_j K_ji/(π_i K_ij)).
    private double[,] Metropolis(TransitionKernel kernel, DoubleWell well)
    {
        var n = kernel.Points.Count;
        var chain = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            var stay = 1.0;
            for (var j = 0; j < n; j++)
            {
                if (j == i || kernel[i, j] == 0) continue;
                var ratio = Math.Exp(well.Energy(kernel.Points[i]) - well.Energy(kernel.Points[j])) * kernel[j, i] / kernel[i, j];
                chain[i, j] = kernel[i, j] * (IsCorrected ? Math.Min(1, ratio) : 1);
                stay -= chain[i, j];
            }

            chain[i, i] = stay;
        }

        return chain;
    }

    // How long a barrier holds.
    private void MixingTime(ExperimentContext context, Rng rng, Notebook notebook)
    {
        const double kept = 3;
        double[] barriers = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        double[] times = [.. barriers.Select(b => 1 / Relaxation.Rate(new DoubleWell(b), 1, 2.2, 1200))];
        double[] kramers = [.. barriers.Select(b => KramersFactor * Math.PI * Math.Exp(b) / (Math.Sqrt(32) * b))];
        foreach (var b in new[] { 6, 9, 12 })
        {
            // Laplace's method in the wells and on the barrier: each gives 3/(16 B), and then terms of 1/B².
            var i = Array.IndexOf(barriers, b);
            notebook.Equal(
                FormattableString.Invariant($"relaxation time over Kramers's at a barrier of {b} kT against 1 + 3kT/(8ΔU)"),
                times[i] / kramers[i],
                1 + (3 / (8.0 * b)),
                new Tolerance(1.0 / (b * b), "next term of Laplace's method, (kT/ΔU)²"));
        }

        // τ ∝ e^B/B (1 + 3/(8B)): the slope of ln(B τ) is 1 − 3/(8B²).
        notebook.Equal(
            "slope of ln(τ ΔU) over ΔU/kT between 11 and 12",
            Math.Log(times[^1] * 12 / (times[^2] * 11)),
            1,
            new Tolerance(3 / (8.0 * 11 * 11) * 2, "next term 3/(8B²), twice for those after it"));

        // The same time from the chain of a scheme, and from particles that all begin on the right.
        var well = new DoubleWell(kept);
        var process = new OverdampedLangevin(well);
        double[] halved = [0.005, 0.0025];
        double[] rates = [.. halved.Select(h => Antisymmetric(new TransitionKernel(process, new EulerMaruyama(), h, -2.2, 2.2, 201), h))];
        var exact = 1 / times[Array.IndexOf(barriers, kept)];
        notebook.Equal(
            "relaxation rate of the scheme's matrix, extrapolated from two steps, against that of the equation",
            (2 * rates[1]) - rates[0],
            exact,
            new Tolerance(Square(12 * kept * 0.005) * exact, "order 2 of the extrapolation, a share of (U″h)², U″ ≤ 12B"));

        const double step = 0.005;
        var count = context.Size(full: 10_000, quick: 2000);
        double[] seen = [0, 1, 2, 3, 4];
        var states = new PathEnsemble(process, new EulerMaruyama()).Run(
            PathEnsemble.SameStart(count, 1),
            seen,
            step,
            rng.Split("particles"),
            context.Parallelism,
            context.Stop);
        var kernel = new TransitionKernel(process, new EulerMaruyama(), step, -2.2, 2.2, 201);
        double[] sign = [.. kernel.Points.Select(x => Math.Tanh(4 * x))], measured = new double[seen.Length], expected = new double[seen.Length];
        var start = PointBelow(kernel.Points, 1);
        for (var i = 0; i < seen.Length; i++)
        {
            var side = Measurement.OfMean([.. Enumerable.Range(0, count).Select(k => Math.Tanh(4 * states[i].Values[k]))]);
            (measured[i], expected[i]) = (side.Value, Between(kernel.Points, sign, start, 1));
            if (i is 2 or 4)
                notebook.Equal(
                    FormattableString.Invariant($"⟨tanh 4x⟩ of {count} particles at t = {seen[i]}, begun at 1, against the scheme's matrix"),
                    side.Value,
                    expected[i],
                    Tolerance.Chance(side.StandardError).Plus(new Tolerance(
                        Square(kernel.Spacing),
                        "interpolation on the grid, (Δx)² φ″/8, φ″ ≤ 8 after a step")));
            if (i + 1 < seen.Length)
                for (var n = 0; n < (int)Math.Round((seen[i + 1] - seen[i]) / step); n++) sign = kernel.Mean(sign);
        }

        MixingFigure(context, rng.Split("figure"), notebook, barriers, times, kramers);
    }

    private static int PointBelow(IReadOnlyList<double> points, double x) => (int)((x - points[0]) / (points[1] - points[0]));

    private static double Between(IReadOnlyList<double> points, double[] values, int i, double x)
    {
        var share = (x - points[i]) / (points[i + 1] - points[i]);
        return ((1 - share) * values[i]) + (share * values[i + 1]);
    }

    // The largest eigenvalue below 1 belongs to an odd function: iteration from one finds it, as −ln λ/h.
    private static double Antisymmetric(TransitionKernel kernel, double h)
    {
        double[] f = [.. kernel.Points.Select(Math.Tanh)];
        double scale = 1;
        for (var n = 0; n < 1.5 / h; n++)
        {
            f = kernel.Mean(f);
            scale = f.Max(Math.Abs);
            for (var i = 0; i < f.Length; i++) f[i] /= scale;
        }

        return -Math.Log(scale) / h;
    }

    private static void MixingFigure(ExperimentContext context, Rng rng, Notebook notebook, double[] barriers, double[] times, double[] kramers)
    {
        double[] when = Quadrature.Points(0, 200, 601);
        var path = new PathEnsemble(new OverdampedLangevin(new DoubleWell(3.5)), new EulerMaruyama()).Run(
            PathEnsemble.SameStart(1, -1),
            when,
            0.01,
            rng,
            context.Parallelism,
            context.Stop);
        notebook.Figure(
            "mixing",
            "Left: one particle in two wells with a barrier of 3.5 kT: it rattles in a well and seldom crosses. " +
            "Right: the relaxation time grows as e^(ΔU/kT); dots from the spectral gap of the Fokker–Planck operator, dashed Kramers's formula.",
            new SvgPlot([new LineSeries("", when, [.. path.Select(p => p.Values[0])]) { Width = 1 }])
            {
                Title = "Waiting and jumping",
                XLabel = "time t",
                YLabel = "position",
            },
            new SvgPlot(
            [
                new PointSeries("spectral gap", barriers, times) { Radius = 3.2, Opacity = 1 },
                new LineSeries("Kramers", barriers, kramers) { Dashed = true, Color = PlotTheme.Paper.Colors[0] },
            ])
            { Title = "Relaxation time", XLabel = "barrier ΔU/kT", YLabel = "τ", YScale = AxisScale.Log });
    }
}

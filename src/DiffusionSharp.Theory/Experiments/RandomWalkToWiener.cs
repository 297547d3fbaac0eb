using DiffusionSharp.Distances;
using DiffusionSharp.Figures;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>From the random walk to the Wiener process, and what makes its paths strange: rough, of infinite length, the same at every scale.</summary>
public sealed class RandomWalkToWiener : Experiment
{
    private const double Horizon = 2; // T; not 1, so that no power of T hides
    private static readonly int[] WalkSteps = [4, 16, 64, 256];

    /// <summary>p of Δx = Δt^p, the scaling of a walk that has a limit: the law under test.</summary>
    public double StepPower { get; init; } = 0.5;

    /// <summary>p of c^(−p) W(ct), the scaling that leaves the Wiener process as it is: the law under test.</summary>
    public double ScalePower { get; init; } = 0.5;

    /// <summary>The factor of t²/n in the variance of the quadratic variation: the formula under test.</summary>
    public double VariationFactor { get; init; } = 2;

    /// <inheritdoc/>
    public override string Name => "random-walk-to-wiener";

    /// <inheritdoc/>
    public override string Title => "From the random walk to the Wiener process";

    /// <inheritdoc/>
    public override string Claim =>
        "A walk of ever smaller and ever faster steps, with (Δx)²/Δt fixed, tends to one process: normal, with covariance min(s, t). " +
        "Its paths are rough: squared increments add up to t on every path, absolute ones to infinity, and a zoom shows the same again.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "Var X(t) = (Δx)² t/Δt,  sup |F_n − Φ| = ½ P(S_n = 0) ≈ 1/√(2πn)",
        "Cov(W(s), W(t)) = min(s, t)",
        "E Σ (ΔW)² = t,  Var Σ (ΔW)² = 2t²/n,  E Σ |ΔW| = √(2nt/π)",
        "c^(−1/2) W(ct) has the law of W(t)",
        "E|W(t+h) − W(t)| = √(2h/π)",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Bachelier 1900, \"Théorie de la spéculation\"",
        "Wiener 1923, \"Differential-space\"",
        "Lévy 1948, \"Processus stochastiques et mouvement brownien\"",
        "Donsker 1951, \"An invariance principle for certain probability limit theorems\"",
        "Mörters and Peres 2010, \"Brownian Motion\", chapter 1",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        CentralLimit(context, rng.Split("limit"), notebook);
        Covariance(context, rng.Split("covariance"), notebook);
        Variation(context, rng.Split("variation"), notebook);
        Scaling(context, rng.Split("scaling"), notebook);
    }

    private RandomWalk Walk(double dt) => new(Math.Pow(dt, StepPower), dt);

    private void CentralLimit(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var walks = context.Size(full: 300_000, quick: 40_000);
        var measured = new double[WalkSteps.Length];
        for (var i = 0; i < WalkSteps.Length; i++)
        {
            var n = WalkSteps[i];
            var (walk, stream, ends) = (Walk(1.0 / n), rng.Split(n), new double[walks]);
            Fill(context, ends, k => walk.Position(stream.Split(k), n));
            measured[i] = KolmogorovSmirnov.Test(ends, NormalLaw.Cumulative).Statistic;
            var (pmf, distance) = Lattice(n);
            notebook.Equal(
                $"distance of {walks} walks of {n} steps from the normal law against that of the lattice, ½ P(S_n = 0)",
                measured[i],
                pmf[n / 2] / 2,
                Tolerance.OfKolmogorov(walks));
            notebook.Equal(
                $"largest distance of the binomial law of {n} steps from the normal one, over all its points, against ½ P(S_n = 0)",
                distance,
                pmf[n / 2] / 2,
                Tolerance.Rounding(1, 4 * n));
            var limit = 1 / Math.Sqrt(2 * Math.PI * n);
            notebook.Equal(
                $"½ P(S_n = 0) of {n} steps against 1/√(2πn)",
                pmf[n / 2] / 2,
                limit,
                new Tolerance(limit / (4 * n), "Stirling's next term, a share of 1/(4n)"));
        }

        double[] sizes = [.. WalkSteps.Select(n => (double)n)];
        notebook.Figure(
            "limit",
            "Left: walks of finer and finer steps, √Δt long. " +
            "Right: the distance of their ends from the normal law (dots) falls as the height of the lattice's middle step, 1/√(2πn) (dashed).",
            WalksPlot(rng.Split("figure")),
            new SvgPlot(
            [
                new LineSeries("walks", sizes, measured) { Markers = true, Width = 1.2 },
                new LineSeries("1/√(2πn)", sizes, [.. sizes.Select(n => 1 / Math.Sqrt(2 * Math.PI * n))]) { Dashed = true },
                new LineSeries(
                    "exact samples, as many",
                    sizes,
                    [.. sizes.Select(_ => 0.87 / Math.Sqrt(walks))]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
            ])
            { Title = "Distance from the normal law", XLabel = "steps n", YLabel = "sup |F − Φ|", XScale = AxisScale.Log, YScale = AxisScale.Log });
    }

    private SvgPlot WalksPlot(Rng rng)
    {
        int[] counts = [16, 128, 4096];
        return new SvgPlot(
        [
            .. counts.Select(n =>
            {
                var (walk, shown) = (Walk(1.0 / n), Math.Min(n, 512));
                double[] t = [.. Enumerable.Range(0, shown + 1).Select(i => (double)i / shown)];
                return new LineSeries($"n = {n}", t, [.. t.Select(v => walk.Position(rng.Split(n), (long)Math.Round(v * n)))]) { Width = 1.2 };
            }),
        ])
        { Title = "Walks of n steps", XLabel = "time t", YLabel = "X(t)" };
    }

    // The law of S_n and its largest distance from the normal one, looked for at both sides of every step.
    private static (double[] Pmf, double Distance) Lattice(int n)
    {
        var pmf = new double[n + 1];
        pmf[n / 2] = 1;
        for (var i = 1; i <= n / 2; i++) pmf[n / 2] *= ((2 * i) - 1) / (2.0 * i);
        for (var k = (n / 2) + 1; k <= n; k++) pmf[k] = pmf[n - k] = pmf[k - 1] * (n - k + 1) / k;
        var (below, distance) = (0.0, 0.0);
        for (var k = 0; k <= n; k++)
        {
            var phi = NormalLaw.Cumulative(((2 * k) - n) / Math.Sqrt(n));
            distance = Math.Max(distance, Math.Max(Math.Abs(below - phi), Math.Abs(below + pmf[k] - phi)));
            below += pmf[k];
        }

        return (pmf, distance);
    }

    private void Covariance(ExperimentContext context, Rng rng, Notebook notebook)
    {
        const int n = 1024, times = 4;
        var walks = context.Size(full: 200_000, quick: 20_000);
        var (walk, values) = (Walk(Horizon / n), new double[walks * times]);
        var states = new double[walks];
        for (var j = 0; j < times; j++)
        {
            var (steps, column) = ((j + 1) * n / times, j);
            Fill(context, states, k => walk.Position(rng.Split(k), steps));
            for (var k = 0; k < walks; k++) values[(k * times) + column] = states[k];
        }

        var moments = SampleMoments.Of(new Tensor([walks, times], values));
        var worst = 0.0;
        for (var i = 0; i < times; i++)
            for (var j = 0; j <= i; j++)
            {
                var at = (i * times) + j;
                worst = Math.Max(worst, Math.Abs(moments.Covariance.Values[at] - (Horizon * (j + 1) / times)) / moments.CovarianceErrors.Values[at]);
            }

        var last = (times * times) - 1;
        notebook.Equal(
            FormattableString.Invariant($"variance of {walks} walks of {n} steps at t = {Horizon} against (Δx)² t/Δt"),
            new Measurement(moments.Covariance.Values[last], moments.CovarianceErrors.Values[last], walks),
            Horizon);
        notebook.Equal(
            "largest |Cov(X(s), X(t)) − min(s, t)| over ten pairs of times, in standard errors",
            worst,
            0,
            new Tolerance(Tolerance.Deviations, "chance: five standard errors"));
    }

    private void Variation(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var (paths, finest) = (context.Size(full: 4000, quick: 600), context.Size(full: 11, quick: 9));
        int[] levels = [.. Enumerable.Range(3, finest - 2)];
        double[][] squares = [.. levels.Select(_ => new double[paths])], lengths = [.. levels.Select(_ => new double[paths])];
        context.Parallelism.For((paths + 63) / 64, tile =>
        {
            context.Stop.ThrowIfCancellationRequested();
            for (var k = tile * 64; k < Math.Min(paths, (tile + 1) * 64); k++)
            {
                var w = new WienerPath(rng.Split(k), Horizon).Values(finest);
                for (var l = 0; l < levels.Length; l++)
                {
                    var stride = 1 << (finest - levels[l]);
                    for (var i = stride; i < w.Length; i += stride)
                    {
                        var increment = w[i] - w[i - stride];
                        squares[l][k] += increment * increment;
                        lengths[l][k] += Math.Abs(increment);
                    }
                }
            }
        });

        for (var l = 0; l < levels.Length; l += 2)
        {
            var n = 1 << levels[l];
            var (sum, length) = (Measurement.OfMean(squares[l]), Measurement.OfMean(lengths[l]));
            notebook.Equal($"Σ (ΔW)² over {n} increments, mean of {paths} paths, against t", sum, Horizon);

            // Cumulants of a sum of n squares of normals, in units of h: κ_j = 2^(j−1) (j − 1)! n.
            var (variance, expected) = (sum.StandardError * sum.StandardError * paths, VariationFactor * Horizon * Horizon / n);
            var chance = Tolerance.OfMeanSquare(paths - 1, expected / (2.0 * n), 2 * n, 8 * n, 48 * n, 384 * n, 3840 * n, 645120.0 * n);
            notebook.Equal($"variance of Σ (ΔW)² over {n} increments against 2t²/n", variance, expected, chance);
            notebook.Equal($"Σ |ΔW| over {n} increments against √(2nt/π), which has no bound", length, Math.Sqrt(2 * n * Horizon / Math.PI));
        }

        double[] h = [.. levels.Select(l => Horizon / (1 << l))];
        double[][] absolute = [.. levels.Select((l, i) => lengths[i].Select(v => v / (1 << l)).ToArray())];
        double[][] square = [.. levels.Select((l, i) => squares[i].Select(v => v / (1 << l)).ToArray())];
        notebook.Equal("slope of ln E|W(t+h) − W(t)| over ln h", ConvergenceOrder.OfMeans(h, absolute), 0.5);
        notebook.Equal("slope of ln E|W(t+h) − W(t)|² over ln h", ConvergenceOrder.OfMeans(h, square), 1);
        notebook.Figure(
            "roughness",
            "Left: the sum of squared increments up to t, along one path; the more increments, the straighter the line of slope 1. " +
            "Right: mean increments over a time h (dots) and √(2h/π), h (dashed): they fall more slowly than h, so no slope exists.",
            VariationPlot(rng.Split("figure"), [4, 7, 11]),
            new SvgPlot(
            [
                new LineSeries("E|ΔW|", h, [.. absolute.Select(v => v.Average())]) { Markers = true, Width = 1.2 },
                new LineSeries("E|ΔW|²", h, [.. square.Select(v => v.Average())]) { Markers = true, Width = 1.2 },
                new LineSeries("√(2h/π)", h, [.. h.Select(v => Math.Sqrt(2 * v / Math.PI))]) { Dashed = true, Color = PlotTheme.Paper.Colors[0] },
                new LineSeries("h", h, h) { Dashed = true, Color = PlotTheme.Paper.Colors[1] },
            ])
            { Title = "How far a path goes in a time h", XLabel = "h", YLabel = "mean", XScale = AxisScale.Log, YScale = AxisScale.Log });
    }

    private static SvgPlot VariationPlot(Rng rng, int[] levels)
    {
        var path = new WienerPath(rng, Horizon);
        return new SvgPlot(
        [
            .. levels.Select(level =>
            {
                var dW = path.Increments(level);
                double[] t = new double[dW.Length + 1], sum = new double[dW.Length + 1];
                for (var i = 0; i < dW.Length; i++) (t[i + 1], sum[i + 1]) = (Horizon * (i + 1) / dW.Length, sum[i] + (dW[i] * dW[i]));
                var every = Math.Max(dW.Length / 256, 1);
                return new LineSeries($"n = {dW.Length}", [.. t.Where((_, i) => i % every == 0)], [.. sum.Where((_, i) => i % every == 0)]) { Width = 1.3 };
            }),
            new LineSeries("t", [0, Horizon], [0, Horizon]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
        ])
        { Title = "Squared increments add up to time", XLabel = "time t", YLabel = "Σ (ΔW)²" };
    }

    private void Scaling(ExperimentContext context, Rng rng, Notebook notebook)
    {
        const double c = 9;
        const int level = 8, n = 1 << level;
        var paths = context.Size(full: 40_000, quick: 5000);
        var factor = Math.Pow(c, -ScalePower);
        double[] scaled = new double[paths], plain = new double[paths];

        // Two algorithms: Lévy's construction on [0, c], and a running sum on [0, 1]. The highest point is a property of the whole path.
        Fill(context, scaled, k => factor * new WienerPath(rng.Split("long").Split(k), c).Values(level).Max());
        Fill(context, plain, k =>
        {
            var z = new double[n];
            rng.Split("short").Split(k).FillNormal(z);
            var (w, top) = (0.0, 0.0);
            foreach (var v in z) top = Math.Max(top, w += v / Math.Sqrt(n));
            return top;
        });
        var test = KolmogorovSmirnov.Test(scaled, plain);
        notebook.Equal(
            FormattableString.Invariant($"distance between the laws of the highest point of c^(−1/2) W(ct) and of W(t), t ≤ 1, c = {c}, {paths} paths of each"),
            test.Statistic,
            0,
            Tolerance.OfKolmogorov(test.EffectiveCount));

        var w = new WienerPath(rng.Split("figure")).Values(17);
        notebook.Figure(
            "zoom",
            "One path, and its beginning enlarged 16 and 256 times in time, 4 and 16 times in height. " +
            "Without the numbers at the axes no one could tell which is which.",
            [.. Enumerable.Range(0, 3).Select(i => 4 * i).Select(zoom =>
            {
                // 513 points of the first 2^−zoom of the path.
                var stride = (1 << 17) >> zoom >> 9;
                double[] t = [.. Enumerable.Range(0, 513).Select(j => (double)j * stride / (1 << 17))];
                return new SvgPlot(
                [
                    new LineSeries("", t, [.. Enumerable.Range(0, 513).Select(j => w[j * stride])]) { Width = 1.2, Color = PlotTheme.Paper.Colors[zoom / 4] },
                ])
                { Title = zoom == 0 ? "W on [0, 1]" : $"W on [0, 1/{1 << zoom}]", XLabel = "time t", YLabel = "W(t)", Width = 420, Height = 320 };
            })]);
    }

    // Many values, each from its own number alone, in tiles.
    private static void Fill(ExperimentContext context, double[] values, Func<int, double> value)
    {
        const int tile = 512;
        context.Parallelism.For((values.Length + tile - 1) / tile, i =>
        {
            context.Stop.ThrowIfCancellationRequested();
            for (var k = i * tile; k < Math.Min(values.Length, (i + 1) * tile); k++) values[k] = value(k);
        });
    }
}

using DiffusionSharp.Figures;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>The two integrals of W dW, Itô's formula, and the orders of the schemes that follow from it.</summary>
/// <remarks>
/// Longer than most: three claims that one path of thought joins. Errors in the mean square are known in closed form here, because the test
/// equations are linear: both sides of every order are computed.
/// </remarks>
public sealed class ItoAndStratonovich : Experiment
{
    private const double Horizon = 2; // T of the integrals
    private const double Mu = 0.5, Sigma = 0.4; // geometric Brownian motion on [0, 1] from 1
    private const double Theta = 1.5, Noise = 0.7; // Ornstein–Uhlenbeck on [0, 1] from 1
    private const int Coarsest = 3;

    private static readonly (double Z, double Weight)[] Hermite = [(0, 2.0 / 3), (Math.Sqrt(3), 1.0 / 6), (-Math.Sqrt(3), 1.0 / 6)];

    /// <summary>Where in each interval the second integral looks, 0 left to 1 right: the definition under test.</summary>
    public double Point { get; init; } = 0.5;

    /// <summary>The factor of φ″ dt in Itô's formula: the term under test.</summary>
    public double ItoTerm { get; init; } = 0.5;

    /// <summary>The scheme of strong order 1: the step under test.</summary>
    public ItoIntegrator StrongScheme { get; init; } = new Milstein();

    /// <inheritdoc/>
    public override string Name => "ito-and-stratonovich";

    /// <inheritdoc/>
    public override string Title => "Itô and Stratonovich";

    /// <inheritdoc/>
    public override string Claim =>
        "∫ W dW depends on where in each small interval W is read: (W² − t)/2 at the left end, W²/2 in the middle. From (dW)² = dt come Itô's formula " +
        "and the orders of schemes: Euler–Maruyama ½ on the path and 1 in law, Milstein 1 and 1, and both 1 where the noise is additive.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "Σ W(t_i) ΔW_i → (W² − t)/2,  rms error t/√(2n)",
        "Σ W(t_i + h/2) ΔW_i → W²/2,  rms error t/(2√n)",
        "dφ(W) = φ′ dW + ½ φ″ dt",
        "E|X_h − X|² = e^((2μ+σ²)T) − 2 (e^(μh) (1 + μh + σ²h [+ σ⁴h²/2]))ⁿ + ((1 + μh)² + σ²h [+ σ⁴h²/2])ⁿ",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Itô 1951, \"On a formula concerning stochastic differentials\"",
        "Stratonovich 1966, \"A new representation for stochastic integrals and equations\"",
        "Maruyama 1955, \"Continuous Markov processes and stochastic equations\"",
        "Milstein 1974, \"Approximate integration of stochastic differential equations\"",
        "Kloeden and Platen 1992, \"Numerical Solution of Stochastic Differential Equations\", chapters 9, 10, 14",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        Integrals(context, rng.Split("integrals"), notebook);
        StrongOrders(context, rng.Split("strong"), notebook);
        WeakOrders(notebook);
    }

    private void Integrals(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var (paths, finest) = (context.Size(full: 4000, quick: 800), context.Size(full: 10, quick: 8));
        int[] levels = [.. Enumerable.Range(Coarsest, finest - Coarsest + 1)];
        double[][] left = Table(), middle = Table(), formula = Table();
        double[] difference = new double[paths], telescope = new double[paths];
        Tiles(context, paths, k =>
        {
            var path = new WienerPath(rng.Split(k), Horizon).Values(finest + 1);
            var end = path[^1];
            for (var l = 0; l < levels.Length; l++)
            {
                var stride = 1 << (finest + 1 - levels[l]);
                double h = Horizon / (1 << levels[l]), atLeft = 0, atPoint = 0, atEnds = 0, ito = 0;
                for (var i = 0; i + stride < path.Length; i += stride)
                {
                    var (w, dW) = (path[i], path[i + stride] - path[i]);
                    atLeft += w * dW;
                    atPoint += path[i + (int)Math.Round(Point * stride)] * dW;
                    atEnds += (w + path[i + stride]) / 2 * dW;
                    ito += (Math.Cos(w) * dW) - (ItoTerm * Math.Sin(w) * h);
                }

                left[l][k] = Square(atLeft - (((end * end) - Horizon) / 2));
                middle[l][k] = Square(atPoint - (end * end / 2));
                formula[l][k] = Square(Math.Sin(end) - ito);
                if (l == levels.Length - 1) (difference[k], telescope[k]) = (atPoint - atLeft, Math.Abs(atEnds - (end * end / 2)));
            }
        });

        double[] h = [.. levels.Select(l => Horizon / (1 << l))];
        double[] rmsLeft = Root(left), rmsMiddle = Root(middle), rmsFormula = Root(formula);
        for (var l = 0; l < levels.Length; l += 2)
        {
            // Cumulants of Σ(ΔW)², in units of h: κ_j = 2^(j−1) (j − 1)! n; of Σ ΔW·bridge, from ln E e^(szz′) = −½ ln(1 − s²): n, 6n, 120n, 5040n.
            var n = 1 << levels[l];
            Check(
                $"rms error of left sums of {n} terms against t/√(2n)",
                rmsLeft[l],
                Horizon / Math.Sqrt(2.0 * n),
                scale => Tolerance.OfMeanSquare(paths, scale / (2 * n), 2 * n, 8 * n, 48 * n, 384 * n, 3840 * n, 645120.0 * n));
            Check(
                $"rms error of middle sums of {n} terms against t/(2√n)",
                rmsMiddle[l],
                Horizon / (2 * Math.Sqrt(n)),
                scale => Tolerance.OfMeanSquare(paths, scale / n, n, 0, 6 * n, 0, 120 * n, 5040 * n));
        }

        // Given W, the remainder is nearly normal with variance (h/2) Q, Q = ∫ sin² W dt: excess kurtosis 3 Var Q/(E Q)², and 12/n of n squares.
        var last = levels.Length - 1;
        var (remainder, steps) = (FormulaError(h[last], 1 << levels[last]), 1 << levels[last]);
        var kurtosis = (3 * VarianceOfSineSquares / Square(MeanOfSineSquares)) + (12.0 / steps);
        Check(
            $"rms remainder of Itô's formula for sin W, {steps} steps, against its closed form",
            rmsFormula[last],
            Math.Sqrt(remainder),
            scale => Tolerance.OfMeanSquare(paths, scale, 1, 0, kurtosis));
        var leading = h[last] / 2 * MeanOfSineSquares;
        notebook.Equal(
            $"mean square of the remainder in {steps} steps: closed form over (h/2) ∫ E sin² W dt",
            remainder / leading,
            1,
            new Tolerance(2 * h[last], "next term of the expansion in h, a factor below 2"));
        notebook.Equal("mean of the middle sum less the left sum against t/2", Measurement.OfMean(difference), Horizon / 2);
        notebook.Equal("trapezoids telescope: largest |Σ ½(W_i + W_{i+1}) ΔW_i − W²/2|", telescope.Max(), 0, Tolerance.Rounding(50, 4 << finest));
        IntegralFigures(rng.Split("figure"), notebook, h, rmsLeft, rmsMiddle, rmsFormula);

        double[][] Table() => [.. levels.Select(_ => new double[paths])];
        static double[] Root(double[][] squares) => [.. squares.Select(s => Math.Sqrt(s.Average()))];

        // A root mean square is off by half the share by which the mean square is.
        void Check(string what, double measured, double expected, Func<double, Tolerance> chance) =>
            notebook.Equal(what, measured, expected, chance(expected / 2));
    }

    // E and Var of Q = ∫ sin² W dt = ½ ∫ (1 − cos 2W) dt, from E cos 2W_s cos 2W_t = ½ e^(−2(t−s)) (1 + e^(−8s)), s < t.
    private static double MeanOfSineSquares => (Horizon - ((1 - Math.Exp(-2 * Horizon)) / 2)) / 2;

    private static double VarianceOfSineSquares
    {
        get
        {
            var last = Math.Exp(-2 * Horizon) * (1 - Math.Exp(-6 * Horizon)) / 12;
            var products = (Horizon / 2) - ((1 - Math.Exp(-2 * Horizon)) / 4) + ((1 - Math.Exp(-8 * Horizon)) / 16) - last;
            return (products - Square((1 - Math.Exp(-2 * Horizon)) / 2)) / 4;
        }
    }

    // E(Σ D_i)², D_i = sin W_i (cos Δ − 1 + h/2) + cos W_i (sin Δ − Δ) what Itô's formula misses in step i, without an expansion:
    // E cos Δ = ρ = e^(−h/2), E Δ sin Δ = hρ, E[D_j | W_j] = (ρ − 1 + h/2) sin W_j, and sin W decays by ρ a step.
    private static double FormulaError(double h, int steps)
    {
        var (rho, cosine, sine) = (Math.Exp(-h / 2), (1 + Math.Exp(-2 * h)) / 2, (1 - Math.Exp(-2 * h)) / 2);
        double shift = (h / 2) - 1, sum = 0;
        for (var i = 0; i < steps; i++)
        {
            var inSine = (1 - Math.Exp(-2 * i * h)) / 2;
            var own = (inSine * (cosine + (2 * shift * rho) + (shift * shift))) + ((1 - inSine) * (sine - (2 * h * rho) + h));
            var next = (inSine * (cosine + (shift * rho))) + ((1 - inSine) * (sine - (h * rho)));
            sum += own + (2 * (rho + shift) * next * (1 - Math.Pow(rho, steps - 1 - i)) / (1 - rho));
        }

        return sum;
    }

    private static void IntegralFigures(Rng rng, Notebook notebook, double[] h, double[] left, double[] middle, double[] formula)
    {
        const int level = 8;
        var w = new WienerPath(rng, Horizon).Values(level + 1);
        var count = 1 << level;
        double[] t = new double[count + 1], value = new double[count + 1], itoSum = new double[count + 1], middleSum = new double[count + 1];
        for (var i = 0; i < count; i++)
        {
            var dW = w[(2 * i) + 2] - w[2 * i];
            t[i + 1] = Horizon * (i + 1) / count;
            value[i + 1] = w[(2 * i) + 2];
            itoSum[i + 1] = itoSum[i] + (w[2 * i] * dW);
            middleSum[i + 1] = middleSum[i] + (w[(2 * i) + 1] * dW);
        }

        var colors = PlotTheme.Paper.Colors;
        notebook.Figure(
            "integrals",
            "Left: on one path, sums that read W at the left ends and in the middles (solid), and the limits (W² − t)/2 and W²/2 (dashed): " +
            "they part as t/2. Right: how the sums, and Itô's formula for sin W, come to their limits: as √h.",
            new SvgPlot(
            [
                new LineSeries("left sums", t, itoSum) { Color = colors[0], Width = 1.3 },
                new LineSeries("middle sums", t, middleSum) { Color = colors[1], Width = 1.3 },
                new LineSeries("(W² − t)/2", t, [.. value.Zip(t, (a, b) => ((a * a) - b) / 2)]) { Color = colors[6], Dashed = true, Width = 1.3 },
                new LineSeries("W²/2", t, [.. value.Select(a => a * a / 2)]) { Color = colors[4], Dashed = true, Width = 1.3 },
            ])
            { Title = "∫ W dW, twice", XLabel = "time t", YLabel = "integral up to t" },
            new SvgPlot(
            [
                new LineSeries("left sums", h, left) { Markers = true, Width = 1.2, Color = colors[0] },
                new LineSeries("middle sums", h, middle) { Markers = true, Width = 1.2, Color = colors[1] },
                new LineSeries("Itô's formula", h, formula) { Markers = true, Width = 1.2, Color = colors[2] },
                new LineSeries("√(Th/2), √(Th)/2", h, [.. h.Select(v => Math.Sqrt(Horizon * v / 2))]) { Dashed = true, Color = colors[0] },
                new LineSeries("", h, [.. h.Select(v => Math.Sqrt(Horizon * v) / 2)]) { Dashed = true, Color = colors[1] },
            ])
            { Title = "Convergence", XLabel = "interval h", YLabel = "rms error", XScale = AxisScale.Log, YScale = AxisScale.Log });
    }

    private void StrongOrders(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var (paths, finest) = (context.Size(full: 5000, quick: 2000), context.Size(full: 9, quick: 7));
        var (gbm, ou) = (new GeometricBrownianMotion(Mu, Sigma), new OrnsteinUhlenbeck(Theta, Noise));
        ItoIntegrator[] schemes = [new EulerMaruyama(), StrongScheme, new EulerMaruyama(), StrongScheme, new StratonovichHeun()];
        int[] levels = [.. Enumerable.Range(Coarsest, finest - Coarsest + 1)];
        double[][][] errors = [.. schemes.Select(_ => levels.Select(_ => new double[paths]).ToArray())];
        Tiles(context, paths, k =>
        {
            var path = new WienerPath(rng.Split(k));
            var dW = path.Increments(finest);
            var (end, fine, x) = (dW.Sum(), 1.0 / dW.Length, 1.0);
            var completing = rng.Split(k).Split("between");
            for (var i = 0; i < dW.Length; i++) x = ou.AlongPath(x, fine, dW[i], completing.Normal((ulong)i));
            double[] exact = [gbm.Solution(1, 1, end), gbm.Solution(1, 1, end), x, x, gbm.Solution(1, 1, end, Calculus.Stratonovich)];
            for (var l = levels.Length - 1; l >= 0; l--)
            {
                for (var s = 0; s < schemes.Length; s++)
                    errors[s][l][k] = Square(schemes[s].Follow(s is 2 or 3 ? ou : gbm, [1], 0, 1.0 / dW.Length, dW)[^1] - exact[s]);

                // The increments of the next coarser level are sums of pairs of these.
                double[] pairs = new double[dW.Length / 2];
                for (var i = 0; i < pairs.Length; i++) pairs[i] = dW[2 * i] + dW[(2 * i) + 1];
                dW = pairs;
            }
        });

        double[] h = [.. levels.Select(l => 1.0 / (1 << l))];
        double[][] known =
        [
            [.. h.Select(v => GbmError(v, doubleIntegral: false))],
            [.. h.Select(v => GbmError(v, doubleIntegral: true))],
            [.. h.Select(OuError)],
        ];
        string[] names = ["Euler–Maruyama on geometric Brownian motion", "Milstein on geometric Brownian motion", "Euler–Maruyama on Ornstein–Uhlenbeck"];
        double[] orders = [0.5, 1, 1];

        // Half the slope of squared errors over three steps is that between the outer two. A mean square C h^(2p) (1 + ch + …) moves it by
        // ½ · c (4h − h)/ln 4 = 1.1 ch. Schemes of order 1 with coefficients of at most 1.5 have |c| < 4. Euler–Maruyama misses the double
        // integral and what Milstein's scheme misses too, so there ch is the ratio of their mean squares; half of it again for what follows.
        var few = new Tolerance(1.1 * 4 * h[^1], "next term of the mean square, a share of 4h");
        var withoutIntegral = new Tolerance(
            1.1 * 1.5 * known[1][^1] / known[0][^1],
            "next term of the mean square, a share of Milstein's mean square over Euler–Maruyama's");
        for (var s = 0; s < names.Length; s++)
        {
            for (var l = 0; l < levels.Length; l += 2)
                notebook.Equal(
                    $"E|X_h − X|² of {names[s]}, h = 1/{1 << levels[l]}, against its closed form",
                    errors[s][l].Average(),
                    known[s][l],
                    Tolerance.OfSample(errors[s][l]));
            Slope(names[s], errors[s], orders[s], s == 0 ? withoutIntegral : few);
        }

        var same = levels.Select((_, l) => errors[2][l].Zip(errors[3][l], (a, b) => Math.Abs(a - b)).Max()).Max();
        notebook.Equal("where noise is additive, Milstein's scheme is Euler's: largest difference of squared errors", same, 0, Tolerance.None);

        Slope("Heun's scheme on geometric Brownian motion read as Stratonovich", errors[4], 1, few);
        StrongFigures(rng.Split("figure"), notebook, h, errors, known);

        void Slope(string what, double[][] squares, double order, Tolerance next)
        {
            var slope = ConvergenceOrder.OfMeans(h[^3..], squares[^3..]).Scaled(0.5);
            notebook.Equal($"strong order of {what}, from the three finest steps", slope.Value, order, next.Plus(Tolerance.Chance(slope.StandardError)));
        }
    }

    // E|X_h(1) − X(1)|², a product over steps of the means of X², X_h X and X_h²; Milstein's double integral adds σ⁴h²/2 to the last two.
    private static double GbmError(double h, bool doubleIntegral)
    {
        var (n, more) = (1 / h, doubleIntegral ? Math.Pow(Sigma, 4) * h * h / 2 : 0);
        var cross = Math.Exp(Mu * h) * (1 + (Mu * h) + (Sigma * Sigma * h) + more);
        return Math.Exp((2 * Mu) + (Sigma * Sigma)) - (2 * Math.Pow(cross, n)) + Math.Pow(Square(1 + (Mu * h)) + (Sigma * Sigma * h) + more, n);
    }

    // The error is normal: X − X_h = x₀ (e^(−θ) − aⁿ) + σ Σ_m ∫ (e^(−θ(mh + s)) − a^m) dW, a = 1 − θh.
    private static double OuError(double h)
    {
        var (a, n) = (1 - (Theta * h), (int)Math.Round(1 / h));
        var sum = Square(Math.Exp(-Theta) - Math.Pow(a, n));
        for (var m = 0; m < n; m++)
        {
            var decay = Math.Exp(-Theta * m * h);
            var power = Math.Pow(a, m);
            var exact = decay * decay * (1 - Math.Exp(-2 * Theta * h)) / (2 * Theta);
            var both = 2 * power * decay * (1 - Math.Exp(-Theta * h)) / Theta;
            sum += Noise * Noise * (exact - both + (power * power * h));
        }

        return sum;
    }

    private void StrongFigures(Rng rng, Notebook notebook, double[] h, double[][][] errors, double[][] known)
    {
        var colors = PlotTheme.Paper.Colors;
        string[] names = ["Euler–Maruyama, GBM", "Milstein, GBM", "Euler–Maruyama, OU"];
        var plot = new SvgPlot(
        [
            .. names.Select((name, s) => (PlotSeries)new PointSeries(
                name,
                h,
                [.. errors[s].Select(e => Math.Sqrt(e.Average()))]) { Radius = 3.2, Opacity = 1, Color = colors[s] }),
            new LineSeries("Heun, Stratonovich", h, [.. errors[4].Select(e => Math.Sqrt(e.Average()))]) { Markers = true, Width = 1, Color = colors[3] },
            .. known.Select((k, s) => new LineSeries(s == 0 ? "closed forms" : "", h, [.. k.Select(Math.Sqrt)]) { Dashed = true, Color = colors[s] }),
        ])
        { Title = "Errors on the path", XLabel = "step h", YLabel = "rms error at T = 1", XScale = AxisScale.Log, YScale = AxisScale.Log };

        var process = new GeometricBrownianMotion(Mu, 1);
        var path = new WienerPath(rng);
        double[] fine = path.Values(9), coarse = path.Increments(4);
        double[] time = [.. Enumerable.Range(0, fine.Length).Select(i => i / (fine.Length - 1.0))], steps = [.. Enumerable.Range(0, 17).Select(i => i / 16.0)];
        notebook.Figure(
            "strong",
            "Left: geometric Brownian motion with strong noise (σ = 1) on one Wiener path, " +
            "and two schemes that see only 16 increments of it. " +
            "Right: root mean square errors of schemes on the same paths (dots) and their closed forms (dashed): " +
            "order ½ for Euler–Maruyama with multiplicative noise, 1 for the others.",
            new SvgPlot(
            [
                new LineSeries("exact", time, [.. time.Zip(fine, (t, w) => process.Solution(1, t, w))]) { Color = colors[6], Width = 1 },
                new LineSeries(
                    "Euler–Maruyama",
                    steps,
                    new EulerMaruyama().Follow(process, [1], 0, 1.0 / 16, coarse)) { Markers = true, Width = 1.2, Color = colors[0] },
                new LineSeries("Milstein", steps, StrongScheme.Follow(process, [1], 0, 1.0 / 16, coarse)) { Markers = true, Width = 1.2, Color = colors[1] },
            ])
            { Title = "One path, 16 steps", XLabel = "time t", YLabel = "X(t)" },
            plot);
    }

    // On a linear equation a step multiplies moments, and three-point quadrature gives by how much exactly: the weak error without sampling.
    private void WeakOrders(Notebook notebook)
    {
        var process = new GeometricBrownianMotion(Mu, Sigma);
        double[] h = [.. Enumerable.Range(Coarsest, 6).Select(l => 1.0 / (1 << l))];
        (string Name, ItoIntegrator Scheme)[] schemes =
        [
            ("Euler–Maruyama", new EulerMaruyama()),
            ("Milstein", StrongScheme),
            ("Platen's weak scheme", new PlatenWeak()),
        ];
        var series = new List<PlotSeries>();
        foreach (var (name, scheme) in schemes)
        {
            double[] errors =
            [
                .. h.Select(v => Math.Abs(
                    Math.Pow(
                        Hermite.Sum(n => n.Weight * Square(scheme.Follow(process, [1], 0, v, [Math.Sqrt(v) * n.Z])[^1])),
                        1 / v) - process.Moment(1, 1, 2))),
            ];
            notebook.Equal(
                $"weak order of {name} on E X(1)², from the two finest steps",
                Math.Log2(errors[^2] / errors[^1]),
                scheme.WeakOrder,
                new Tolerance(4 * h[^1], "next term of the error, a share of 4h"));
            series.Add(new LineSeries(name, h, errors) { Markers = true, Width = 1.2 });
        }

        // Additive noise: a step is x′ = a x + b z, and from 0 the variance goes by v′ = a² v + b². Its next term is a share of θh.
        var decaying = new OrnsteinUhlenbeck(Theta, Noise);
        foreach (var (name, scheme) in schemes)
        {
            double[] errors = [.. h[^2..].Select(v => Math.Abs(Variance(scheme, v) - decaying.Covariance(1, 1)))];
            notebook.Equal(
                $"weak order of {name} on the variance of Ornstein–Uhlenbeck, from the two finest steps",
                Math.Log2(errors[^2] / errors[^1]),
                scheme.WeakOrder,
                new Tolerance(4 * Theta * h[^1], "next term of the error, a share of 4θh"));
        }

        double Variance(ItoIntegrator scheme, double step)
        {
            var (a, b, variance) = (scheme.Follow(decaying, [1], 0, step, [0])[^1], scheme.Follow(decaying, [0], 0, step, [Math.Sqrt(step)])[^1], 0.0);
            for (var n = 0; n < (int)Math.Round(1 / step); n++) variance = (a * a * variance) + (b * b);
            return variance;
        }

        notebook.Figure(
            "weak",
            "Errors of the second moment, computed without sampling. In law Milstein's scheme is no better than Euler–Maruyama; schemes made for the law are.",
            new SvgPlot(
            [
                .. series,
                new LineSeries("h, h²", h, h) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
                new LineSeries("", h, [.. h.Select(v => v * v)]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
            ])
            { Title = "Errors in law", XLabel = "step h", YLabel = "|E X_h² − E X²|", XScale = AxisScale.Log, YScale = AxisScale.Log });
    }

    private static void Tiles(ExperimentContext context, int count, Action<int> body)
    {
        const int tile = 64;
        context.Parallelism.For((count + tile - 1) / tile, i =>
        {
            context.Stop.ThrowIfCancellationRequested();
            for (var k = i * tile; k < Math.Min(count, (i + 1) * tile); k++) body(k);
        });
    }
}

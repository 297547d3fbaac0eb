using DiffusionSharp.Figures;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using MathNet.Numerics.Distributions;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>Two estimators of the gradient of an expectation: through the sample, and through the density.</summary>
/// <remarks>Both have the right mean; their variances differ by factors that grow with the dimension or with the wiggles of f.</remarks>
public sealed class Reparameterization : Experiment
{
    private const double Mu = 0.6, Sigma = 0.8;
    private const int Intervals = 4000;
    private const double Far = 14; // standard deviations; the integrands are below 1e-30 there

    /// <summary>∂ ln N(x; μ, σ²)/∂μ at x = μ + σε, from ε and σ: a formula under test.</summary>
    public Func<double, double, double> ScoreOfMean { get; init; } = (eps, sigma) => eps / sigma;

    /// <summary>∂ ln N(x; μ, σ²)/∂σ at x = μ + σε, from ε and σ: a formula under test.</summary>
    public Func<double, double, double> ScoreOfDeviation { get; init; } = (eps, sigma) => ((eps * eps) - 1) / sigma;

    /// <summary>∂(μ + σε)/∂σ from ε: a formula under test.</summary>
    public Func<double, double> PathOfDeviation { get; init; } = eps => eps;

    /// <summary>The power of d + 4 in the variance of the score-function estimator with a baseline: the law under test.</summary>
    public double GrowthWithBaseline { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => "reparameterization";

    /// <inheritdoc/>
    public override string Title => "The reparameterization trick";

    /// <inheritdoc/>
    public override string Claim =>
        "The gradient of E[f(μ + σε)] can be taken through the sample, or through the density of the sample. Both estimates have the same mean. " +
        "Their variances differ: through the density it grows as the square of the dimension for f = |x|², as the dimension with a baseline, " +
        "and not at all through the sample.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "∂/∂μ E[f(x)] = E[f′(x)] = E[f(x) ε/σ]       x = μ + σε",
        "∂/∂σ E[f(x)] = E[f′(x) ε] = E[f(x) (ε² − 1)/σ]",
        "f = |x|², μ = 0, one component: variances 4σ², σ²(d + 2)(d + 4), and with the baseline E[f] 2σ²(d + 4)",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Williams 1992, \"Simple statistical gradient-following algorithms for connectionist reinforcement learning\"",
        "Kingma and Welling 2014, arXiv:1312.6114, section 2.4",
        "Mohamed et al. 2020, arXiv:1906.10652, sections 4 and 5",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        OnTheLine(context, rng.Split("line"), notebook);
        Jump(context, rng.Split("jump"), notebook);
        Frequency(context, rng.Split("frequency"), notebook);
        Dimension(context, rng.Split("dimension"), notebook);
    }

    private static double Expectation(Func<double, double> g) =>
        Quadrature.Integrate(e => Math.Exp(-e * e / 2) / Math.Sqrt(2 * Math.PI) * g(e), -Far, Far, Intervals);

    // The variance of a sample against that of the integrand, with the error that its exact moments give.
    private static void Variance(Notebook notebook, string what, double[] values, Func<double, double> g)
    {
        var mean = Expectation(g);
        var variance = Expectation(e => Square(g(e) - mean));
        var fourth = Expectation(e => Square(Square(g(e) - mean)));
        var spread = Math.Sqrt(fourth - (variance * variance));
        var skewness = Expectation(e => Math.Pow((Square(g(e) - mean) - variance) / spread, 3)) / Math.Sqrt(values.Length);
        var kurtosis = (Expectation(e => Square(Square((Square(g(e) - mean) - variance) / spread))) - 3) / values.Length;

        // Where a few draws decide, no bound of chance is at hand: the integrands of degree 4 at the quick size.
        if (!(Math.Abs(skewness) <= 0.5 && kurtosis <= 0.5)) return;
        var sampled = values.Average();
        var measured = values.Sum(v => Square(v - sampled)) / (values.Length - 1);
        notebook.Equal(
            $"{what}: variance of {values.Length} draws against quadrature",
            measured,
            variance,
            Tolerance.OfSkewed(spread / Math.Sqrt(values.Length), skewness, kurtosis));
    }

    // The mean of a sample against a number, with the error that the integrand's exact moments give.
    private static void Mean(Notebook notebook, string what, double[] values, Func<double, double> g, double exact)
    {
        var mean = Expectation(g);
        var deviation = Math.Sqrt(Expectation(e => Square(g(e) - mean)));
        var skewness = Expectation(e => Math.Pow((g(e) - mean) / deviation, 3)) / Math.Sqrt(values.Length);
        var kurtosis = (Expectation(e => Square(Square((g(e) - mean) / deviation))) - 3) / values.Length;
        notebook.Equal(what, values.Average(), exact, Tolerance.OfSkewed(deviation / Math.Sqrt(values.Length), skewness, kurtosis));
    }

    // E S^p of S chi-squared with d degrees of freedom: d (d + 2) … (d + 2p − 2).
    private static double ChiSquared(int d, int p) => Enumerable.Range(0, p).Aggregate(1.0, (product, k) => product * (d + (2 * k)));

    // A mean of n values c S^p (S − b)^q, from the moments of S.
    private static Tolerance OfPolynomial(int d, int p, double b, int q, double scale, int draws)
    {
        double Raw(int k)
        {
            var (sum, binomial) = (0.0, 1.0);
            for (var j = 0; j <= q * k; j++)
            {
                sum += binomial * ChiSquared(d, (p * k) + (q * k) - j) * Math.Pow(-b, j);
                binomial *= ((q * k) - j) / (j + 1.0);
            }

            return sum;
        }

        var (first, second, third, fourth) = (Raw(1), Raw(2), Raw(3), Raw(4));
        var variance = second - (first * first);
        var skewness = (third - (3 * second * first) + (2 * first * first * first)) / Math.Pow(variance, 1.5);
        var kurtosis = ((fourth - (4 * third * first) + (6 * second * first * first) - (3 * Square(Square(first)))) / Square(variance)) - 3;
        return Tolerance.OfSkewed(scale * Math.Sqrt(variance / draws), skewness / Math.Sqrt(draws), kurtosis / draws);
    }

    private static double[] Draws(Rng rng, int count, Func<double, double> g)
    {
        var eps = new double[count];
        rng.FillNormal(eps);
        return [.. eps.Select(g)];
    }

    private void OnTheLine(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var draws = context.Size(full: 1_000_000, quick: 60_000);

        // E f in closed form, differentiated by hand: x² → μ² + σ²; sin 3x → sin 3μ e^(−9σ²/2); e^(x/2) → e^(μ/2 + σ²/8).
        var (wave, exp) = (Math.Exp(-4.5 * Sigma * Sigma), Math.Exp((Mu / 2) + (Sigma * Sigma / 8)));
        (string Name, Func<double, double> F, Func<double, double> Slope, double OfMean, double OfDeviation)[] functions =
        [
            ("x²", x => x * x, x => 2 * x, 2 * Mu, 2 * Sigma),
            ("sin 3x", x => Math.Sin(3 * x), x => 3 * Math.Cos(3 * x), 3 * Math.Cos(3 * Mu) * wave, -9 * Sigma * Math.Sin(3 * Mu) * wave),
            ("e^(x/2)", x => Math.Exp(x / 2), x => Math.Exp(x / 2) / 2, exp / 2, Sigma / 4 * exp),
        ];
        foreach (var (name, f, slope, ofMean, ofDeviation) in functions)
        {
            double X(double eps) => Mu + (Sigma * eps);
            (string What, Func<double, double> G, double Exact)[] estimators =
            [
                ("∂μ through the sample", e => slope(X(e)), ofMean),
                ("∂μ through the density", e => f(X(e)) * ScoreOfMean(e, Sigma), ofMean),
                ("∂σ through the sample", e => slope(X(e)) * PathOfDeviation(e), ofDeviation),
                ("∂σ through the density", e => f(X(e)) * ScoreOfDeviation(e, Sigma), ofDeviation),
            ];
            foreach (var (what, g, exact) in estimators)
            {
                // The integrand is at most about 20 where the density is not negligible, and one term is added per point.
                notebook.Equal(
                    $"f = {name}, {what}: mean by quadrature against the derivative of E[f]",
                    Expectation(g),
                    exact,
                    Tolerance.Rounding(20, Intervals));
                var values = Draws(rng.Split(name).Split(what), draws, g);
                Mean(notebook, $"f = {name}, {what}: mean of {draws} draws", values, g, exact);
                Variance(notebook, $"f = {name}, {what}", values, g);
            }
        }

        // One stream of noise, two running means.
        const int shown = 2000;
        var eps = new double[shown];
        rng.Split("shown").FillNormal(eps);
        double[] axis = [.. Enumerable.Range(0, shown / 4).Select(i => (4.0 * i) + 4)];
        double[] Running(Func<double, double> g)
        {
            var (sum, means) = (0.0, new double[shown]);
            for (var k = 0; k < shown; k++)
            {
                sum += g(eps[k]);
                means[k] = sum / (k + 1);
            }

            return [.. axis.Select(m => means[(int)m - 1])];
        }

        Func<double, double> path = e => 2 * (Mu + (Sigma * e)), density = e => Square(Mu + (Sigma * e)) * ScoreOfMean(e, Sigma);
        double[] Bound(Func<double, double> g, double sign)
        {
            var deviation = Math.Sqrt(Expectation(e => Square(g(e) - (2 * Mu))));
            return [.. axis.Select(m => (2 * Mu) + (sign * 2 * deviation / Math.Sqrt(m)))];
        }

        notebook.Figure(
            "running",
            "f = x²: the running mean of each estimator of ∂μ E[f] on the same noise, and two standard deviations of it by quadrature (bands). Both reach 2μ.",
            new SvgPlot(
            [
                new BandSeries("", axis, Bound(density, 1), Bound(density, -1)) { Color = PlotTheme.Paper.Colors[1], Opacity = 0.13 },
                new BandSeries("", axis, Bound(path, 1), Bound(path, -1)) { Color = PlotTheme.Paper.Colors[0], Opacity = 0.25 },
                new LineSeries("through the density", axis, Running(density)) { Color = PlotTheme.Paper.Colors[1] },
                new LineSeries("through the sample", axis, Running(path)) { Color = PlotTheme.Paper.Colors[0] },
                new LineSeries("2μ", [axis[0], axis[^1]], [2 * Mu, 2 * Mu]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
            ])
            { Title = "One gradient, two estimates", XLabel = "draws", YLabel = "running mean of ∂μ E[x²]", YRange = (0.7, 1.7) });
    }

    // f = 1 where x > 0: f′ is 0 almost everywhere, and the gradient through the sample is wrong.
    private void Jump(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var draws = context.Size(full: 1_000_000, quick: 60_000);
        var exact = new Normal(0, Sigma).Density(Mu);
        var values = Draws(rng, draws, e => Mu + (Sigma * e) > 0 ? ScoreOfMean(e, Sigma) : 0);
        notebook.Equal("f a step: ∂μ through the density, mean of draws against N(0; μ, σ²)", Measurement.OfMean(values), exact);

        // A step has no slope; one that rises over a width w has. Its samples tell the right gradient only where some of them fall into w.
        foreach (var width in new[] { 0.1, 1e-9 })
        {
            var slopes = Draws(rng.Split("slope"), draws, e => Math.Abs(Mu + (Sigma * e)) < width / 2 ? 1 / width : 0);
            var what = FormattableString.Invariant($"f a step that rises over {width:G3}: ∂μ through the sample, mean of {draws} draws");
            if (draws * width * exact < 1)
            {
                notebook.Report($"{what}, which misses the jump", slopes.Average());
                continue;
            }

            var law = new Normal(Mu, Sigma);
            var share = law.CumulativeDistribution(width / 2) - law.CumulativeDistribution(-width / 2);
            var (skewness, spread) = ((1 - (2 * share)) / Math.Sqrt(share * (1 - share) * draws), Math.Sqrt(share * (1 - share) / draws) / width);

            // The rise sees the density's mean over w: it differs from the middle by w²/24 p″, |p″| ≤ p(0) (μ²/σ² + 1)/σ².
            var smear = new Tolerance(width * width / 24 * exact * ((Mu * Mu / (Sigma * Sigma)) + 1) / (Sigma * Sigma), "the width of the rise, w² p″/24");
            notebook.Equal(
                $"{what}, against N(0; μ, σ²)",
                slopes.Average(),
                exact,
                Tolerance.OfSkewed(spread, skewness, (1 - (6 * share * (1 - share))) / (share * (1 - share) * draws)).Plus(smear));
        }
    }

    private void Frequency(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var draws = context.Size(full: 100_000, quick: 20_000);
        double[] frequencies = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6];
        double[] path = new double[frequencies.Length], density = new double[frequencies.Length];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var k = frequencies[i];

            // E cos kx and E cos² kx in closed form: x is normal.
            double cosine = Math.Cos(k * Mu) * Math.Exp(-k * k * Sigma * Sigma / 2);
            path[i] = Square(k) * (((1 + (Math.Cos(2 * k * Mu) * Math.Exp(-2 * Square(k * Sigma)))) / 2) - Square(cosine));

            // E[ε² cos 2kx] = (1 − (2kσ)²) times E[cos 2kx]; the mean of the estimate is k E[cos kx].
            var weighted = (1 - (4 * Square(k * Sigma))) * Math.Cos(2 * k * Mu) * Math.Exp(-2 * Square(k * Sigma));
            density[i] = ((1 - weighted) / (2 * Sigma * Sigma)) - Square(k * cosine);
            Func<double, double> through = e => Math.Sin(k * (Mu + (Sigma * e))) * ScoreOfMean(e, Sigma);
            notebook.Equal(
                FormattableString.Invariant($"f = sin {k:G3}x: variance through the density, quadrature against closed form"),
                Expectation(e => Square(through(e) - (k * cosine))),
                density[i],
                Tolerance.Rounding(2 * (1 + (k * k)) / Square(Sigma), Intervals));
            notebook.Equal(
                FormattableString.Invariant($"f = sin {k:G3}x: variance through the sample, quadrature against closed form"),
                Expectation(e => Square(k * (Math.Cos(k * (Mu + (Sigma * e))) - cosine))),
                path[i],
                Tolerance.Rounding(4 * (1 + (k * k)), Intervals));
            Variance(
                notebook,
                FormattableString.Invariant($"f = sin {k:G3}x, through the sample"),
                Draws(rng.Split(i), draws, e => k * Math.Cos(k * (Mu + (Sigma * e)))),
                e => k * Math.Cos(k * (Mu + (Sigma * e))));
        }

        notebook.Figure(
            "frequency",
            "f = sin kx: variance of one draw of ∂μ E[f]. " +
            "Through the sample it grows as k², through the density it stays below 1/σ²: the slower f, the better the sample.",
            new SvgPlot(
            [
                new LineSeries("through the sample", frequencies, path) { Markers = true },
                new LineSeries("through the density", frequencies, density) { Markers = true },
                new LineSeries("½ k²", frequencies, [.. frequencies.Select(k => k * k / 2)]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
            ])
            {
                Title = "Neither is best for every f",
                XLabel = "frequency k of f = sin kx",
                YLabel = "variance of one draw",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
            });
    }

    private void Dimension(ExperimentContext context, Rng rng, Notebook notebook)
    {
        const int tiles = 16;
        var draws = context.Size(full: 320_000, quick: 48_000);
        int[] dimensions = context.Quick ? [1, 4, 16] : [1, 2, 4, 8, 16, 32, 64];
        double[] axis = [.. dimensions.Select(d => (double)d)];
        var names = new[] { "through the density", "through the density, baseline E[f]", "through the sample" };
        var measured = names.Select(_ => new double[dimensions.Length]).ToArray();
        var exact = names.Select(_ => new double[dimensions.Length]).ToArray();
        for (var i = 0; i < dimensions.Length; i++)
        {
            var d = dimensions[i];
            context.Stop.ThrowIfCancellationRequested();
            var squares = names.Select(_ => new double[draws]).ToArray();
            var stream = rng.Split(d);
            context.Parallelism.For(tiles, tile =>
            {
                var eps = new double[d];
                for (var k = tile * (draws / tiles); k < (tile + 1) * (draws / tiles); k++)
                {
                    stream.Split(k).FillNormal(eps);
                    var norm = eps.Sum(Square);
                    var score = eps.Sum(e => Square(ScoreOfMean(e, Sigma)));
                    var f = Sigma * Sigma * norm;
                    squares[0][k] = f * f * score / d;
                    squares[1][k] = Square(f - (Sigma * Sigma * d)) * score / d;
                    squares[2][k] = 4 * Sigma * Sigma * norm / d;
                }
            });

            // μ = 0: the gradient is 0 and the mean square of a component is its variance. E S, E S², E S³ of S = |ε|², chi-squared,
            // are d, d(d + 2), d(d + 2)(d + 4).
            var v = Sigma * Sigma;
            exact[0][i] = v * (d + 2) * (d + 4);
            exact[1][i] = 2 * v * Math.Pow(d + 4, GrowthWithBaseline);
            exact[2][i] = 4 * v;
            for (var j = 0; j < names.Length; j++)
            {
                // The values are σ² S³/d, σ² S (S − d)²/d and 4σ² S/d.
                var tolerance = j switch
                {
                    0 => OfPolynomial(d, 3, 0, 0, v / d, draws),
                    1 => OfPolynomial(d, 1, d, 2, v / d, draws),
                    _ => OfPolynomial(d, 1, 0, 0, 4 * v / d, draws),
                };
                measured[j][i] = squares[j].Average();
                notebook.Equal($"f = |x|², d = {d}, {names[j]}: variance of a component over {draws} draws", measured[j][i], exact[j][i], tolerance);
            }
        }

        notebook.Report($"d = {dimensions[^1]}: draws through the density that are worth one through the sample", exact[0][^1] / exact[2][^1]);
        notebook.Report($"d = {dimensions[^1]}: the same with a baseline", exact[1][^1] / exact[2][^1]);
        notebook.Figure(
            "dimension",
            "f = |x|²: variance of one component of the gradient estimate over the dimension; dots measured, dashed closed form.",
            new SvgPlot(
            [
                .. names.Select((n, j) => new LineSeries(n, axis, measured[j]) { Markers = true, Width = 1, Color = PlotTheme.Paper.Colors[j] }),
                .. names.Select((n, j) => new LineSeries(j == 0 ? "closed form" : "", axis, exact[j]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] }),
            ])
            {
                Title = "The price of not using f′",
                XLabel = "dimension d",
                YLabel = "variance of a component, one draw",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
            });
    }
}

using DiffusionSharp.Figures;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>One step back, given where it started and where it is: q(x_s | x_t, x₀) in closed form and by Bayes' rule on a grid.</summary>
/// <remarks>And without x₀: then the step back is no Gaussian, but the nearer to one the shorter it is.</remarks>
public sealed class PosteriorOfStep : Experiment
{
    private const int Cells = 4000;
    private const double Reach = 14; // deviations of the posterior to either side; e^(−98) there
    private const int Zooms = 6; // each closes in by a factor of up to 500

    // Data for the step back without x₀.
    private static readonly (double Weight, double Mean, double Deviation)[] Data = [(0.4, -1, 0.4), (0.6, 0.9, 0.5)];

    /// <summary>The posterior between two levels: the formula under test.</summary>
    public Func<NoiseLevel, NoiseLevel, Posterior> ClosedForm { get; init; } = Posterior.Between;

    /// <summary>The posterior's mean from x_t and the noise ε that is in it: the formula under test. Arguments: t, s, σ²_ts, x_t, ε.</summary>
    public Func<NoiseLevel, NoiseLevel, double, double, double, double> MeanFromNoise { get; init; } =
        (t, s, forward, x, eps) => s.Alpha / t.Alpha * (x - (forward / t.Sigma * eps));

    /// <inheritdoc/>
    public override string Name => "posterior";

    /// <inheritdoc/>
    public override string Title => "One step back, if the data were known";

    /// <inheritdoc/>
    public override string Claim =>
        "Given the noisy x_t and the clean x₀, any less noisy x_s is Gaussian; its mean lies between the two, its variance knows neither. " +
        "Bayes' rule on a grid says the same for every schedule and stride. Without x₀ the step back is not Gaussian, but becomes so as it gets short.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "q(x_s | x_t, x₀) ∝ q(x_t | x_s) q(x_s | x₀) = N(μ̃, β̃)       s < t",
        "μ̃ = (α_ts σ_s²/σ_t²) x_t + (α_s σ²_ts/σ_t²) x₀ = (x_t − (σ²_ts/σ_t) ε)/α_ts",
        "β̃ = σ²_ts σ_s²/σ_t²,  1/β̃ = 1/σ_s² + α_ts²/σ²_ts",
        "TV(q(x_s | x_t), its Gaussian) = O((σ²_ts)^(3/2))",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Ho et al. 2020, arXiv:2006.11239, eq. 6–7",
        "Kingma et al. 2021, arXiv:2107.00630, appendix A.2",
        "Sohl-Dickstein et al. 2015, arXiv:1503.03585, section 2.2",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        Levels(rng, notebook);
        Picture(notebook);
        WithoutData(context, notebook);
    }

    private static double LogNormal(double x, double mean, double variance) => -(Square(x - mean) / (2 * variance)) - (Math.Log(2 * Math.PI * variance) / 2);

    // The forward step from s to t: on trained levels composed of the βs one by one, elsewhere what the two marginal laws leave for it.
    private static (double Alpha, double Variance) Forward(Schedule schedule, double s, double t)
    {
        if (schedule is DiscreteSchedule levels)
        {
            double alpha = 1, variance = 0;
            for (var i = (int)s + 1; i <= (int)t; i++)
            {
                alpha *= Math.Sqrt(1 - levels.Betas[i]);
                variance = ((1 - levels.Betas[i]) * variance) + levels.Betas[i];
            }

            return (alpha, variance);
        }

        var ratio = schedule.Alpha(t) / schedule.Alpha(s);
        return (ratio, Square(schedule.Sigma(t)) - Square(ratio * schedule.Sigma(s)));
    }

    // A density known up to a factor, on a grid that closes in on it: mean, variance, and the total variation to N(mean, variance) or, where
    // none is given, to the Gaussian of its own moments.
    private static (double Mean, double Variance, double Distance) OnGrid(
        Func<double, double> logDensity,
        double low,
        double high,
        (double Mean, double Variance)? gaussian)
    {
        var (centre, half) = ((low + high) / 2, (high - low) / 2);
        for (var zoom = 0; ; zoom++)
        {
            double[] x = Quadrature.Points(centre - half, centre + half, Cells + 1), p = [.. x.Select(logDensity)];
            var (top, h) = (p.Max(), 2 * half / Cells);
            double total = 0, first = 0, second = 0;
            for (var i = 0; i < p.Length; i++) total += p[i] = Math.Exp(p[i] - top);
            for (var i = 0; i < p.Length; i++) first += p[i] / total * (x[i] - centre);
            for (var i = 0; i < p.Length; i++) second += p[i] / total * Square(x[i] - centre - first);
            centre += first;
            half = Math.Max(Reach * Math.Sqrt(second), 4 * h);
            if (zoom < Zooms) continue;
            var (mean, variance) = gaussian ?? (centre, second);
            var distance = 0.0;
            for (var i = 0; i < p.Length; i++) distance += Math.Abs((p[i] / total) - (h * Math.Exp(LogNormal(x[i], mean, variance)))) / 2;
            return (centre, second, distance);
        }
    }

    private void Levels(Rng rng, Notebook notebook)
    {
        var ddpm = DiscreteSchedule.Linear();
        var (cosine, ve, flow) = (new VpCosineSchedule(), new VeGeometricSchedule(), new FlowSchedule());
        (string Name, Schedule Schedule, (double S, double T)[] Steps)[] cases =
        [
            ("DDPM, T = 1000", ddpm, [(0, 1), (99, 100), (499, 500), (998, 999), (0, 50), (100, 400), (250, 999)]),
            ("VP cosine", cosine, [(0.01, 0.02), (0.3, 0.31), (0.5, 0.9), (0.05, 0.99)]),
            ("VE", ve, [(0, 0.01), (0.4, 0.41), (0.5, 0.9), (0, 1)]),
            ("flow", flow, [(0.01, 0.02), (0.5, 0.51), (0.2, 0.8), (0.01, 0.99)]),
        ];
        var draw = 0L;
        foreach (var (name, schedule, steps) in cases)
        {
            double worstMean = 0, worstVariance = 0, worstDistance = 0, worstNoise = 0, worstMarginal = 0, worstPrecision = 0, condition = 1;
            foreach (var (s, t) in steps)
            {
                var (at, next) = (schedule.At(t), schedule.At(s));
                var (alpha, forward) = Forward(schedule, s, t);
                var q = ClosedForm(at, next);
                var deviation = Math.Sqrt(1 / ((1 / Square(next.Sigma)) + (Square(alpha) / forward)));

                // Digits lost: in σ²_ts as a difference of squares, and in the two distances that the logarithms square.
                condition = Math.Max(condition, Math.Max(Square(at.Sigma) / forward, Reach * (4 + (4 * at.Sigma)) / Math.Sqrt(forward)));
                for (var k = 0; k < 4; k++)
                {
                    var own = rng.Split(draw++);
                    var x0 = 2 * own.Normal(0);
                    var eps = own.Normal(1);
                    var x = (at.Alpha * x0) + (at.Sigma * eps);

                    double LogProduct(double y) => LogNormal(x, alpha * y, forward) + LogNormal(y, next.Alpha * x0, Square(next.Sigma));
                    var (tells, told) = (x / alpha, next.Alpha * x0); // where x_t alone and x₀ alone would put x_s
                    var mean = (q.OfX * x) + (q.OfData * x0);
                    var found = OnGrid(
                        LogProduct,
                        Math.Min(tells, told) - (Reach * next.Sigma),
                        Math.Max(tells, told) + (Reach * next.Sigma),
                        (mean, q.Variance));
                    worstMean = Math.Max(worstMean, Math.Abs(found.Mean - mean) / deviation);
                    worstVariance = Math.Max(worstVariance, Math.Abs((found.Variance / q.Variance) - 1));
                    worstDistance = Math.Max(worstDistance, found.Distance);
                    worstNoise = Math.Max(worstNoise, Math.Abs(MeanFromNoise(at, next, forward, x, eps) - mean) / deviation);
                }

                // x_t put back by its own law given x₀ gives the law of x_s given x₀.
                worstMarginal = Math.Max(worstMarginal, Math.Abs((q.OfX * at.Alpha) + q.OfData - next.Alpha) / next.Alpha);
                worstMarginal = Math.Max(worstMarginal, Math.Abs(((Square(q.OfX * at.Sigma) + q.Variance) / Square(next.Sigma)) - 1));
                worstPrecision = Math.Max(worstPrecision, Math.Abs((q.Variance / Square(deviation)) - 1));
            }

            var rounding = Tolerance.Rounding(condition, 64);
            notebook.Equal($"{name}: mean by Bayes' rule against μ̃, in deviations, worst of {4 * steps.Length}", worstMean, 0, rounding);
            notebook.Equal($"{name}: variance by Bayes' rule over β̃, less 1", worstVariance, 0, rounding);
            notebook.Equal($"{name}: total variation between the grid's law and N(μ̃, β̃)", worstDistance, 0, rounding);
            notebook.Equal($"{name}: mean from ε against mean from x₀, in deviations", worstNoise, 0, rounding);
            notebook.Equal($"{name}: q(x_s | x_t, x₀) averaged over q(x_t | x₀) against q(x_s | x₀), relative", worstMarginal, 0, rounding);
            notebook.Equal($"{name}: β̃ against 1/(1/σ_s² + α_ts²/σ²_ts), relative", worstPrecision, 0, rounding);
        }
    }

    private void Picture(Notebook notebook)
    {
        var schedule = DiscreteSchedule.Linear();
        const double x0 = -1, x = 1.2;
        var panels = new List<SvgPlot>();
        foreach (var (s, t) in new[] { (300, 400), (100, 400), (20, 400) })
        {
            var (at, next) = (schedule.At(t), schedule.At(s));
            var (alpha, forward) = Forward(schedule, s, t);
            var q = ClosedForm(at, next);
            var y = Quadrature.Points(-3, 4.5, 301);
            var product = y.Select(v => Math.Exp(LogNormal(x, alpha * v, forward) + LogNormal(v, next.Alpha * x0, Square(next.Sigma)))).ToArray();
            var mass = product.Sum() * (y[1] - y[0]);
            panels.Add(new SvgPlot(
            [
                new BandSeries(
                    "Bayes on a grid",
                    y,
                    [.. product.Select(p => p / mass)],
                    new double[y.Length]) { Color = PlotTheme.Paper.Colors[0], Opacity = 0.3 },
                new LineSeries(
                    "prior q(x_s | x₀)",
                    y,
                    [.. y.Select(v => Math.Exp(LogNormal(v, next.Alpha * x0, Square(next.Sigma))))]) { Color = PlotTheme.Paper.Colors[2], Width = 1.2 },
                new LineSeries(
                    "likelihood of x_t (scaled)",
                    y,
                    [.. y.Select(v => alpha * Math.Exp(LogNormal(x, alpha * v, forward)))]) { Color = PlotTheme.Paper.Colors[4], Width = 1.2 },
                new LineSeries(
                    "N(μ̃, β̃)",
                    y,
                    [.. y.Select(v => Math.Exp(LogNormal(v, (q.OfX * x) + (q.OfData * x0), q.Variance)))]) { Color = PlotTheme.Paper.Colors[1], Dashed = true },
            ])
            { Title = $"t = {t}, s = {s}", XLabel = "x_s", YLabel = "density", Width = 480 });
        }

        notebook.Figure(
            "bayes",
            FormattableString.Invariant($"DDPM's schedule, x₀ = {x0}, x_t = {x}: what x₀ says of x_s, what x_t says of it, and their product. ") +
            "The nearer s is to the data, the more x₀ decides.",
            [.. panels]);
    }

    private static void WithoutData(ExperimentContext context, Notebook notebook)
    {
        // A variance-preserving level in the middle, and ever shorter steps down to it from above: x_t is placed where x_s is most likely to
        // have come from, at the valley's side.
        const double alpha = 0.9;
        var sigma = Math.Sqrt(1 - (alpha * alpha));
        const double point = 0.3;
        double LogMarginal(double y) => Math.Log(Data.Sum(c => c.Weight * Math.Exp(LogNormal(y, alpha * c.Mean, Square(alpha * c.Deviation) + Square(sigma)))));

        var steps = Enumerable.Range(0, context.Size(full: 8, quick: 5)).Select(i => 0.02 * Math.Pow(0.5, i)).ToArray();
        var distances = new double[steps.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            var (beta, root) = (steps[i], Math.Sqrt(1 - steps[i]));
            double LogProduct(double y) => LogNormal(root * point, root * y, beta) + LogMarginal(y);
            distances[i] = OnGrid(LogProduct, point - (Reach * Math.Sqrt(beta)), point + (Reach * Math.Sqrt(beta)), null).Distance;
        }

        // Skewness (ln p)‴ β^(3/2) moves a Gaussian by TV = skewness/6 · ½∫|φ‴|; even orders come in at β² and are orthogonal to it.
        notebook.Equal(
            "total variation of q(x_s | x_t) to the Gaussian of its moments: order in σ²_ts",
            ConvergenceOrder.Of(steps, distances),
            1.5,
            new Tolerance(0.2, "±0.2, the rule for orders; the next term is a factor 1 + O(σ²_ts)"));
        const double e = 1e-3;
        var (above, below) = (LogMarginal(point + e), LogMarginal(point - e));
        var third = (LogMarginal(point + (2 * e)) - (2 * above) + (2 * below) - LogMarginal(point - (2 * e))) / (2 * e * e * e);
        double[] predicted = [.. steps.Select(b => Math.Abs(third) * Math.Pow(b, 1.5) * 1.5100 / 12)];
        notebook.Figure(
            "short",
            "Without x₀: for a mixture as data, the distance of the true step back q(x_s | x_t) to the Gaussian of the same mean and " +
            "variance, over the length of the step. It falls as β^(3/2): this is why diffusion takes many short steps.",
            new SvgPlot(
            [
                new LineSeries("measured", steps, distances) { Markers = true, Width = 1.2 },
                new LineSeries("0.126 |(ln p)‴| β^(3/2)", steps, predicted) { Dashed = true },
            ])
            {
                Title = "Short steps back are Gaussian",
                XLabel = "β, variance that the step adds",
                YLabel = "total variation",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
            });
    }
}

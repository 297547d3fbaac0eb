using System.Globalization;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Figures;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Schedules;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Scores;
using DiffusionSharp.Theory.TrainedNetworks;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>The scores of all levels are tied by an equation; the exact ones obey it, a network's nearly.</summary>
public sealed class ScoreFokkerPlanckEquation : Experiment
{
    // The orders of differences are read off at steps where the next term is below a tenth: 0.4² of it at most.
    private static readonly double[] Steps = [0.2, 0.1, 0.05, 0.025];
    private static readonly double[] Ratios = [0.1, 0.3, 1, 3, 10];

    private static readonly GaussianMixture Data = GaussianMixture.Isotropic(
        [0.3, 0.3, 0.4],
        new Tensor([3, 2], [-1, -0.5, 1, -0.5, 0, 0.9]),
        [0.06, 0.06, 0.1]);

    /// <summary>What multiplies |s|² in the equation: the formula under test.</summary>
    public double SquareFactor { get; init; } = 1;

    /// <summary>What multiplies the drift f in the equation: the formula under test.</summary>
    public double DriftFactor { get; init; } = 1;

    /// <summary>What the scores that are held against the equation are multiplied by: anything but 1 makes them no scores of a process.</summary>
    public double ScoreFactor { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => "score-fokker-planck";

    /// <inheritdoc/>
    public override string Title => "The score Fokker–Planck equation";

    /// <inheritdoc/>
    public override string Claim =>
        "The density of a diffusion obeys the Fokker–Planck equation, so its score obeys the gradient of that equation divided by the density. " +
        "Exact scores solve it at every level; a network trained level by level is never told of it, " +
        "and how far it is off measures how little its scores belong to one process.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "dx = f(t) x dt + g(t) dw,  s = ∇ln p_t",
        "∂ₜs = ∇[½g²(∇·s + |s|²) − f x·s − f d]",
        "c·s in place of s: residual c(1 − c) g² (∇s)ᵀs",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Lai et al. 2023, \"FP-Diffusion: Improving score-based diffusion models by enforcing the underlying score Fokker–Planck equation\", " +
        "arXiv:2210.04296, theorem 3.1",
        "Song et al. 2021, arXiv:2011.13456, equation 5",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        OnTheLine(notebook);
        InThePlane(rng.Split("points"), notebook);
        OfANetwork(context, rng.Split("network"), notebook);
    }

    // Every term by itself, from nothing but the mixture's score.
    private void OnTheLine(Notebook notebook)
    {
        var schedule = new VpLinearSchedule();
        var law = LineMixture.OfVariance([0.4, 0.6], [-1, 1], 0.1);
        var t = schedule.AtRatio(0.7).Time;
        var (f, g2) = (DriftFactor * schedule.Drift(t), schedule.Diffusion(t) * schedule.Diffusion(t));
        var places = Quadrature.Points(-2.5, 2.5, 101);
        double[] worst = [.. Steps.Select(h => places.Max(x => Math.Abs(Rate(x, h) - Terms(x, h).Sum())))];
        Order(notebook, "on the line, ∂ₜs less the right side", Steps, worst, 2);

        var fine = places.Select(x => Terms(x, 0.01)).ToArray();
        double[] Term(int i) => [.. fine.Select(v => v[i])];
        notebook.Figure(
            "terms",
            "The equation on the line, where the noise is 0.7 of the data: " +
            "how fast the score changes (dots) and the three terms of the right side, whose sum (dashed) it is.",
            new SvgPlot(
            [
                new LineSeries("∇½g²∇·s", places, Term(0)) { Width = 1.2 },
                new LineSeries("∇½g²|s|²", places, Term(1)) { Width = 1.2 },
                new LineSeries("−∇(f x s)", places, Term(2)) { Width = 1.2 },
                new LineSeries("sum", places, [.. fine.Select(v => v.Sum())]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
                new PointSeries(
                    "∂ₜs",
                    [.. places.Where((_, i) => i % 2 == 0)],
                    [.. places.Where((_, i) => i % 2 == 0).Select(x => Rate(x, 0.01))]) { Color = PlotTheme.Paper.Ink, Opacity = 1, Radius = 2 },
            ])
            { Title = "Terms of the equation", XLabel = "x", YLabel = "score per unit of time" });

        double Score(double x, double time) => ScoreFactor * law.Score(x, schedule.At(time));

        // In time a step h changes ln(α²/σ²) by h, as in the library's measure.
        double Rate(double x, double h)
        {
            var tau = h * Math.Pow(schedule.Sigma(t), 2) / g2;
            return (Score(x, t + tau) - Score(x, t - tau)) / (2 * tau);
        }

        double[] Terms(double x, double h)
        {
            double S(double y) => Score(y, t);
            return
            [
                g2 / 2 * (S(x + h) - (2 * S(x)) + S(x - h)) / (h * h),
                SquareFactor * g2 / 2 * ((S(x + h) * S(x + h)) - (S(x - h) * S(x - h))) / (2 * h),
                -f * (((x + h) * S(x + h)) - ((x - h) * S(x - h))) / (2 * h),
            ];
        }
    }

    private void InThePlane(Rng rng, Notebook notebook)
    {
        var exact = new ScaledScoreDenoiser(new GaussianMixtureDenoiser(Data), ScoreFactor);
        (string Name, Schedule Schedule)[] schedules =
        [
            ("VP", new VpLinearSchedule()),
            ("sub-VP", new SubVpSchedule()),
            ("VE", new VeGeometricSchedule()),
            ("flow", new FlowSchedule()),
        ];
        var curves = new List<PlotSeries>();
        foreach (var (name, schedule) in schedules)
        {
            var level = schedule.AtRatio(0.7);
            var x = level.AddNoise(Data.Draw(rng.Split("data"), 200), rng.Split("noise").Normal([200, 2]));
            var found = Steps.Select(h => new ScoreFokkerPlanck(
                schedule,
                new ExactDivergence(),
                h)).Select(m => (Relative: m.Measure(exact, x, level.Time).Relative.Value, Vector: m.Residual(exact, x, level.Time))).ToArray();
            Order(notebook, $"{name}, exact score in the plane: relative residual", Steps, [.. found.Select(v => v.Relative)], 2);

            // R(h) = C h² + C₄ h⁴ + …: once extrapolated only the fourth order is left, which goes to 0, not to a constant.
            double[] extrapolated = [.. found.Zip(found.Skip(1), (a, b) => Size(((4 * b.Vector) - a.Vector) / 3))];
            Order(notebook, $"{name}: the same, extrapolated to step 0 once", Steps[..^1], extrapolated, 4);
            curves.Add(new LineSeries(name, Steps, [.. found.Select(v => v.Relative)]) { Markers = true });

            // A wrong score whose residual is known in closed form: the measure gives its size, not only that it is there.
            const double c = 1.2;
            var measure = new ScoreFokkerPlanck(schedule, new ExactDivergence(), 0.01);
            var s = Data.Score(x, level);
            var known = c * (1 - c) * Math.Pow(schedule.Diffusion(level.Time), 2) * JacobianTimes(x, s, level);
            var own = measure.Residual(new GaussianMixtureDenoiser(Data), x, level.Time);
            var measured = measure.Residual(new ScaledScoreDenoiser(new GaussianMixtureDenoiser(Data), c), x, level.Time);

            // Differences are linear in s: their error is c times that of the exact score, which was measured.
            notebook.Equal(
                $"{name}: residual of 1.2 s against c(1 − c) g² (∇s)ᵀs, relative, root mean square",
                Size(measured - known) / Size(known),
                0,
                new Tolerance((c * Size(own) / Size(known)) + 1e-6, "c times the difference error of the exact score; differences of the closed form itself"));
        }

        curves.Add(new LineSeries("h²", Steps, [.. Steps.Select(h => h * h)]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] });
        notebook.Figure(
            "order",
            "Residual of the exact score of a mixture, relative to ∂ₜs, over the step of the differences, on four processes: " +
            "nothing but the error of the differences is left.",
            new SvgPlot(curves)
            {
                Title = "Exact scores solve the equation",
                XLabel = "step h of the differences",
                YLabel = "residual relative to ∂ₜs",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
            });
    }

    // (∇s)ᵀs = ½∇|s|², by differences of the mixture's score of fourth order.
    private static Tensor JacobianTimes(Tensor x, Tensor s, NoiseLevel level)
    {
        const double h = 1e-3;
        var gradient = new double[x.Shape.Count];
        for (var i = 0; i < 2; i++)
        {
            var unit = Tensor.Create(x.Shape, v =>
            {
                for (var k = 0; k < x.Samples; k++) v[(2 * k) + i] = h;
            });
            double[] Squares(double m) => [.. Rows(Data.Score(x + (m * unit), level))];
            var (a, b, c, d) = (Squares(1), Squares(-1), Squares(2), Squares(-2));
            for (var k = 0; k < x.Samples; k++) gradient[(2 * k) + i] = ((8 * (a[k] - b[k])) - (c[k] - d[k])) / (24 * h);
        }

        return new Tensor(s.Shape, gradient);
    }

    private static IEnumerable<double> Rows(Tensor v) =>
        Enumerable.Range(0, v.Samples).Select(k => (v.Sample(k)[0] * v.Sample(k)[0]) + (v.Sample(k)[1] * v.Sample(k)[1]));

    private static double Size(Tensor v) => Math.Sqrt((v * v).Mean());

    private void OfANetwork(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var config = new RunConfig("mixture", "score-fokker-planck")
        {
            Mlp = new MlpOptions(Dimensions: 2, Width: 64, Layers: 3, TimeFeatures: 64),
            Schedule = ScheduleConfig.VpLinear,
            Prediction = Prediction.Velocity,
            Steps = context.Size(full: 4000, quick: 500),
            Batch = 256,
            Seed = rng.Split("seed").Key,
            Optimizer = new AdamOptions(Rate: 2e-3, ClipNorm: 1),
            RateCurve = RateCurve.Cosine,
            Ema = new EmaOptions(MaxDecay: 0.99),
        };
        var (model, _) = InMemoryTraining.Run(config, new TensorSource("mixture", Data.Draw(rng.Split("training"), 20_000)), context.Executor, context.Stop);
        const int count = 512;
        var (network, exact) = (model.Denoiser(count, context.Executor), new GaussianMixtureDenoiser(Data));
        var measure = new ScoreFokkerPlanck(model.Schedule, new ExactDivergence());
        double[] ofNetwork = new double[Ratios.Length], ofExact = new double[Ratios.Length], errors = new double[Ratios.Length];
        for (var i = 0; i < Ratios.Length; i++)
        {
            var level = model.Schedule.AtRatio(Ratios[i]);
            var x = level.AddNoise(Data.Draw(rng.Split("data"), count), rng.Split("noise").Split(i).Normal([count, 2]));
            var found = measure.Measure(network, x, level.Time).Relative;
            (ofNetwork[i], ofExact[i]) = (found.Value, measure.Measure(exact, x, level.Time).Relative.Value);
            var (truth, guess) = (Data.Score(x, level), PredictionConversion.FromData(Prediction.Score, network.Denoise(x, level), x, level));
            errors[i] = Size(guess - truth) / Size(truth);
            notebook.Report($"a network at σ/α = {Text(Ratios[i])}: residual relative to ∂ₜs", found.Value);
            notebook.Report($"a network at σ/α = {Text(Ratios[i])}: its score's own error, relative", errors[i]);
            Scaled(notebook, model.Schedule, network, x, level, Ratios[i]);
        }

        notebook.Figure(
            "network",
            "Residual of a small network trained on the mixture, relative to ∂ₜs, at five levels, " +
            "beside the error of its scores and what the differences leave of the exact score. Derivatives of a fit are worse than the fit. " +
            "Right: where in the plane its residual is large (colours), over the density (lines).",
            new SvgPlot(
            [
                new LineSeries("network", Ratios, ofNetwork) { Markers = true },
                new LineSeries("error of its score", Ratios, errors) { Markers = true },
                new LineSeries("exact score", Ratios, ofExact) { Dashed = true, Markers = true },
            ])
            {
                Title = "A network and the equation",
                XLabel = "noise in units of the data, σ/α",
                YLabel = "relative size",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
                Width = 480,
            },
            Map(model, network, measure));
    }

    // The equation is linear but for |s|², so c times any score, a network's too, has a residual that is known from its own.
    private void Scaled(Notebook notebook, Schedule schedule, Denoiser network, Tensor x, NoiseLevel level, double ratio)
    {
        const double c = 1.2;
        var scaled = new ScaledScoreDenoiser(network, c);
        Tensor Excess(double h)
        {
            var measure = new ScoreFokkerPlanck(schedule, new ExactDivergence(), h);
            return measure.Residual(scaled, x, level.Time) - (c * measure.Residual(network, x, level.Time));
        }

        // (∇s)ᵀs = ½∇|s|², by differences of the network's own score of second order, extrapolated once.
        Tensor Gradient(double h)
        {
            var gradient = new double[x.Shape.Count];
            for (var i = 0; i < 2; i++)
            {
                var unit = Tensor.Create(x.Shape, v =>
                {
                    for (var k = 0; k < x.Samples; k++) v[(2 * k) + i] = h;
                });
                double[] Squares(double m)
                {
                    var y = x + (m * unit);
                    return [.. Rows(PredictionConversion.FromData(Prediction.Score, network.Denoise(y, level), y, level))];
                }

                var (a, b, a2, b2) = (Squares(1), Squares(-1), Squares(2), Squares(-2));
                for (var k = 0; k < x.Samples; k++) gradient[(2 * k) + i] = ((8 * (a[k] - b[k])) - (a2[k] - b2[k])) / (24 * h);
            }

            return new Tensor(x.Shape, gradient);
        }

        var factor = c * (1 - c) * SquareFactor * Math.Pow(schedule.Diffusion(level.Time), 2);
        var (measured, fine, coarse) = (Excess(0.05), factor * Gradient(0.05 * level.Sigma), factor * Gradient(0.1 * level.Sigma));
        var size = Size(fine);
        notebook.Equal(
            $"a network at σ/α = {Text(ratio)}: residual of 1.2 s less 1.2 times its own, against c(1 − c) g² (∇s)ᵀs, relative, root mean square",
            Size(measured - fine) / size,
            0,
            new Tolerance(
                Size(fine - coarse) / size,
                "what doubling the step of the differences of order 4 changes, 15 times their error").Plus(FloatRounding(level, measured)));

        // Both sides pass through float32: s carries 2⁻²⁴ of x/σ² some twenty times over, and differences divide by their steps.
        Tolerance FloatRounding(NoiseLevel at, Tensor of) => new(
            Math.Pow(schedule.Diffusion(at.Time), 2) * 20 * Math.Pow(2, -24) * Math.Max(
                at.Alpha,
                at.Sigma) / (Math.Pow(at.Sigma, 3) * at.Sigma * 0.05) * Math.Sqrt(2) / Math.Max(
                Size(of),
                double.Epsilon),
            "twenty roundings of float32 in the score, divided by the differences' step");
    }

    private static SvgPlot Map(TrainedModel model, Denoiser network, ScoreFokkerPlanck measure)
    {
        const int side = 48;
        var level = model.Schedule.AtRatio(0.3);
        var axis = Quadrature.Points(-1.6, 1.6, side);
        var x = new Tensor([side * side, 2], [.. axis.SelectMany(b => axis.SelectMany(a => new[] { a, b }))]);
        double[] sizes = [.. Rows(measure.Residual(network, x, level.Time)).Select(Math.Sqrt)];
        return new SvgPlot(
        [
            new HeatMapSeries("log₁₀ |residual|", axis, axis, new Tensor([side, side], [.. sizes.Select(Math.Log10)])),
            new ContourSeries("", axis, axis, new Tensor([side, side], [.. Data.LogDensity(x, level).Map(Math.Exp).Values])) { Color = "#ffffff" },
        ])
        { Title = "Where it is off, σ/α = 0.3", XLabel = "x₁", YLabel = "x₂", EqualAspect = true, Width = 480 };
    }

    private static void Order(Notebook notebook, string what, double[] steps, double[] errors, int order) =>
        notebook.Equal(
            $"{what}: order in the step",
            ConvergenceOrder.Of(steps, errors),
            order,
            new Tolerance(0.2, "the next term of the differences, a hundredth to a tenth of the first over these steps"));

    private static string Text(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}

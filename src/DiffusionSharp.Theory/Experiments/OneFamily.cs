using DiffusionSharp.Denoisers;
using DiffusionSharp.Figures;
using DiffusionSharp.Schedules;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>DDPM, SMLD, EDM and flow matching are one process under a change of time and scale.</summary>
public sealed partial class OneFamily : Experiment
{
    private static readonly LineMixture Mixture = new((0.35, -1, 0.35), (0.65, 0.8, 0.5));

    private static readonly (string Name, Schedule Schedule)[] Schedules =
    [
        ("DDPM, 1000 levels", DiscreteSchedule.Linear()),
        ("VP", new VpLinearSchedule()),
        ("sub-VP", new SubVpSchedule()),
        ("VE (SMLD)", new VeGeometricSchedule()),
        ("EDM", new EdmSchedule()),
        ("flow matching", new FlowSchedule()),
    ];

    /// <summary>The scale by which x is divided to give the process that all share: the formula under test.</summary>
    public Func<NoiseLevel, double> Scale { get; init; } = level => level.Alpha;

    /// <summary>g² from α and the growth of σ²/α² per unit of time: Itô's formula for x = α y.</summary>
    public Func<double, double, double> Diffusion { get; init; } = (alpha, growth) => alpha * alpha * growth;

    /// <summary>The factor on the state when a model of one schedule (second) is asked on behalf of another (first).</summary>
    public Func<NoiseLevel, NoiseLevel, double> Rescaling { get; init; } = (asked, owned) => owned.Alpha / asked.Alpha;

    /// <inheritdoc/>
    public override string Name => "one-family";

    /// <inheritdoc/>
    public override string Title => "One family";

    /// <inheritdoc/>
    public override string Claim =>
        "Divide x by α and read time off σ/α: then DDPM, SMLD, EDM and flow matching are the same process, with the same densities, " +
        "the same paths of their samplers and, by Itô's formula, the same SDE. " +
        "What a network predicts is a matter of words, and a model of one is sampled by the samplers of another.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "y = x_t/α = x₀ + s ε,  s = σ/α        α p_t(α y) = p_s(y)",
        "E[ε|x] = (x − α D)/σ    E[v|x] = α ε̂ − σ D    ∇ln p_t = −ε̂/σ    E[ε − x₀|x] = ε̂ − D",
        "dy/ds = ε̂ = (y − D)/s on every schedule",
        "dy = √(ds²/dt) dw  ⇒  dx = (α′/α) x dt + α √(ds²/dt) dw:  f = d(ln α)/dt,  g² = α² d(σ²/α²)/dt",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Song et al. 2021, \"Score-based generative modeling through stochastic differential equations\", arXiv:2011.13456, section 3",
        "Karras et al. 2022, \"Elucidating the design space of diffusion-based generative models\", arXiv:2206.00364, section 2, eq. 4 and appendix B",
        "Kingma et al. 2021, \"Variational diffusion models\", arXiv:2107.00630, section 5.1",
        "Lipman et al. 2023, \"Flow matching for generative modeling\", arXiv:2210.02747",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        Densities(notebook);
        Words(notebook);
        Equations(notebook);
        Trajectories(notebook, rng.Split("trajectories"));
        Borrowed(context, rng.Split("borrowed"), notebook);
    }

    private static Tensor Column(IReadOnlyList<double> values) => new([values.Count, 1], [.. values]);

    // The density of y = x/scale on every schedule against that of x₀ + s ε, written out.
    private void Densities(Notebook notebook)
    {
        double[] ratios = [0.05, 0.3, 1, 3, 10, 40];
        double[] y = Quadrature.Points(-4, 4, 33);
        foreach (var (name, schedule) in Schedules)
        {
            var worst = 0.0;
            foreach (var s in ratios)
            {
                var level = schedule.AtRatio(s);
                var scale = Scale(level);
                var logs = Mixture.Mixture.LogDensity(Column([.. y.Select(v => scale * v)]), level);
                for (var i = 0; i < y.Length; i++)
                    worst = Math.Max(worst, Math.Abs(logs.Values[i] + Math.Log(scale) - Math.Log(Mixture.Density(y[i], new NoiseLevel(s, 1, s)))));
            }

            // ln p reaches 40 at the ends of the range; s comes back from its logarithm, which costs a few digits more.
            notebook.Equal(
                $"{name}: ln of the density of x/α against that of x₀ + s ε, six noise levels, largest difference",
                worst,
                0,
                Tolerance.Rounding(40, 100));
        }

        double[] times = Quadrature.Points(0.01, 1, 100);
        notebook.Figure(
            "clocks",
            "σ/α over time, from clean data (left) to the most noise (right). " +
            "The schedules differ in how fast this one number grows, and in nothing else. " +
            "VE begins at σ = 0.01 in the middle of the axis; below it this library leads straight to clean data.",
            new SvgPlot(
            [
                .. Schedules.Skip(1).Select((p, i) => new LineSeries(
                    p.Name,
                    times,
                    [.. times.Select(t => Share(p.Schedule, t).Ratio)]) { Color = PlotTheme.Paper.Colors[i] }),
            ])
            {
                Title = "Five clocks",
                XLabel = "share of the way from clean data to noise, in the schedule's own time",
                YLabel = "σ/α",
                YScale = AxisScale.Log,
                YRange = (1e-3, 1e3),
                Width = 720,
            });
    }

    private static NoiseLevel Share(Schedule schedule, double share) => schedule.At(schedule.CleanTime + (share * (schedule.NoiseTime - schedule.CleanTime)));

    // What each network would learn, an expectation over the posterior of x₀, against the conversions of the exact denoiser.
    private static void Words(Notebook notebook)
    {
        double[] x = Quadrature.Points(-2.5, 2.5, 11);
        Prediction[] predictions = Enum.GetValues<Prediction>();
        double expectation = 0, round = 0, slope = 0, slopeError = 0;
        foreach (var (_, schedule) in Schedules)
        {
            var level = schedule.AtRatio(0.7);
            var column = Column(x);
            var data = Mixture.Denoiser.Denoise(column, level);
            foreach (var p in predictions)
            {
                var output = PredictionConversion.FromData(p, data, column, level);
                for (var i = 0; i < x.Length; i++) expectation = Math.Max(expectation, Math.Abs(output.Values[i] - Expected(p, x[i], level)));
                foreach (var q in predictions)
                {
                    var there = PredictionConversion.FromData(q, PredictionConversion.ToData(p, output, column, level), column, level);
                    round = Math.Max(round, (there - PredictionConversion.FromData(q, data, column, level)).MaxAbs());
                }
            }

            // ∇ln p by differences of order 4; what doubling their step changes is 15 times their error.
            var score = PredictionConversion.FromData(Prediction.Score, data, column, level);
            for (var i = 0; i < x.Length; i++)
            {
                var at = x[i];
                double Log(double v) => Mixture.Mixture.LogDensity(Column([v]), level).Values[0];
                var (fine, coarse) = (Slope(Log, at, 0.005), Slope(Log, at, 0.01));
                slope = Math.Max(slope, Math.Abs(fine - score.Values[i]));
                slopeError = Math.Max(slopeError, Math.Abs(fine - coarse));
            }
        }

        notebook.Equal(
            "five predictions as expectations over the posterior, by quadrature, against conversions of the denoiser, six schedules, largest difference",
            expectation,
            0,
            Tolerance.Rounding(10, 2000));
        notebook.Equal("each prediction to data and on to each other, against the direct conversion, largest difference", round, 0, Tolerance.Rounding(10, 40));
        notebook.Equal(
            "the score against differences of ln p_t, largest difference",
            slope,
            0,
            new Tolerance(slopeError, "what doubling the step of the differences changes, 15 times their error").Plus(Tolerance.Rounding(10 / 0.005, 10)));
    }

    // E[target | x] with x₀ summed over its posterior.
    private static double Expected(Prediction prediction, double x, NoiseLevel level)
    {
        double Weight(double x0) => Mixture.Density(x0, new NoiseLevel(0, 1, 0)) * Math.Exp(-Square((x - (level.Alpha * x0)) / level.Sigma) / 2);
        double Target(double x0)
        {
            var eps = (x - (level.Alpha * x0)) / level.Sigma;
            return prediction switch
            {
                Prediction.Noise => eps,
                Prediction.Data => x0,
                Prediction.Velocity => (level.Alpha * eps) - (level.Sigma * x0),
                Prediction.Score => -eps / level.Sigma,
                Prediction.Flow => eps - x0,
                _ => throw new NotSupportedException($"one-family: {prediction} has no expectation here; noise, data, velocity, score and flow have."),
            };
        }

        return Quadrature.Integrate(v => Weight(v) * Target(v), -7, 7, 1000) / Quadrature.Integrate(Weight, -7, 7, 1000);
    }

    // f and g² of every schedule by Itô's formula for x = α y, dy = √(ds²/dt) dw, with the derivatives taken numerically.
    private void Equations(Notebook notebook)
    {
        foreach (var (name, schedule) in Schedules.Skip(1))
        {
            double drift = 0, driftError = 0, diffusion = 0, diffusionError = 0;
            var step = 1e-3 * schedule.NoiseTime;
            foreach (var share in (double[])[0.1, 0.3, 0.5, 0.7, 0.9])
            {
                var t = share * schedule.NoiseTime;
                var level = schedule.At(t);
                double LogAlpha(double u) => Math.Log(schedule.Alpha(u));
                double Growth(double u) => Square(schedule.At(u).Ratio);
                double Difference(Func<double, double> f, double h) => Slope(f, t, h);
                var (f, g2) = (Difference(LogAlpha, step), Diffusion(level.Alpha, Difference(Growth, step)));
                var scale = Math.Max(1, Square(schedule.Diffusion(t)));
                drift = Math.Max(drift, Math.Abs(f - schedule.Drift(t)));
                diffusion = Math.Max(diffusion, Math.Abs(g2 - Square(schedule.Diffusion(t))) / scale);
                driftError = Math.Max(driftError, Math.Abs(f - Difference(LogAlpha, 2 * step)) + (1e-14 / step));
                diffusionError = Math.Max(
                    diffusionError,
                    (Square(level.Alpha) * (Math.Abs(Difference(Growth, step) - Difference(Growth, 2 * step)) + (1e-14 * Growth(t) / step))) / scale);
            }

            const string reason = "what doubling the step of the differences changes, 15 times their error; and rounding over the step";
            notebook.Equal($"{name}: f against d ln α/dt, five times, largest difference", drift, 0, new Tolerance(driftError, reason));
            notebook.Equal(
                $"{name}: g² against α² d(σ²/α²)/dt, five times, largest difference over max(1, g²)",
                diffusion,
                0,
                new Tolerance(diffusionError, reason));
        }
    }

    // f′ by four values: error h⁴ f⁽⁵⁾/30.
    private static double Slope(Func<double, double> f, double at, double h) =>
        ((8 * (f(at + h) - f(at - h))) - (f(at + (2 * h)) - f(at - (2 * h)))) / (12 * h);
}

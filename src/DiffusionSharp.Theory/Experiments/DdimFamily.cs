using DiffusionSharp.Denoisers;
using DiffusionSharp.Distances;
using DiffusionSharp.Figures;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Sampling;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>DDIM's samplers: one law for every share η of fresh noise, an ODE at one end of the family and DDPM at the other.</summary>
public sealed partial class DdimFamily : Experiment
{
    // Where the chains end: near the data, but where every step still has noise.
    private const double End = 0.05;

    // The Gaussian data.
    private const double Variance = 0.25;

    private static readonly VpLinearSchedule Schedule = new();
    private static readonly LineMixture Mixture = new((0.35, -1, 0.35), (0.65, 0.8, 0.5));
    private static readonly double[] Etas = [0, 0.5, 1];

    /// <summary>The variance that is left for the old noise, from σ_s² and the fresh η² β̃: the formula under test.</summary>
    public Func<double, double, double> Kept { get; init; } = (variance, fresh) => variance - fresh;

    /// <summary>The share of g² ∇ln p in the drift of the SDE whose steps a sampler of η takes.</summary>
    public Func<double, double> ScoreShare { get; init; } = eta => (1 + (eta * eta)) / 2;

    /// <summary>The η with which encoded data is decoded.</summary>
    public double DecodingEta { get; init; }

    /// <summary>The weights of two noises a share u of the way between them at angle θ: on the sphere.</summary>
    public Func<double, double, (double First, double Second)> Weights { get; init; } =
        (u, theta) => (Math.Sin((1 - u) * theta) / Math.Sin(theta), Math.Sin(u * theta) / Math.Sin(theta));

    /// <inheritdoc/>
    public override string Name => "ddim-family";

    /// <inheritdoc/>
    public override string Title => "The DDIM family";

    /// <inheritdoc/>
    public override string Claim =>
        "However much of the old noise a step replaces by fresh noise, the marginal laws are the same. " +
        "With none (η = 0) sampling is an ODE: noise and data are a code of each other, and errors fall as the step. " +
        "With all that the posterior allows (η = 1) it is DDPM, a discretisation of the reverse SDE.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "x_s = α_s D + √(σ_s² − η² β̃) ε̂ + η √β̃ z        q(x_s | x₀) = N(α_s x₀, σ_s²) for every η",
        "h → 0:  dx = [f x − (1 + η²)/2 g² ∇ln p_t] dt + η g dw̄",
        "η = 0:  F_s(x_s) = F_t(x_t) on the line; encoding and decoding err as 1/S",
        "E|(1−u) a + u b|² = ((1−u)² + u²) d,  on the sphere d + O(1/d)",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Song, Meng and Ermon 2021, \"Denoising diffusion implicit models\", arXiv:2010.02502, eq. 7, 12 and section 4.3",
        "Song et al. 2021, \"Score-based generative modeling through stochastic differential equations\", arXiv:2011.13456, eq. 6 and 13",
        "Karras et al. 2022, arXiv:2206.00364, eq. 6 and appendix B.5 (the family of SDEs of one law)",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        SameMarginals(rng.Split("marginals"), notebook);
        SameLaw(context, rng.Split("law"), notebook);
        Flow(rng.Split("silence"), notebook);
        Limits(notebook);
        Interpolation(context, rng.Split("interpolation"), notebook);
    }

    // β̃ between two levels.
    private static double Posterior(NoiseLevel t, NoiseLevel s) => (Square(t.Sigma) - Square(t.Alpha / s.Alpha * s.Sigma)) * Square(s.Sigma / t.Sigma);

    private static TimeGrid Grid(int steps) => TimeGrid.Uniform(1, End, steps);

    private static Sampler Ddim(TimeGrid grid, double eta) => new DdimSampler(Schedule, grid, eta);

    // The mean of a step: α_s D + √kept (x − α_t D)/σ_t.
    private double Mean(double x, double data, double eta, NoiseLevel t, NoiseLevel s) =>
        (s.Alpha * data) + (Math.Sqrt(Kept(Square(s.Sigma), Square(eta) * Posterior(t, s))) * (x - (t.Alpha * data)) / t.Sigma);

    private void SameMarginals(Rng rng, Notebook notebook)
    {
        // Data known: D = x₀, and x_s given x₀ should have variance σ_s² after every step, whatever η.
        var point = new FiniteDataDenoiser(new FiniteData(new Tensor([1, 1], [0.7])));
        var gaussian = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], Tensor.Zeros([1, 1]), [Variance]));
        var grid = Grid(20);
        foreach (var eta in (double[])[0, 0.3, 0.7, 1])
        {
            var known = AffineResponse.Variances(Ddim(grid, eta), point, Schedule.Sigma(1));
            var worst = known.Select((v, i) => Math.Abs(v - Square(Schedule.Sigma(grid.Targets[i])))).Max();
            notebook.Equal(
                FormattableString.Invariant($"η = {eta}: variance of x_s given x₀ after each of 20 steps against σ_s², largest difference"),
                worst,
                0,
                Tolerance.Rounding(1, 20 * 30));

            var predicted = Recursion(grid, eta);
            var measured = AffineResponse.Variances(Ddim(grid, eta), gaussian, Math.Sqrt(Spread(Schedule.At(1))));
            notebook.Equal(
                FormattableString.Invariant($"η = {eta}: variance on Gaussian data after each of 20 steps, sampler against recursion, largest difference"),
                measured.Zip(predicted, (a, b) => Math.Abs(a - b)).Max(),
                0,
                Tolerance.Rounding(1, 20 * 30));

            int[] counts = [100, 200, 400, 800];
            double[] lengths = [.. counts.Select(c => 1.0 / c)];
            double[] errors = [.. counts.Select(c => Math.Abs(Recursion(Grid(c), eta)[^1] - Spread(Schedule.At(End))))];
            notebook.Equal(
                FormattableString.Invariant($"η = {eta}: order in 1/S of the error of the variance on Gaussian data"),
                ConvergenceOrder.Of(lengths, errors),
                1,
                Tolerance.Order(lengths));
        }

        var (start, noise) = (rng.Split("start").Normal([50, 1]), new SeededNoise(rng.Split("noise")));
        var difference = Ddim(grid, 1).Sample(Mixture.Denoiser, start, noise) - new DdpmSampler(Schedule, grid).Sample(Mixture.Denoiser, start, noise);

        // The denoiser's slope lets a rounding grow on the way, by no more than the ratio of the scales of noise and data.
        notebook.Equal(
            "η = 1 against DDPM with the same noise, largest difference over 50 samples of the mixture",
            difference.MaxAbs(),
            0,
            Tolerance.Rounding(4, 20 * 30 * 10));
    }

    private static double Spread(NoiseLevel level) => (Square(level.Alpha) * Variance) + Square(level.Sigma);

    // The variance after each step on Gaussian data: the denoiser is k x.
    private double[] Recursion(TimeGrid grid, double eta)
    {
        var v = Spread(Schedule.At(grid.Start));
        var variances = new double[grid.Count];
        for (var i = 0; i < grid.Count; i++)
        {
            var (t, s) = (Schedule.At(grid.Times[i]), Schedule.At(grid.Targets[i]));
            v = (Square(Mean(1, t.Alpha * Variance / Spread(t), eta, t, s)) * v) + (Square(eta) * Posterior(t, s));
            variances[i] = v;
        }

        return variances;
    }

    private void SameLaw(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var (count, steps) = (context.Size(full: 20000, quick: 4000), 50);
        var first = Schedule.At(1);
        var start = first.AddNoise(Mixture.Mixture.Draw(rng.Split("data"), count), rng.Split("start").Normal([count, 1]));
        int[] counts = [25, 50, 100, 200];
        double[] lengths = [.. counts.Select(c => 1.0 / c)];
        var lines = new List<PlotSeries>();
        foreach (var eta in Etas)
        {
            context.Stop.ThrowIfCancellationRequested();
            var samples = context.Sample(Ddim(Grid(steps), eta), Mixture.Denoiser, start, rng.Split("noise"));
            var cumulative = LawAfter(steps, eta);
            notebook.Equal(
                FormattableString.Invariant(
                    $"η = {eta}: {count} samples of the mixture after {steps} steps against the chain's law, Kolmogorov–Smirnov distance"),
                KolmogorovSmirnov.Test(samples.Values, cumulative).Statistic,
                0,
                Tolerance.OfKolmogorov(count));

            var errors = counts.Select(c => Distance(LawAfter(c, eta))).ToArray();
            notebook.Equal(
                FormattableString.Invariant($"η = {eta}: order in 1/S of the law's distance from the exact one, sup |F_S − F|"),
                ConvergenceOrder.Of(lengths, errors),
                1,
                Tolerance.Order(lengths));
            notebook.Report(FormattableString.Invariant($"η = {eta}: sup |F_S − F| after {steps} steps"), errors[1]);
            lines.Add(new LineSeries(FormattableString.Invariant($"η = {eta}"), [.. counts.Select(c => (double)c)], errors) { Markers = true });
        }

        notebook.Figure(
            "steps",
            "Distance of the law after S steps from the exact one, for three shares of fresh noise. " +
            "All fall as 1/S (dashed); with few steps the deterministic sampler is nearest.",
            new SvgPlot([.. lines, new LineSeries("1/S", [25, 200], [0.05, 0.00625]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] }])
            { Title = "Steps against error", XLabel = "steps S", YLabel = "sup |F_S − F|", XScale = AxisScale.Log, YScale = AxisScale.Log });
        Paths(notebook, rng.Split("paths"));
    }

    // F_S, the distribution function of the chain after its steps. With noise by its densities on a grid, without by the map of the start.
    private Func<double, double> LawAfter(int steps, double eta)
    {
        var grid = Grid(steps);
        var first = Schedule.At(1);
        if (eta == 0)
        {
            double[] starts = [.. Quadrature.Points(-5.5, 5.5, 2201)];
            double[] ends = [.. starts.Select(x => Through(x, grid))];
            return x => Interpolated(ends, starts, x, s => Mixture.Cumulative(s, first));
        }

        var law = ChainLaw.Of(x => Mixture.Density(x, first), -6, 6, 1201);
        for (var i = 0; i < grid.Count; i++)
        {
            var (t, s) = (Schedule.At(grid.Times[i]), Schedule.At(grid.Targets[i]));
            law = law.Step(x => Mean(x, Mixture.Denoise(x, t), eta, t, s), Square(eta) * Posterior(t, s));
        }

        double[] points = [.. law.Points];
        var cumulative = law.Cumulative();
        return x => Interpolated(points, cumulative, x, f => f);
    }

    private double Through(double x, TimeGrid grid)
    {
        for (var i = 0; i < grid.Count; i++)
        {
            var (t, s) = (Schedule.At(grid.Times[i]), Schedule.At(grid.Targets[i]));
            x = Mean(x, Mixture.Denoise(x, t), 0, t, s);
        }

        return x;
    }

    // Linear between neighbours of a rising table.
    private static double Interpolated(double[] x, double[] y, double at, Func<double, double> map)
    {
        var i = Array.BinarySearch(x, at);
        if (i >= 0) return map(y[i]);
        i = ~i;
        if (i == 0) return 0;
        if (i == x.Length) return 1;
        var share = (at - x[i - 1]) / (x[i] - x[i - 1]);
        return map(y[i - 1] + (share * (y[i] - y[i - 1])));
    }

    private static double Distance(Func<double, double> cumulative)
    {
        var level = Schedule.At(End);
        return Quadrature.Points(-3.5, 3.5, 1401).Max(x => Math.Abs(cumulative(x) - Mixture.Cumulative(x, level)));
    }

    private static void Paths(Notebook notebook, Rng rng)
    {
        var start = rng.Split("start").Normal([12, 1]);
        var grid = Grid(95);
        double[] times = [1, .. grid.Targets];
        var panels = Etas.Select(eta =>
        {
            var states = Ddim(grid, eta).Steps(Mixture.Denoiser, start, new SeededNoise(rng.Split("noise"))).Select(s => s.X).Prepend(start).ToArray();
            return new SvgPlot(
            [
                .. Enumerable.Range(
                    0,
                    12).Select(k => new LineSeries("", times, [.. states.Select(x => x.Values[k])]) { Width = 1.1, Color = PlotTheme.Paper.Colors[k % 2] }),
            ])
            { Title = FormattableString.Invariant($"η = {eta}"), XLabel = "time t (1 is noise)", YLabel = "x_t", YRange = (-3, 3), Width = 380, Height = 320 };
        });
        notebook.Figure(
            "paths",
            "Twelve starts, the same in each panel, and where three samplers of one family take them. " +
            "η = 0 draws smooth paths that never cross, η = 1 paths of a diffusion; at every time their law is the same. " +
            "The two colours only keep neighbours apart.",
            [.. panels]);
    }
}

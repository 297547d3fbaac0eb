using DiffusionSharp.Denoisers;
using DiffusionSharp.Figures;
using DiffusionSharp.Schedules;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>The density of a diffusion model as a sum over all paths, done on a grid; the bound that replaces it, and the gap between them.</summary>
/// <remarks>
/// Data is a mixture of two normals with its exact denoiser; steps are even in the time of the linear VP schedule and have its forward
/// variance.
/// </remarks>
public sealed class SumOverPaths : Experiment
{
    private const double Half = 8;

    private static readonly GaussianMixture Data = GaussianMixture.Isotropic([0.4, 0.6], new Tensor([2, 1], [-1, 0.8]), [0.16, 0.25]);

    /// <summary>Factor of L_T in the bound: under test.</summary>
    public double PriorTerm { get; init; } = 1;

    /// <summary>Factor of the variance of every step: under test.</summary>
    public double VarianceFactor { get; init; } = 1;

    /// <summary>The denoiser of the chain: under test; the exact one makes the chain the data's.</summary>
    public Denoiser Denoiser { get; init; } = new GaussianMixtureDenoiser(Data);

    /// <inheritdoc/>
    public override string Name => "sum-over-paths";

    /// <inheritdoc/>
    public override string Title => "The density as a sum over paths";

    /// <inheritdoc/>
    public override string Claim =>
        "A diffusion model's density of x₀ is an integral over all paths of noise that end there. " +
        "With the exact denoiser it tends to the data's density as the steps get many. " +
        "The bound is below it at every x₀, by the KL divergence between the paths of the forward process and the paths of the model that end at x₀.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "P(x₀) = ∫ P(x_T) ∏_t P(x_(t−1) | x_t) dx_1 … dx_T",
        "ln P(x₀) − ELBO(x₀) = KL(q(x_(1:T) | x₀) ‖ P(x_(1:T) | x₀)) = Σ_t E_q KL(q(x_t | x_(t−1)) ‖ P(x_t | x_(t−1))) ≥ 0",
        "v = σ²_ts:  E[gap] = O(1/T),  TV(p₀, P) = O(1/T),  KL(p₀ ‖ P) = O(1/T²)",
        "v = Var[x_s | x_t]:  E[gap] = O(1/T²)",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Sohl-Dickstein et al. 2015, arXiv:1503.03585, section 2.3",
        "Ho et al. 2020, arXiv:2006.11239, eq. 1–5",
        "Chen et al. 2023, arXiv:2209.11215 (distance to the data over the number of steps)",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        int[] counts = context.Quick ? [16, 32, 64] : [16, 32, 64, 128];
        var cells = context.Size(full: 1000, quick: 400);
        var schedule = new VpLinearSchedule();
        double[] gaps = new double[counts.Length];
        double[] sharper = new double[counts.Length];
        double[] divergences = new double[counts.Length];
        double[] variations = new double[counts.Length];
        for (var c = 0; c < counts.Length; c++)
        {
            NoiseLevel[] levels = [.. Enumerable.Range(0, counts[c] + 1).Select(i => schedule.At((double)i / counts[c]))];
            foreach (var learned in new[] { false, true })
            {
                // The last step ends at clean data, where β̃ = 0; σ₁²/α₁² is its variance as in the core's bound.
                var chain = new GridChain(
                    Denoiser,
                    levels,
                    (level, q, ofData) => VarianceFactor * (learned
                        ? q.Variance + (q.OfData * q.OfData * ofData)
                        : q.Variance == 0 ? level.Ratio * level.Ratio : q.ForwardVariance),
                    Half,
                    cells,
                    context.Parallelism,
                    context.Stop);
                var found = One(notebook, chain, counts[c], learned, first: c == 0);
                if (learned && c == counts.Length - 1) DrawMarginals(notebook, chain, counts[c]);
                if (learned) sharper[c] = found.Gap;
                else (gaps[c], divergences[c], variations[c]) = (found.Gap, found.Divergence, found.Variation);
            }
        }

        // The slope between neighbouring T is short of the order by a next term of relative size 1/T: extrapolated once.
        double Local(double[] values, int at) => ConvergenceOrder.Of([1.0 / counts[at - 1], 1.0 / counts[at]], [values[at - 1], values[at]]);
        double Order(double[] values) => (2 * Local(values, counts.Length - 1)) - Local(values, counts.Length - 2);
        var rule = new Tolerance(0.2, "±0.2, the rule for orders; slopes between neighbouring T, extrapolated once");
        notebook.Equal("v = σ²_ts: order of the mean gap in 1/T", Order(gaps), 1, rule);
        notebook.Equal("v = σ²_ts: order of TV(p₀, P) in 1/T", Order(variations), 1, rule);
        notebook.Equal("v = σ²_ts: order of KL(p₀ ‖ P) in 1/T", Order(divergences), 2, rule);
        notebook.Equal("v = Var[x_s | x_t]: order of the mean gap in 1/T", Order(sharper), 2, rule);

        double[] axis = [.. counts.Select(v => (double)v)];
        notebook.Figure(
            "orders",
            "Over the number of steps: the mean gap between bound and density, the distances between the model's density and the data's, " +
            "and the gap with the best variance. Dashed: 1/T and 1/T².",
            new SvgPlot(
            [
                new LineSeries("mean gap, v = σ²_ts", axis, gaps) { Markers = true },
                new LineSeries("TV(p₀, P), v = σ²_ts", axis, variations) { Markers = true },
                new LineSeries("KL(p₀ ‖ P), v = σ²_ts", axis, divergences) { Markers = true },
                new LineSeries("mean gap, v = Var[x_s | x_t]", axis, sharper) { Markers = true },
                new LineSeries("1/T, 1/T²", axis, [.. axis.Select(t => gaps[^1] * axis[^1] / t)]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
                new LineSeries(
                    "",
                    axis,
                    [.. axis.Select(t => divergences[^1] * Math.Pow(axis[^1] / t, 2))]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
            ])
            {
                Title = "More steps, better paths, better ends",
                XLabel = "steps T",
                YLabel = "nats (TV: none)",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
                Width = 720,
                Height = 440,
            });
    }

    private (double Gap, double Divergence, double Variation) One(Notebook notebook, GridChain chain, int steps, bool learned, bool first)
    {
        var name = FormattableString.Invariant($"T = {steps}, v = {(learned ? "Var[x_s | x_t]" : "σ²_ts")}");
        double[] x = [.. chain.X], logData = Data.LogDensity(new Tensor([x.Length, 1], (double[])x.Clone()), new NoiseLevel(0, 1, 0)).Values.ToArray();
        var density = chain.Marginals[0].Densities;
        var quadrature = Math.Exp(-2 * Math.PI * Math.PI * chain.Resolution * chain.Resolution);

        // Logarithms up to 50, as many terms as a band has points, twice; and the trapezoid rule's own error in every step.
        var rule = FormattableString.Invariant($"trapezoid rule: kernels at least {chain.Resolution:G3} cells wide, e^(−2π² w²/h²) a step");
        var tolerance = Tolerance.Rounding(50, 2.0 * x.Length * Math.Sqrt(steps)).Plus(new Tolerance(100 * steps * quadrature, rule));
        notebook.Equal($"{name}: total probability of the model", density.Sum() * chain.Spacing, 1, tolerance);

        int[] wanted = [.. Enumerable.Range(0, x.Length).Where(i => logData[i] > -16)];
        var weights = wanted.Select(i => Math.Exp(logData[i]) * chain.Spacing).ToArray();
        var parts = new double[steps + 1];
        var (bound, paths) = (chain.LowerBound(wanted, PriorTerm), chain.PathDivergence(wanted, parts, weights));
        double worst = 0, least = double.PositiveInfinity, gap = 0, divergence = 0, variation = 0;
        for (var k = 0; k < wanted.Length; k++)
        {
            var (log, own) = (Math.Log(density[wanted[k]]), logData[wanted[k]]);
            worst = Math.Max(worst, Math.Abs(log - bound[k] - paths[k]));
            least = Math.Min(least, log - bound[k]);
            gap += weights[k] * (log - bound[k]);
            divergence += weights[k] * (own - log);
            variation += weights[k] * Math.Abs(1 - Math.Exp(log - own)) / 2;
        }

        notebook.Equal($"{name}: largest |ln P(x₀) − ELBO(x₀) − Σ KL| over {wanted.Length} points x₀, nats", worst, 0, tolerance);
        notebook.AtLeast($"{name}: smallest gap ln P(x₀) − ELBO(x₀), nats", least, 0, tolerance);
        notebook.Report($"{name}: mean gap, nats", gap);
        notebook.Report($"{name}: KL(p₀ ‖ P), nats", divergence);
        if (first && !learned) Draw(notebook, chain, wanted, logData, bound, parts);
        return (gap, divergence, variation);
    }

    private static void Draw(Notebook notebook, GridChain chain, int[] wanted, double[] logData, double[] bound, double[] parts)
    {
        var thin = Enumerable.Range(0, wanted.Length).Where(k => k % 2 == 0).ToArray();
        double[] x = [.. thin.Select(k => chain.X[wanted[k]])];
        var steps = parts.Length - 1;
        notebook.Figure(
            "bound",
            $"T = {steps}. Left: the model's density from all paths, e^ELBO below it, the data's density. " +
            "Right: the mean gap, step by step: where the forward process and the model's paths differ.",
            new SvgPlot(
            [
                new BandSeries("data p₀", x, [.. thin.Select(k => Math.Exp(logData[wanted[k]]))], new double[x.Length]),
                new LineSeries("P(x₀), all paths", x, [.. thin.Select(k => chain.Marginals[0].Densities[wanted[k]])]),
                new LineSeries("e^ELBO(x₀)", x, [.. thin.Select(k => Math.Exp(bound[k]))]) { Dashed = true },
            ])
            { Title = "The bound lies below", XLabel = "x₀", YLabel = "density" },
            new SvgPlot(
            [
                new BarSeries("E KL(q(x_t | x_s) ‖ P(x_t | x_s))", [.. Enumerable.Range(1, steps).Select(t => (t - 0.5) / steps)], parts[1..], 1.0 / steps),
            ])
            { Title = "Where the gap is", XLabel = "time t", YLabel = "nats a step" });
    }

    private static void DrawMarginals(Notebook notebook, GridChain chain, int steps)
    {
        var shown = Enumerable.Range(0, chain.X.Count).Where(i => Math.Abs(chain.X[i]) <= 3.5 && i % 2 == 0).ToArray();
        double[] axis = [.. shown.Select(i => chain.X[i])];
        var panels = new[] { 1.0, 0.5, 0.25, 0.1, 0 }.Select((t, k) => new LineSeries(
            FormattableString.Invariant($"t = {t:G2}"),
            axis,
            [.. shown.Select(i => chain.Marginals[(int)(t * steps)].Densities[i])])
        { Color = PlotTheme.Paper.Colors[k] });
        notebook.Figure(
            "marginals",
            "The chain's own laws on the way from noise (t = 1) to data (t = 0).",
            new SvgPlot([.. panels]) { Title = "From noise to data", XLabel = "x", YLabel = "density" });
    }
}

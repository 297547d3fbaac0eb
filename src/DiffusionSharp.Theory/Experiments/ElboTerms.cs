using DiffusionSharp.Denoisers;
using DiffusionSharp.Figures;
using DiffusionSharp.Likelihood;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>The variational bound term by term on Gaussian data: exact, by Monte Carlo, as one KL divergence of paths; its weights; its variances.</summary>
/// <remarks>Gaussian data makes the whole chain linear and Gaussian, so that the exact side is the algebra of one covariance matrix.</remarks>
public sealed class ElboTerms : Experiment
{
    private const double Mean = 0.4, Variance = 0.25; // of the data

    private static readonly GaussianMixtureDenoiser Exact = new(GaussianMixture.Isotropic([1], new Tensor([1, 1], [Mean]), [Variance]));

    /// <summary>KL between Gaussians of one mean, from the ratio r of their variances: the formula under test.</summary>
    public Func<double, double> VarianceTerm { get; init; } = r => (r - 1 - Math.Log(r)) / 2;

    /// <summary>The weight of |ε − ε̂|² that the simple loss drops, from β_t, ᾱ_t and the step's variance: the formula under test.</summary>
    public Func<double, double, double, double> DroppedWeight { get; init; } =
        (beta, alphaBar, variance) => beta * beta / (2 * variance * (1 - beta) * (1 - alphaBar));

    /// <summary>The best variance of a step back, from its posterior and Var[x₀ | x_t]: the formula under test.</summary>
    public Func<Posterior, double, double> BestVariance { get; init; } = (q, ofData) => q.Variance + (q.OfData * q.OfData * ofData);

    /// <inheritdoc/>
    public override string Name => "elbo-terms";

    /// <inheritdoc/>
    public override string Title => "The bound, term by term";

    /// <inheritdoc/>
    public override string Claim =>
        "The bound on −ln p is a sum of KL divergences between Gaussians, one a step, and equals the data's entropy plus one KL divergence of paths. " +
        "Once variances are fixed only the mean of a step matters, up to a weight that the simple loss drops. " +
        "The best variance is known; what it gains vanishes as 1/T where steps are short, and leaves γ/2 where they are not.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "L_T + Σ L_(t−1) + L_0 = H(p₀) + KL(q(x_(0:T)) ‖ p(x_(0:T)))",
        "L_(t−1) = ½(β̃/v − 1 − ln(β̃/v)) + (μ̃ − μ)²/(2v)",
        "(μ̃ − μ)²/(2v) = β_t²/(2 v (1 − β_t)(1 − ᾱ_t)) |ε − ε̂|² = ½ (SNR_s/SNR_t − 1) |ε − ε̂|² at v = β̃",
        "v* = β̃ + (α_s σ²_ts/σ_t²)² Var[x₀ | x_t] = Var[x_s | x_t]",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Ho et al. 2020, arXiv:2006.11239, eq. 5, 8, 12 and 14",
        "Kingma et al. 2021, arXiv:2107.00630, eq. 13 and appendix A",
        "Bao et al. 2022, arXiv:2201.06503, theorem 1",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        Terms(context, rng.Split("terms"), notebook);
        Weights(notebook);
        MeanAlone(notebook);
        Variances(context, notebook);
    }

    private static double VarianceAt(NoiseLevel level) => (Square(level.Alpha) * Variance) + Square(level.Sigma);

    // Var[x_s | x_t] from the joint covariance of the forward process: Cov(x_s, x_t) = α_ts Var x_s.
    private static double Conditional(NoiseLevel t, NoiseLevel s) => VarianceAt(s) - (Square(t.Alpha / s.Alpha * VarianceAt(s)) / VarianceAt(t));

    // β̃ as the sum of precisions.
    private static double Tilde(NoiseLevel t, NoiseLevel s)
    {
        var ratio = t.Alpha / s.Alpha;
        return 1 / ((1 / Square(s.Sigma)) + (Square(ratio) / (Square(t.Sigma) - Square(ratio * s.Sigma))));
    }

    private double Transition(NoiseLevel t, NoiseLevel s, double v) => VarianceTerm(Tilde(t, s) / v) + ((Conditional(t, s) - Tilde(t, s)) / (2 * v));

    private static double Forward(NoiseLevel t, NoiseLevel s) => Square(t.Sigma) - Square(t.Alpha / s.Alpha * s.Sigma);

    private void Terms(ExperimentContext context, Rng rng, Notebook notebook)
    {
        const int steps = 20;
        var schedule = new VpLinearSchedule();
        var grid = TimeGrid.Uniform(schedule, steps);
        var samples = context.Size(full: 40_000, quick: 4_000);
        var x0 = Exact.Mixture.Draw(rng.Split("data"), samples);
        var levels = Enumerable.Range(0, steps).Select(i => schedule.At(grid.Times[i])).Append(schedule.At(grid.End)).ToArray();
        var entropy = (Math.Log(2 * Math.PI * Variance) + 1) / 2;
        notebook.Report("entropy of the data, nats", entropy);
        var series = new List<PlotSeries>();
        foreach (var choice in new[] { DdpmVariance.FixedSmall, DdpmVariance.FixedLarge })
        {
            var v = choice == DdpmVariance.FixedSmall ? "v = β̃" : "v = β";
            var exact = new double[steps + 1];
            exact[0] = VarianceTerm(Square(levels[0].Sigma)) + (Square(levels[0].Alpha) * (Variance + Square(Mean)) / 2);
            for (var i = 0; i < steps - 1; i++)
                exact[i + 1] = Transition(
                    levels[i],
                    levels[i + 1],
                    choice == DdpmVariance.FixedSmall ? Tilde(levels[i], levels[i + 1]) : Forward(levels[i], levels[i + 1]));
            var first = levels[steps - 1];
            exact[steps] = (Math.Log(2 * Math.PI * Square(first.Ratio)) / 2) + (Conditional(first, levels[steps]) / (2 * Square(first.Ratio)));

            context.Stop.ThrowIfCancellationRequested();
            var estimate = new EvidenceLowerBound(schedule, grid, choice).Estimate(Exact, x0, rng.Split("noise"));
            for (var i = 0; i <= steps; i++)
            {
                var name = i == 0 ? "L_T" : i == steps ? "L_0" : FormattableString.Invariant($"L at t = {grid.Times[i - 1]:0.00}");
                notebook.Equal($"{v}, {name}: {samples} samples against the exact term, nats", estimate.Terms[i].Mean, exact[i]);
            }

            var (paths, tolerance, evidence) = Paths(levels, choice);
            notebook.Equal($"{v}: sum of all terms against H(p₀) + KL of the paths' covariances, nats", exact.Sum(), entropy + paths, tolerance);
            notebook.AtLeast($"{v}: the bound against E[−ln p(x₀)] of the model, nats", exact.Sum(), evidence, tolerance);
            notebook.Report($"{v}: bound less entropy at T = {steps}, bits", (exact.Sum() - entropy) / Math.Log(2));

            double[] times = [.. grid.Times[..(steps - 1)]];
            var color = PlotTheme.Paper.Colors[choice == DdpmVariance.FixedSmall ? 0 : 1];
            series.Add(new LineSeries($"{v}, exact", times, exact[1..steps]) { Dashed = true, Color = color });
            series.Add(new PointSeries(
                $"{v}, Monte Carlo",
                times,
                [.. estimate.Terms.Skip(1).Take(steps - 1).Select(t => t.Mean.Value)])
            { Color = color, Radius = 3, Opacity = 0.8 });
        }

        double[] axis = [.. grid.Times[..(steps - 1)]];
        series.Add(new LineSeries(
            "best variance",
            axis,
            [.. axis.Select((_, i) => Transition(levels[i], levels[i + 1], Conditional(levels[i], levels[i + 1])))])
        { Color = PlotTheme.Paper.Colors[2] });
        notebook.Figure(
            "terms",
            "The terms L_(t−1) of 20 steps: exact (dashed), by Monte Carlo (dots), and with the best variance. " +
            "β̃ is too narrow near the data, β a little too wide far from it.",
            new SvgPlot(series)
            {
                Title = "Where the nats are",
                XLabel = "time t the step starts from",
                YLabel = "L_(t−1), nats",
                YScale = AxisScale.Log,
                Width = 720,
            });
    }

    // KL(q ‖ p) of the joint laws of x_0 … x_T by linear algebra, its rounding, and E[−ln p(x₀)].
    private static (double Nats, Tolerance Tolerance, double Evidence) Paths(NoiseLevel[] levels, DdpmVariance choice)
    {
        var n = levels.Length; // noisiest first, clean last
        var q = Matrix<double>.Build.Dense(
            n,
            n,
            (i, j) => (i <= j ? levels[i].Alpha / levels[j].Alpha * VarianceAt(levels[j]) : levels[j].Alpha / levels[i].Alpha * VarianceAt(levels[i])));
        var p = Matrix<double>.Build.Dense(n, n);
        var (meanQ, meanP) = (Vector<double>.Build.Dense(n, i => levels[i].Alpha * Mean), Vector<double>.Build.Dense(n));
        p[0, 0] = 1;
        for (var i = 1; i < n; i++)
        {
            var (t, s) = (levels[i - 1], levels[i]);
            var step = Posterior.Between(t, s);
            var d = Exact.Denoise(new Tensor([2, 1], [0, 1]), t).Values; // linear: two values tell all
            var (slope, shift) = (step.OfX + (step.OfData * (d[1] - d[0])), step.OfData * d[0]);
            var v = s.Sigma == 0 ? Square(t.Ratio) : choice == DdpmVariance.FixedSmall ? step.Variance : step.ForwardVariance;
            meanP[i] = (slope * meanP[i - 1]) + shift;
            for (var j = 0; j < i; j++) p[i, j] = p[j, i] = slope * p[i - 1, j];
            p[i, i] = (Square(slope) * p[i - 1, i - 1]) + v;
        }

        var (choleskyP, difference) = (p.Cholesky(), meanQ - meanP);
        var nats = (choleskyP.Solve(q).Trace() + (difference * choleskyP.Solve(difference)) - n + choleskyP.DeterminantLn - q.Cholesky().DeterminantLn) / 2;
        var last = p[n - 1, n - 1];
        return (
            nats,
            Tolerance.Rounding(p.ConditionNumber() + q.ConditionNumber(), n * n),
            (Math.Log(2 * Math.PI * last) + ((Variance + Square(Mean - meanP[n - 1])) / last)) / 2);
    }

    private void Weights(Notebook notebook)
    {
        var schedule = DiscreteSchedule.Linear();
        double[] times = new double[schedule.Levels - 1], small = new double[times.Length], large = new double[times.Length];
        double alphaBar = 1 - schedule.Betas[0], worst = 0, worstSnr = 0, least = 1 - alphaBar;
        for (var i = 1; i < schedule.Levels; i++)
        {
            var (t, s, beta) = (schedule.At(i), schedule.At(i - 1), schedule.Betas[i]);
            var before = alphaBar;
            alphaBar *= 1 - beta;
            var q = Posterior.Between(t, s);
            var tilde = beta * (1 - before) / (1 - alphaBar);
            times[i - 1] = i;
            small[i - 1] = DroppedWeight(beta, alphaBar, tilde);
            large[i - 1] = DroppedWeight(beta, alphaBar, beta);
            foreach (var (weight, v) in new[] { (small[i - 1], q.Variance), (large[i - 1], q.ForwardVariance) })
                worst = Math.Max(worst, Math.Abs((weight / (Square(q.OfData * t.Ratio) / (2 * v))) - 1));
            worstSnr = Math.Max(worstSnr, Math.Abs((small[i - 1] / (((s.Snr / t.Snr) - 1) / 2)) - 1));
        }

        // 1 − ᾱ loses the digits of ᾱ where it is small; a product of T factors gathers their rounding.
        var rounding = Tolerance.Rounding(1 / least, 3 * schedule.Levels);
        notebook.Equal("DDPM's weight of |ε − ε̂|² against the core's posterior, both fixed variances, worst of 999 levels, relative", worst, 0, rounding);
        notebook.Equal("DDPM's weight at v = β̃ against ½(SNR_s/SNR_t − 1), relative", worstSnr, 0, rounding);
        notebook.Report("weight at the step nearest the data over that at the noisiest, v = β̃", small[0] / small[^1]);
        notebook.Figure(
            "weight",
            "The weight of |ε − ε̂|² in the bound, over the trained timestep; " +
            "the simple loss puts 1 everywhere and so cares less for the last touches near the data.",
            new SvgPlot(
            [
                new LineSeries("v = β̃", times, small),
                new LineSeries("v = β", times, large),
                new LineSeries("simple loss", times, [.. times.Select(_ => 1.0)]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
            ])
            { Title = "What the simple loss drops", XLabel = "timestep t of 1000", YLabel = "weight of |ε − ε̂|²", YScale = AxisScale.Log });
    }

    private static void MeanAlone(Notebook notebook)
    {
        var schedule = new VpLinearSchedule();
        var (t, s, x) = (schedule.At(0.5), schedule.At(0.4), 0.9);
        var q = Posterior.Between(t, s);

        // KL(N(a, b) ‖ N(c, v)) by quadrature.
        static double Divergence(double a, double b, double c, double v) => Quadrature.Integrate(
            z => Math.Exp(NormalLaw.LogDensity(z * z, 1, 1)) * (NormalLaw.LogDensity(
                b * z * z,
                b,
                1) - NormalLaw.LogDensity(Square(a + (Math.Sqrt(b) * z) - c), v, 1)), -12, 12, 200);

        // The law of x₀ given x_t, and of x_s given x_t, by regression on the joint covariance.
        var gain = t.Alpha * Variance / VarianceAt(t);
        var (centre, spread) = (Mean + (gain * (x - (t.Alpha * Mean))), Math.Sqrt(Conditional(t, new NoiseLevel(0, 1, 0))));
        var expected = (s.Alpha * Mean) + (t.Alpha / s.Alpha * VarianceAt(s) / VarianceAt(t) * (x - (t.Alpha * Mean)));
        foreach (var (name, v) in new[] { ("β̃", q.Variance), ("β", q.ForwardVariance), ("3β", 3 * q.ForwardVariance) })
        {
            var apart = Divergence(0.2, v, -0.1, v);
            notebook.Equal(
                $"v = {name}: KL of two Gaussians of variance v by quadrature against (a − b)²/(2v), nats",
                apart,
                0.09 / (2 * v),
                Tolerance.Rounding(apart + 144, 200));

            // The loss is a parabola in the mean: three values give its lowest point.
            double Loss(double b) =>
                Quadrature.Integrate(
                    z => Math.Exp(NormalLaw.LogDensity(z * z, 1, 1)) * Divergence((q.OfX * x) + (q.OfData * (centre + (spread * z))), q.Variance, b, v),
                    -12,
                    12,
                    200);
            var (middle, width) = (q.OfX * x, Math.Sqrt(v));
            double left = Loss(middle - width), here = Loss(middle), right = Loss(middle + width);
            var lowest = middle - (width * (right - left) / (2 * (right - (2 * here) + left)));
            notebook.Equal(
                $"v = {name}: the mean of least expected KL against E[x_s | x_t]",
                lowest,
                expected,
                Tolerance.Rounding(width * (144 + left + right), 800));
        }
    }

    private void Variances(ExperimentContext context, Notebook notebook)
    {
        // On a few levels: the formula against the joint covariance, and a bound without any gap but the prior's.
        var schedule = new VpLinearSchedule();
        var coarse = TimeGrid.Uniform(schedule, 20);
        double worst = 0, sum = 0, condition = 1;
        for (var i = 0; i < coarse.Count; i++)
        {
            var (t, s) = (schedule.At(coarse.Times[i]), schedule.At(coarse.Targets[i]));
            var best = BestVariance(Posterior.Between(t, s), Variance * Square(t.Sigma) / VarianceAt(t));
            worst = Math.Max(worst, Math.Abs((best / Conditional(t, s)) - 1));
            condition = Math.Max(condition, VarianceAt(s) / Conditional(t, s));
            sum += s.Sigma == 0 ? (Math.Log(2 * Math.PI * best) + (Conditional(t, s) / best)) / 2 : Transition(t, s, best);
        }

        var prior = schedule.At(1);
        sum += VarianceTerm(Square(prior.Sigma)) + (Square(prior.Alpha) * (Variance + Square(Mean)) / 2);
        var total = ((Math.Log(2 * Math.PI * Variance) + 1) / 2) + ((VarianceAt(prior) - 1 - Math.Log(VarianceAt(prior)) + Square(prior.Alpha * Mean)) / 2);
        notebook.Equal(
            "best variance against Var[x_s | x_t] of the joint covariance, worst of 20 steps, relative",
            worst,
            0,
            Tolerance.Rounding(condition, 64));
        notebook.Equal("bound with the best variances against H(p₀) + KL(p_T ‖ N(0, 1)), nats", sum, total, Tolerance.Rounding(condition, 64 * 20));

        // Steps even in ln SNR: what the best variance gains over either fixed one vanishes as 1/T.
        int[] counts = context.Quick ? [256, 512, 1024, 2048] : [256, 512, 1024, 2048, 4096, 8192];
        double[] steps = [.. counts.Select(c => 1.0 / c)], axis = [.. counts.Select(c => (double)c)];
        double[] Gains(Schedule over, Func<int, TimeGrid> grid, bool small) => [.. counts.Select(c => Gain(over, grid(c), small))];
        double[] evenSmall = Gains(schedule, c => Grids.Exponential(schedule, c), small: true);
        double[] evenLarge = Gains(schedule, c => Grids.Exponential(schedule, c), small: false);
        var tenth = new Tolerance(0.2, "±0.2, the rule for orders; the next term is a factor 1 + O(Δ ln SNR), Δ = 0.09 at T = 256");
        notebook.Equal("steps even in ln SNR, v = β̃: order of the gain in 1/T", Order(steps, evenSmall), 1, tenth);
        notebook.Equal("steps even in ln SNR, v = β: order of the gain in 1/T", Order(steps, evenLarge), 1, tenth);

        // Steps even in time: the k-th level has σ² ≈ k β, so β̃/v* → (k − 1)/k, and Σ ½(1/j − ln(1 + 1/j)) = γ/2 is left however many steps.
        var constant = new VpLinearSchedule(10, 10);
        double[] timeSmall = Gains(constant, c => TimeGrid.Uniform(constant, c), small: true);
        double[] timeLarge = Gains(constant, c => TimeGrid.Uniform(constant, c), small: false);
        var correction = timeSmall[^1] - timeSmall[^2];
        notebook.Equal(
            "steps even in time, v = β̃: gain as T → ∞ against γ/2, nats",
            timeSmall[^1] + correction,
            Constants.EulerMascheroni / 2,
            new Tolerance(Math.Abs(correction), "extrapolation of a remainder of order ln T/T: off by less than its last correction"));
        notebook.Equal(
            "steps even in time, v = β: order of the gain in 1/T",
            Order(steps, timeLarge),
            1,
            new Tolerance(0.2, "±0.2, the rule for orders; the next term is a factor 1 + O(10/T)"));
        notebook.Report("steps even in time, v = β̃: bits lost a dimension, however many steps", timeSmall[^1] / Math.Log(2));
        notebook.Figure(
            "gain",
            "What the best variance of the step gains over the two fixed ones, summed over all steps but the last, over their number T. " +
            "Even in ln SNR both vanish as 1/T; even in time β̃ keeps γ/2 nats.",
            new SvgPlot(
            [
                new LineSeries("v = β̃, even in ln SNR", axis, evenSmall) { Markers = true },
                new LineSeries("v = β, even in ln SNR", axis, evenLarge) { Markers = true },
                new LineSeries("v = β̃, even in time", axis, timeSmall) { Markers = true },
                new LineSeries("v = β, even in time", axis, timeLarge) { Markers = true },
                new LineSeries(
                    "γ/2",
                    [axis[0], axis[^1]],
                    [Constants.EulerMascheroni / 2, Constants.EulerMascheroni / 2]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
            ])
            {
                Title = "What a learned variance is worth",
                XLabel = "steps T",
                YLabel = "nats a dimension",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
                Width = 720,
            });
    }

    // A gain that is not positive has no order, and fails the check.
    private static double Order(double[] steps, double[] gains) => gains.All(g => g > 0) ? ConvergenceOrder.Of(steps, gains) : double.NaN;

    // Σ L(v) − L(v*) over all steps but the last.
    private double Gain(Schedule schedule, TimeGrid grid, bool small)
    {
        var sum = 0.0;
        for (var i = 0; i < grid.Count - 1; i++)
        {
            var (t, s) = (schedule.At(grid.Times[i]), schedule.At(grid.Targets[i]));
            var q = Posterior.Between(t, s);
            sum += VarianceTerm(BestVariance(q, Variance * Square(t.Sigma) / VarianceAt(t)) / (small ? q.Variance : q.ForwardVariance));
        }

        return sum;
    }
}

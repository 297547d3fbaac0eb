using DiffusionSharp.Denoisers;
using DiffusionSharp.Figures;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Sampling;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>
/// DDPM's reverse step is a conditional mean and noise; without the noise the samples contract to the middle of the data. DDIM's step needs
/// none.
/// </summary>
public sealed partial class WhyNoiseWhileSampling : Experiment
{
    // The Gaussian data.
    private const double Mean = 1, Variance = 0.25;

    // Between the two modes of the mixture, where it has next to no mass.
    private const double Valley = -0.5;

    private static readonly VpLinearSchedule Schedule = new();
    private static readonly LineMixture Mixture = new((0.3, -1.5, 0.25), (0.7, 1.2, 0.4));
    private static readonly Denoiser Gaussian = new GaussianMixtureDenoiser(GaussianMixture.Isotropic([1], new Tensor([1, 1], [Mean]), [Variance]));

    /// <summary>The factor on the noise of the step that is claimed to keep the law; 1 is DDPM.</summary>
    public double NoiseFactor { get; init; } = 1;

    /// <summary>
    /// The slope of E[x_s | x_t] over x_t for Gaussian data, from α_ts = α_t/α_s, V_s and V_t, the variances of x_s and x_t: the formula under
    /// test.
    /// </summary>
    public Func<double, double, double, double> Slope { get; init; } = (alphaTs, next, now) => alphaTs * next / now;

    /// <summary>The variance of a step's fresh noise between level t and the less noisy level s: β̃.</summary>
    public Func<NoiseLevel, NoiseLevel, double> Fresh { get; init; } =
        (t, s) => (Square(t.Sigma) - Square(t.Alpha / s.Alpha * s.Sigma)) * Square(s.Sigma / t.Sigma);

    /// <inheritdoc/>
    public override string Name => "why-noise-while-sampling";

    /// <inheritdoc/>
    public override string Title => "Why noise is added while sampling";

    /// <inheritdoc/>
    public override string Claim =>
        "The mean of DDPM's reverse step is the mean of x_s given x_t, and a mean varies less than what it is the mean of. " +
        "Step after step without noise the spread goes, then the modes: " +
        "of Gaussian data the data's mean is left. " +
        "With the step's noise the law is kept, up to an error that falls as the step; DDIM keeps it without noise, because its step is no mean.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "x_s = E[x_s | x_t] + √β̃ z        var x_s = var E[x_s | x_t] + E var[x_s | x_t]",
        "Gaussian data: E[x_s | x_t] − α_s m = (α_ts V_s/V_t)(x_t − α_t m),  V = α² s² + σ²",
        "all steps without noise: x = m + (α_T s²/V_T)(x_T − α_T m) = E[x₀ | x_T], for any number of steps",
        "variance that one step loses: DDPM's mean O(h),  DDPM O(h²),  DDIM s² (α_t σ_s − α_s σ_t)²/V_t = O(h²)",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Ho, Jain and Abbeel 2020, \"Denoising diffusion probabilistic models\", arXiv:2006.11239, algorithm 2",
        "Song, Meng and Ermon 2021, \"Denoising diffusion implicit models\", arXiv:2010.02502, eq. 12",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        OneStep(notebook);
        Trajectories(context, rng.Split("gaussian"), notebook);
        MoreSteps(notebook);
        Modes(context, rng.Split("modes"), notebook);
        Circle(context, rng.Split("circle"), notebook);
        Digits(context, rng.Split("digits"), notebook);
    }

    // The variance of x at a level.
    private static double Spread(NoiseLevel level) => (Square(level.Alpha) * Variance) + Square(level.Sigma);

    private static Sampler Ddpm(TimeGrid grid) => new DdpmSampler(Schedule, grid);

    private static Sampler Ddim(TimeGrid grid) => new DdimSampler(Schedule, grid);

    private double Slopes(NoiseLevel t, NoiseLevel s) => Slope(t.Alpha / s.Alpha, Spread(s), Spread(t));

    // The slope of x_s = α_s D + σ_s ε̂: the regression of α_s x₀ + σ_s ε on α_t x₀ + σ_t ε.
    private static double DdimSlope(NoiseLevel t, NoiseLevel s) => ((t.Alpha * s.Alpha * Variance) + (t.Sigma * s.Sigma)) / Spread(t);

    private void OneStep(Notebook notebook)
    {
        double[] steps = [0.04, 0.02, 0.01, 0.005];
        var t = Schedule.At(0.5);
        double[] mean = new double[4], whole = new double[4], ddim = new double[4];
        double meanError = 0, ddimError = 0;
        for (var i = 0; i < steps.Length; i++)
        {
            var s = Schedule.At(0.5 - steps[i]);
            var grid = new TimeGrid([t.Time], s.Time);
            mean[i] = Spread(s) - (Square(SlopeOf(Ddpm(grid))) * Spread(t));
            ddim[i] = Spread(s) - (Square(SlopeOf(Ddim(grid))) * Spread(t));
            whole[i] = mean[i] - Square(NoiseFactor * NoiseOf(Ddpm(grid)));
            meanError = Math.Max(meanError, Math.Abs(mean[i] - (Spread(s) - (Square(Slopes(t, s)) * Spread(t)))));
            ddimError = Math.Max(ddimError, Math.Abs(ddim[i] - (Variance * Square((t.Alpha * s.Sigma) - (s.Alpha * t.Sigma)) / Spread(t))));
        }

        // Values up to 2, some thirty operations on the way through denoiser and step.
        notebook.Equal(
            "variance that the mean of one DDPM step loses, sampler against V_s − (α_ts V_s/V_t)² V_t, largest difference",
            meanError,
            0,
            Tolerance.Rounding(4, 60));
        notebook.Equal(
            "variance that one DDIM step loses, sampler against s² (α_t σ_s − α_s σ_t)²/V_t, largest difference",
            ddimError,
            0,
            Tolerance.Rounding(4, 60));
        notebook.Equal("order in h of the variance lost in one step: DDPM's mean", ConvergenceOrder.Of(steps, mean), 1, Tolerance.Order(steps));
        notebook.Equal(
            "order in h of the variance lost in one step: DDPM with its noise",
            ConvergenceOrder.Of(steps, [.. whole.Select(Math.Abs)]),
            2,
            Tolerance.Order(steps));
        notebook.Equal("order in h of the variance lost in one step: DDIM", ConvergenceOrder.Of(steps, ddim), 2, Tolerance.Order(steps));
    }

    // A step is affine in the state and in its noise, so two states show its slope and one unit of noise its share.
    private static double SlopeOf(Sampler step)
    {
        var end = step.Sample(Gaussian, new Tensor([2, 1], [0, 1]), new ConstantNoise(0));
        return end.Values[1] - end.Values[0];
    }

    private static double NoiseOf(Sampler step) =>
        step.Sample(
            Gaussian,
            Tensor.Zeros([1, 1]),
            new ConstantNoise(1)).Values[0] - step.Sample(Gaussian, Tensor.Zeros([1, 1]), new ConstantNoise(0)).Values[0];

    // The variance after each step of a chain on Gaussian data that starts with the right one.
    private double[] Recursion(TimeGrid grid, Func<NoiseLevel, NoiseLevel, double> slope, double noise)
    {
        var v = Spread(Schedule.At(grid.Start));
        var variances = new double[grid.Count];
        for (var i = 0; i < grid.Count; i++)
        {
            var (t, s) = (Schedule.At(grid.Times[i]), Schedule.At(grid.Targets[i]));
            v = (Square(slope(t, s)) * v) + (Square(noise) * Fresh(t, s));
            variances[i] = v;
        }

        return variances;
    }

    private void Trajectories(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var (count, steps, keep) = (context.Size(full: 20000, quick: 4000), 50, 2);
        var grid = TimeGrid.Uniform(Schedule, steps);
        var first = Schedule.At(grid.Start);
        var start = (Math.Sqrt(Spread(first)) * rng.Split("start").Normal([count, 1])) + (first.Alpha * Mean);
        (string Name, Sampler Sampler, double Factor, double[] Predicted)[] runs =
        [
            ("DDPM", Ddpm(grid), NoiseFactor, Recursion(grid, Slopes, 1)),
            ("DDPM, half its noise", Ddpm(grid), NoiseFactor / 2, Recursion(grid, Slopes, 0.5)),
            ("DDPM, no noise", Ddpm(grid), 0, Recursion(grid, Slopes, 0)),
            ("DDIM, η = 0", Ddim(grid), 0, Recursion(grid, DdimSlope, 0)),
        ];
        double[] times = [.. Enumerable.Range(0, steps / keep).Select(i => grid.Targets[(keep * i) + keep - 1])];
        var series = new List<PlotSeries>();
        foreach (var (name, sampler, factor, predicted) in runs)
        {
            var states = context.Trajectory(sampler, Gaussian, start, rng.Split(name), factor, keep);
            var moments = states.Select(SampleMoments.Of).ToArray();
            foreach (var i in (int[])[(moments.Length / 2) - 1, moments.Length - 1])
            {
                var measured = new Measurement(moments[i].Covariance.Values[0], moments[i].CovarianceErrors.Values[0], count);
                notebook.Equal(
                    FormattableString.Invariant($"{name}: variance at t = {times[i]:0.##}, samples against the recursion"),
                    measured,
                    predicted[(keep * i) + keep - 1]);
            }

            var color = PlotTheme.Paper.Colors[series.Count / 2];
            series.Add(new PointSeries(name, times, [.. moments.Select(m => m.Covariance.Values[0])]) { Color = color, Radius = 3 });
            series.Add(new LineSeries("", [.. grid.Targets], predicted) { Color = color, Dashed = true });
            if (factor == 0 && sampler is DdpmSampler) Closed(notebook, start, states[^1], first);
        }

        double[] exactTimes = Quadrature.Points(0, 1, 101);
        series.Add(new LineSeries(
            "exact law, α²s² + σ²",
            exactTimes,
            [.. exactTimes.Select(t => Spread(Schedule.At(t)))])
        { Color = PlotTheme.Paper.Colors[6], Width = 1 });
        notebook.Figure(
            "variance",
            "Gaussian data of variance 0.25. Variance of the samples on the way from noise (right) to data (left): " +
            "measured (dots) and by the recursion (dashed). " +
            "DDPM and DDIM follow the exact law; without its noise DDPM ends at variance 0, with half of it too low.",
            new SvgPlot([.. series])
            {
                Title = "The spread on the way from noise to data",
                XLabel = "time t (1 is noise, 0 is data)",
                YLabel = "variance of x_t",
                Width = 720,
            });
    }

    private void Closed(Notebook notebook, Tensor start, Tensor end, NoiseLevel first)
    {
        var kappa = first.Alpha * Variance / Spread(first);
        var expected = (kappa * (start + (-first.Alpha * Mean))) + Mean;
        notebook.Equal(
            "DDPM without noise, each sample's end against E[x₀ | x_T], largest difference",
            (end - expected).MaxAbs(),
            0,
            Tolerance.Rounding(5, 50 * 30));
        foreach (var steps in (int[])[1, 10, 1000])
            notebook.Equal(
                $"DDPM without noise, {steps} steps: share of the data's variance that is left, recursion against α_T² s²/V_T",
                Recursion(TimeGrid.Uniform(Schedule, steps), Slopes, 0)[^1] / Variance,
                Square(first.Alpha) * Variance / Spread(first),
                Tolerance.Rounding(1, 30 * steps));
    }

    private void MoreSteps(Notebook notebook)
    {
        int[] counts = [200, 400, 800, 1600];
        double[] steps = [.. counts.Select(c => 1.0 / c)];
        double[] Errors(Func<NoiseLevel, NoiseLevel, double> slope, double noise) =>
            [.. counts.Select(c => Math.Abs(Recursion(TimeGrid.Uniform(Schedule, c), slope, noise)[^1] - Variance))];
        notebook.Equal(
            "order in 1/S of the error of the final variance: DDPM with its noise",
            ConvergenceOrder.Of(steps, Errors(Slopes, 1)),
            1,
            Tolerance.Order(steps));
        notebook.Equal("order in 1/S of the error of the final variance: DDIM", ConvergenceOrder.Of(steps, Errors(DdimSlope, 0)), 1, Tolerance.Order(steps));
        notebook.Report("final variance of DDPM without noise, 400 steps", Recursion(TimeGrid.Uniform(Schedule, 400), Slopes, 0)[^1]);
        notebook.Report("final variance of DDPM with its noise, 50 steps", Recursion(TimeGrid.Uniform(Schedule, 50), Slopes, 1)[^1]);
        notebook.Report("final variance of DDIM, 50 steps", Recursion(TimeGrid.Uniform(Schedule, 50), DdimSlope, 0)[^1]);
    }
}

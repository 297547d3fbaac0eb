using DiffusionSharp.Distances;
using DiffusionSharp.Figures;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>Many small noisings are one large one: a sum of independent normals is a normal, and only ᾱ_t remembers the steps.</summary>
public sealed class MergeOfGaussians : Experiment
{
    private const int Levels = 1000;
    private static readonly int[] Times = [49, 199, 499, 999];
    private static readonly (double Weight, double Mean, double Deviation)[] Data = [(0.4, -1, 0.15), (0.6, 0.9, 0.25)];

    /// <summary>What a step keeps of x, as a function of its β; √(1 − β) by theory.</summary>
    public Func<double, double> Kept { get; init; } = beta => Math.Sqrt(1 - beta);

    /// <summary>What a step multiplies its fresh noise with, as a function of its β; √β by theory.</summary>
    public Func<double, double> Added { get; init; } = Math.Sqrt;

    /// <inheritdoc/>
    public override string Name => "merge-of-gaussians";

    /// <inheritdoc/>
    public override string Title => "Many noisings are one";

    /// <inheritdoc/>
    public override string Claim =>
        "A sum of independent normals is a normal whose variance is the sum of theirs. " +
        "So t steps that each keep √(1 − β) of the picture and add noise of variance β " +
        "are one step that keeps √ᾱ_t and adds variance 1 − ᾱ_t: training can jump to any time at once. " +
        "Every schedule is a way to lower the signal-to-noise ratio from infinity to nothing.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "x_t = √(1−β_t) x_{t−1} + √β_t ε_t   ⇒   x_t = √ᾱ_t x_0 + √(1−ᾱ_t) ε,   ᾱ_t = ∏_{i≤t} (1−β_i)",
        "cov(x_s, x_t | x_0) = √(ᾱ_t/ᾱ_s) (1−ᾱ_s),   s ≤ t",
        "in continuous time: d(σ²/α²)/dt = g²/α²",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Ho, Jain and Abbeel 2020, arXiv:2006.11239, eqs. 2 and 4",
        "Kingma, Salimans, Poole and Ho 2021, arXiv:2107.00630, section 3.1",
    ];

    /// <inheritdoc/>
    public override bool ShowsPictures => true;

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var schedule = DiscreteSchedule.Linear(Levels);
        Convolution(notebook);
        Recursion(notebook, schedule);
        Chain(context, rng.Split("chain"), notebook, schedule);
        Schedules(notebook);
        Pictures(context, rng.Split("pictures"), notebook, schedule);
    }

    private static double Cumulative(double x, NoiseLevel level) =>
        Data.Sum(c => c.Weight * Normal.CDF(level.Alpha * c.Mean, Math.Sqrt(Square(level.Alpha * c.Deviation) + Square(level.Sigma)), x));

    private static double Density(double x, NoiseLevel level) =>
        Data.Sum(c => c.Weight * Normal.PDF(level.Alpha * c.Mean, Math.Sqrt(Square(level.Alpha * c.Deviation) + Square(level.Sigma)), x));

    // The lemma under all of it, without using it: the density of a sum is the convolution of the densities.
    private static void Convolution(Notebook notebook)
    {
        const double a = 0.8, b = 0.5, far = 9;
        const int intervals = 2000;
        var worst = 0.0;
        foreach (var x in Quadrature.Points(-4, 4, 81))
        {
            var convolved = Quadrature.Integrate(y => Normal.PDF(0, a, y) * Normal.PDF(0, b, x - y), -far, far, intervals);
            worst = Math.Max(worst, Math.Abs(convolved - Normal.PDF(0, Math.Sqrt(Square(a) + Square(b)), x)));
        }

        notebook.Equal(
            "largest difference of N(0, 0.8²) * N(0, 0.5²), convolved by quadrature, from N(0, 0.8² + 0.5²)",
            worst,
            0,
            Tolerance.Rounding(0.4, intervals));
    }

    // The moments, step by step, against ᾱ from a sum of logarithms.
    private void Recursion(Notebook notebook, DiscreteSchedule schedule)
    {
        var (kept, variance, logAlphaBar) = (1.0, 0.0, 0.0);
        var (worstMean, worstVariance) = (0.0, 0.0);
        foreach (var beta in schedule.Betas)
        {
            kept *= Kept(beta);
            variance = (Square(Kept(beta)) * variance) + Square(Added(beta));
            logAlphaBar += Math.Log(1 - beta);
            worstMean = Math.Max(worstMean, Math.Abs((kept / Math.Exp(logAlphaBar / 2)) - 1));
            worstVariance = Math.Max(worstVariance, Math.Abs((variance / -(Math.Exp(logAlphaBar) - 1)) - 1));
        }

        // Each level rounds a few times; the first variance, 1e-4 = 1 − ᾱ, is what is left of a difference from 1.
        notebook.Equal("largest relative error over 1000 levels of ∏√(1−β) against √ᾱ_t", worstMean, 0, Tolerance.Rounding(1, 8 * Levels));
        notebook.Equal(
            "largest relative error over 1000 levels of the variance recursion against 1 − ᾱ_t",
            worstVariance,
            0,
            Tolerance.Rounding(1, 8 * Levels).Plus(Tolerance.Rounding(1 / schedule.Betas[0], 2)));
    }

    private void Chain(ExperimentContext context, Rng rng, Notebook notebook, DiscreteSchedule schedule)
    {
        const int tile = 500;
        var paths = context.Size(full: 100_000, quick: 10_000);
        var x = new double[Times.Length][];
        var noise = new double[Times.Length][];
        for (var i = 0; i < Times.Length; i++) (x[i], noise[i]) = (new double[paths], new double[paths]);
        double[] kept = [.. schedule.Betas.ToArray().Select(Kept)], added = [.. schedule.Betas.ToArray().Select(Added)];
        context.Parallelism.For(paths / tile, t =>
        {
            context.Stop.ThrowIfCancellationRequested();
            var eps = new double[Levels];
            for (var path = t * tile; path < (t + 1) * tile; path++)
            {
                var own = rng.Split(path);
                var (weight, mean, deviation) = own.Uniform(0) < Data[0].Weight ? Data[0] : Data[1];
                var clean = mean + (deviation * own.Normal(2));
                own.FillNormal(eps, start: 4);
                var (state, at) = (clean, 0);
                for (var level = 0; level < Levels; level++)
                {
                    state = (kept[level] * state) + (added[level] * eps[level]);
                    if (level != Times[at]) continue;
                    (x[at][path], noise[at][path]) = (state, state - (schedule.Alpha(level) * clean));
                    if (++at == Times.Length) break;
                }
            }
        });

        for (var i = 0; i < Times.Length; i++)
        {
            var level = schedule.At(Times[i]);
            var test = KolmogorovSmirnov.Test(x[i], v => Cumulative(v, level));
            notebook.Equal($"Kolmogorov–Smirnov distance of {paths} chains at t = {Times[i]} from one jump", test.Statistic, 0, Tolerance.OfKolmogorov(paths));
        }

        for (var i = 1; i < Times.Length; i++)
        {
            var (s, t) = (schedule.At(Times[i - 1]), schedule.At(Times[i]));
            double[] products = [.. noise[i - 1].Zip(noise[i], (a, b) => a * b)];
            notebook.Equal($"covariance given x_0 of times {Times[i - 1]} and {Times[i]}", Measurement.OfMean(products), t.Alpha / s.Alpha * Square(s.Sigma));
        }

        var points = Quadrature.Points(-3.5, 3.5, 281);
        notebook.Figure(
            "chain",
            "Histograms of chains of single steps, and the law of one jump (line): the same at every time.",
            columns: 2,
            [.. Times.Select((time, i) =>
                new SvgPlot(
                [
                    HistogramSeries.Of("chain", x[i], 70, (-3.5, 3.5)),
                    new LineSeries("one jump", points, [.. points.Select(v => Density(v, schedule.At(time)))]),
                ])
                { Title = $"t = {time}", XLabel = "x", YLabel = "density", Width = 440, Height = 270 })]);
    }

    // What g² adds up to between two times is how far the noise, in units of the data, has grown.
    private static void Schedules(Notebook notebook)
    {
        (string Name, Schedule Schedule)[] schedules =
        [
            ("VP, linear β", new VpLinearSchedule()),
            ("VP, cosine", new VpCosineSchedule()),
            ("sub-VP", new SubVpSchedule()),
            ("VE, geometric", new VeGeometricSchedule()),
            ("flow", new FlowSchedule()),
        ];
        foreach (var (name, schedule) in schedules)
        {
            const double from = 0.1, to = 0.9;
            var added = GaussLegendreRule.Integrate(t => Square(schedule.Diffusion(t) / schedule.Alpha(t)), from, to, 128);
            var grown = Square(schedule.At(to).Ratio) - Square(schedule.At(from).Ratio);

            // 128 Gauss points on an integrand that is analytic well beyond the interval: nothing but rounding is left.
            notebook.Equal($"{name}: ∫ g²/α² dt over [0.1, 0.9] against the growth of σ²/α², relative", added / grown, 1, Tolerance.Rounding(1, 4096));
        }

        var times = Quadrature.Points(0.002, 1, 250);
        notebook.Figure(
            "schedules",
            "Left: log signal-to-noise ratio over time. " +
            "Right: what is left of the picture; sub-VP (dashed) keeps as much of it as VP and adds less noise. " +
            "Schedules differ in where they spend their time, not in what they do; the middle, where shapes are decided, lies around zero.",
            new SvgPlot([.. schedules.Select(s => new LineSeries(s.Name, times, [.. times.Select(t => s.Schedule.At(t).LogSnr)]))])
            { Title = "Schedules side by side", XLabel = "time t", YLabel = "ln(α²/σ²)", YRange = (-20, 20), Width = 460 },
            new SvgPlot(
            [
                .. schedules.Select(s => new LineSeries(
                    s.Name,
                    times,
                    [.. times.Select(t => s.Schedule.At(t).Alpha)]) { Dashed = s.Schedule is SubVpSchedule }),
            ])
            { Title = "What is left of the picture", XLabel = "time t", YLabel = "α", Width = 460 });
    }

    // One chain for each picture, seen at nine times; between two of them it is one jump, which is what this page is about.
    private static void Pictures(ExperimentContext context, Rng rng, Notebook notebook, DiscreteSchedule schedule)
    {
        const int pictures = 3;
        double[] times = [schedule.CleanTime, 24, 74, 149, 249, 399, 599, 799, 999];
        var source = context.Pictures ?? DataSource.Open("digits");
        var rows = new List<Tensor>();
        for (var i = 0; i < Math.Min(pictures, source.Count); i++)
        {
            var x = source.Read([rng.Split("choice").Integer(source.Count, (ulong)i)]);
            var (at, moments) = (schedule.At(times[0]), new List<Tensor> { x });
            foreach (var t in times[1..])
            {
                var next = schedule.At(t);
                var kept = next.Alpha / at.Alpha;
                x = (kept * x) + (Math.Sqrt(Square(next.Sigma) - Square(kept * at.Sigma)) * rng.Split(i).Split((long)t).Normal(x.Shape));
                moments.Add(x);
                at = next;
            }

            rows.Add(Tensor.Concatenate([.. moments]));
        }

        notebook.Figure(
            "pictures",
            "The forward process. Grain first, then the strokes, and last the place of the ink: what is coarse survives longest.",
            PictureStrip.Of([.. rows]) with { ColumnLabels = [.. times.Select((t, i) => i == 0 ? "x₀" : FormattableString.Invariant($"t = {t}"))] });
    }
}

using System.Globalization;
using DiffusionSharp.Figures;
using DiffusionSharp.Langevin;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using MathNet.Numerics.Distributions;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>Langevin dynamics alone shares two far modes out by its start; annealed from much noise to little, by their weights.</summary>
/// <remarks>The chains run through the library's samplers; the other side is the law of the same chain, carried from step to step by quadrature.</remarks>
public sealed class AnnealedLangevin : Experiment
{
    private const double LeftWeight = 0.2, Left = -3, Right = 5, Middle = 1, Variance = 0.25;
    private const double SigmaMin = 0.1, SigmaMax = 20, StartDeviation = 6;
    private const int Tile = 500;

    private static readonly LineMixture Data = LineMixture.OfVariance([LeftWeight, 1 - LeftWeight], [Left, Right], Variance);
    private static readonly VeGeometricSchedule Schedule = new(SigmaMin, SigmaMax);

    /// <summary>c of the noise √(ch) z of a Langevin step: the formula under test.</summary>
    public double NoiseVariance { get; init; } = 2;

    /// <summary>The power of σ in the step h = κσᵖ of annealing: the rule under test.</summary>
    public double StepPower { get; init; } = 2;

    /// <summary>The power of the exponential e^(−d²/2v) in what the weights change of the score at a mode: the formula under test.</summary>
    public double OverlapPower { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => "annealed-langevin";

    /// <inheritdoc/>
    public override string Title => "Annealed Langevin dynamics";

    /// <inheritdoc/>
    public override string Claim =>
        "Between two modes far apart the score does not say which holds more of the data, so Langevin dynamics shares samples out by where they start. " +
        "Noise makes one hill of the two; annealed from there, with steps in proportion to σ², the same dynamics finds the right weights.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "x ← x + h ∇ln p_σ(x) + √(2h) z,  h = κσ²",
        "plain: share of a mode = mass of the start in its basin",
        "|s_w(x) − s_(w′)(x)| ≤ (d/v) e^(−d²/2v) max(w₁/w₂, w₂/w₁) at a mode, d apart from the other, v = variance + σ²",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Song and Ermon 2019, arXiv:1907.05600, section 3.2.2 and algorithm 1",
        "Song and Ermon 2020, arXiv:2006.09011, techniques 2 to 4",
        "Gardiner 2009, \"Stochastic Methods\", section 5.5.3 (splitting probabilities)",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        Blindness(notebook);
        var plain = Plain(context, rng.Split("plain"), notebook);
        Annealed(context, rng.Split("annealed"), notebook, plain);
        Settings(context, notebook);
    }

    private void Blindness(Notebook notebook)
    {
        var other = GaussianMixture.Isotropic([1 - LeftWeight, LeftWeight], new Tensor([2, 1], [Left, Right]), [Variance, Variance]);
        var mode = new Tensor([1, 1], [Left]);
        double[] sigmas = [0.1, 0.5, 1, 1.5, 2, 3, 5, 10, 20];
        double[] change = new double[sigmas.Length], bound = new double[sigmas.Length];
        for (var i = 0; i < sigmas.Length; i++)
        {
            var level = new NoiseLevel(0, 1, sigmas[i]);
            var v = Variance + (sigmas[i] * sigmas[i]);
            const double d = Right - Left;
            var overlap = Math.Exp(-OverlapPower * d * d / (2 * v));
            change[i] = other.Score(mode, level).Values[0] - Data.Mixture.Score(mode, level).Values[0];
            bound[i] = d / v * overlap * (1 - LeftWeight) / LeftWeight;

            // The probability of the far mode given x is ωe/(1 + ωe), ω the odds of the weights and e the overlap; the score moves by d/v of it.
            var exact = d / v * (Share((1 - LeftWeight) / LeftWeight * overlap) - Share(LeftWeight / (1 - LeftWeight) * overlap));
            var rounding = Tolerance.Rounding(d / v, 50);
            notebook.Equal(
                FormattableString.Invariant($"σ = {Text(sigmas[i])}: what weights 0.8/0.2 instead of 0.2/0.8 change of the score at the left mode"),
                -change[i],
                exact,
                rounding);
            notebook.AtMost(FormattableString.Invariant($"σ = {Text(sigmas[i])}: its size against the bound"), Math.Abs(change[i]), bound[i], rounding);
        }

        notebook.Figure(
            "blind",
            "What swapping the weights changes of the score at a mode, in units of 1/σ, over the noise. " +
            "At the level of the data it is far below what any number format holds: the score there cannot know the weights. " +
            "Noise brings them in.",
            new SvgPlot(
            [
                new LineSeries("|s − s′|", sigmas, [.. change.Zip(sigmas, (c, s) => Math.Abs(c) * s)]) { Markers = true },
                new LineSeries("bound", sigmas, [.. bound.Zip(sigmas, (b, s) => b * s)]) { Dashed = true },
            ])
            {
                Title = "Does the score know the weights?",
                XLabel = "noise σ",
                YLabel = "σ · change of the score",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
                YRange = (1e-20, 10),
            });

        static double Share(double odds) => odds / (1 + odds);
    }

    private ChainLaw Plain(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var (count, steps) = (context.Size(full: 10_000, quick: 2000), context.Size(full: 1000, quick: 250));
        const double h = 0.02;
        var start = new Normal(0, StartDeviation);
        var law = Data.Noised(SigmaMin);
        var sampler = new UnadjustedLangevinSampler(Schedule, new TimeGrid([0.0], Schedule.CleanTime), h / (1 + (SigmaMin * SigmaMin)), steps);
        var (share, ends) = Run(context, sampler, count, (noise, shape) => StartDeviation * noise.Initial(shape), rng);

        var chain = ChainLaw.Spaced(start.Density, -9 * StartDeviation, 9 * StartDeviation, Math.Sqrt(2 * h) / 2).After(
            x => x + (h * law.Score(x)),
            Math.Sqrt(NoiseVariance * h),
            steps,
            (-9 * StartDeviation, 9 * StartDeviation));
        var predicted = chain.Expectation(_ => 1, to: Middle);
        notebook.Equal(
            $"plain: share of {count} samples in the left mode after {steps} steps, against the law of the chain",
            share,
            predicted,
            Binomial(predicted, count));

        // Far apart, a particle ends in the mode that it reaches first: the splitting probability solves p q′ = constant.
        const int points = 4000;
        var x = Quadrature.Points(Left, Right, points + 1);
        var resistance = x.Select(y => 1 / law.Density(y)).ToArray();
        var total = Enumerable.Range(0, points).Sum(i => (resistance[i] + resistance[i + 1]) / 2) * (x[1] - x[0]);
        double[] toLeft = new double[points + 1];
        for (var i = points - 1; i >= 0; i--) toLeft[i] = toLeft[i + 1] + ((resistance[i] + resistance[i + 1]) / 2 * (x[1] - x[0]) / total);
        var split = start.CumulativeDistribution(Left);
        for (var i = 0; i < points; i++) split += ((start.Density(x[i]) * toLeft[i]) + (start.Density(x[i + 1]) * toLeft[i + 1])) / 2 * (x[1] - x[0]);
        var crossed = steps * h / total;
        var atBoundary = start.Density(0);
        notebook.Equal(
            "plain: the law of the chain against the splitting probability of the start",
            predicted,
            split,
            new Tolerance(
                (atBoundary * Math.Sqrt(2 * h)) + crossed,
                FormattableString.Invariant(
                    $"the boundary of the basins is moved by less than a step's noise, {Text(Math.Sqrt(2 * h))}; {crossed:G2} crossed later")));

        var boundary = x[Array.IndexOf(resistance, resistance.Max())];
        var basin = start.CumulativeDistribution(boundary);
        var blur = Enumerable.Range(0, points + 1).Sum(i => Math.Abs(toLeft[i] - (x[i] < boundary ? 1 : 0))) * (x[1] - x[0]);
        notebook.Equal(
            "plain: the splitting probability against the start's mass in the left basin",
            split,
            basin,
            new Tolerance(atBoundary * (blur + (x[1] - x[0])), "the start's density times the width over which the basins blur into each other"));
        notebook.AtLeast("plain: how far it is from the weight 0.2", Math.Abs(predicted - LeftWeight), 0.3, Tolerance.Chosen);
        notebook.Report(
            "plain: steps until the weights would be right, 1/(h · (rate there + rate back))",
            1 / (h * ((1 / LeftWeight) + (1 / (1 - LeftWeight))) / total));

        var places = Quadrature.Points(-20, 20, 801);
        notebook.Figure(
            "plain",
            "Left: where the particles of plain Langevin dynamics start (grey) and end (histogram); dashed what is right. " +
            "Right: the laws of both chains over their steps: the plain one keeps the share that its start had in the left basin, " +
            "the annealed one finds the weight while there is noise enough to cross.",
            new SvgPlot(
            [
                new BandSeries("start", places, [.. places.Select(start.Density)], new double[places.Length]) { Color = PlotTheme.Paper.Colors[6] },
                HistogramSeries.Of("samples", ends, 60, (-7.5, 7.5)) with { Color = PlotTheme.Paper.Colors[1] },
                new LineSeries("data", places, [.. places.Select(Data.Density)]) { Color = PlotTheme.Paper.Colors[0], Dashed = true },
            ])
            { Title = "Plain Langevin dynamics", XLabel = "x", YLabel = "density", XRange = (-15, 15), Width = 480 },
            Shares(law.Score, start, h));
        return chain;
    }

    // Over as many steps as the annealed chain has, 20 levels of 30.
    private SvgPlot Shares(Func<double, double> score, Normal start, double h)
    {
        const int levels = 20, each = 30;
        var law = ChainLaw.Spaced(start.Density, -9 * StartDeviation, 9 * StartDeviation, Math.Sqrt(2 * h) / 2);
        double[] steps = [.. Enumerable.Range(0, levels + 1).Select(n => (double)(n * each))];
        List<double> plain = [law.Expectation(_ => 1, to: Middle)];
        for (var n = 0; n < levels; n++)
        {
            law = law.After(x => x + (h * score(x)), Math.Sqrt(NoiseVariance * h), each, (-9 * StartDeviation, 9 * StartDeviation));
            plain.Add(law.Expectation(_ => 1, to: Middle));
        }

        return new SvgPlot(
        [
            new LineSeries("plain", steps, plain) { Markers = true, Color = PlotTheme.Paper.Colors[1] },
            new LineSeries(
                "annealed",
                steps[1..],
                [.. Laws(levels, 0.1, each).Select(l => l.Expectation(_ => 1, to: Middle))]) { Markers = true, Color = PlotTheme.Paper.Colors[2] },
            new LineSeries("weight of the mode", [0, steps[^1]], [LeftWeight, LeftWeight]) { Dashed = true, Color = PlotTheme.Paper.Colors[0] },
        ])
        { Title = "Share left of x = 1", XLabel = "steps", YLabel = "share", YRange = (0, 0.7), Width = 480 };
    }

    private void Annealed(ExperimentContext context, Rng rng, Notebook notebook, ChainLaw plain)
    {
        var count = context.Size(full: 10_000, quick: 2000);
        var settings = new (int Levels, double Kappa, int Steps)[] { (20, 0.1, 30), (20, 0.1, 3), (4, 0.1, 30) };
        double[] good = [];
        foreach (var (levels, kappa, steps) in settings)
        {
            var sampler = new AnnealedLangevinSampler(Schedule, new TimeGrid(Times(levels), Schedule.CleanTime), kappa, steps);
            var (share, ends) = Run(context, sampler, count, (noise, shape) => SigmaMax * noise.Initial(shape), rng.Split(levels).Split(steps));
            var predicted = Law(levels, kappa, steps).Expectation(_ => 1, to: Middle);
            notebook.Equal(
                $"annealed, {levels} levels, {steps} steps each: share of {count} samples in the left mode against the law of the chain",
                share,
                predicted,
                Binomial(predicted, count));
            if (good.Length == 0) good = ends;
        }

        var right = Law(20, 0.1, 30).Expectation(_ => 1, to: Middle);
        notebook.AtMost(
            "annealed, 20 levels, 30 steps each: how far the law of the chain is from the weight 0.2, against a tenth of plain",
            Math.Abs(right - LeftWeight),
            Math.Abs(plain.Expectation(_ => 1, to: Middle) - LeftWeight) / 10,
            Tolerance.Chosen);

        var places = Quadrature.Points(-20, 20, 801);
        double[] shown = [5, 2, 0.1];
        notebook.Figure(
            "annealed",
            "Left: samples of annealed Langevin dynamics (20 levels, 30 steps each) against the data (dashed). " +
            "Right: the noised data at three levels: one hill at much noise, where everything mixes, two of the right weight when it has gone.",
            new SvgPlot(
            [
                HistogramSeries.Of("samples", good, 60, (-7.5, 7.5)) with { Color = PlotTheme.Paper.Colors[2] },
                new LineSeries("data", places, [.. places.Select(Data.Density)]) { Color = PlotTheme.Paper.Colors[0], Dashed = true },
            ])
            { Title = "Annealed Langevin dynamics", XLabel = "x", YLabel = "density", XRange = (-15, 15), Width = 480 },
            new SvgPlot(
            [
                .. shown.Select(s => new LineSeries(FormattableString.Invariant($"σ = {Text(s)}"), places, [.. places.Select(Data.Noised(s).Density)])),
            ])
            { Title = "What the noise does to the hills", XLabel = "x", YLabel = "density", XRange = (-15, 15), Width = 480 });
    }

    private void Settings(ExperimentContext context, Notebook notebook)
    {
        int[] steps = [1, 3, 10, 30, 100], levels = context.Quick ? [5, 20] : [5, 10, 20, 40];
        double[] kappas = context.Quick ? [0.02, 0.1, 0.4] : [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8];
        var shares = new double[levels.Length, steps.Length];
        context.Parallelism.For(levels.Length * steps.Length, i =>
            shares[i / steps.Length, i % steps.Length] = Law(levels[i / steps.Length], 0.1, steps[i % steps.Length]).Expectation(_ => 1, to: Middle));
        for (var l = 0; l < levels.Length; l++)
        {
            // Compared from 10 steps on: with fewer the chain is so far from its laws that a share may be right by accident.
            notebook.AtMost(
                $"{levels[l]} levels: error of the share with 100 steps a level, against half of that with 10",
                Math.Abs(shares[l, 4] - LeftWeight),
                Math.Abs(shares[l, 2] - LeftWeight) / 2,
                Tolerance.Chosen);
            for (var s = 0; s < steps.Length; s++) notebook.Report($"share of the left mode, {levels[l]} levels, {steps[s]} steps each", shares[l, s]);
        }

        // Laws without chance, whose quadrature is exact to 1e-15 or so.
        notebook.AtMost(
            $"100 steps a level: error of the share with {levels[^1]} levels, against that with {levels[0]}, by the laws of the chains",
            Math.Abs(shares[levels.Length - 1, 4] - LeftWeight),
            Math.Abs(shares[0, 4] - LeftWeight),
            Tolerance.None);

        double[] shareOf = new double[kappas.Length], deviationOf = new double[kappas.Length];
        context.Parallelism.For(kappas.Length, i =>
        {
            var law = Law(20, kappas[i], 10);
            var mass = law.Expectation(_ => 1, from: Middle);
            var mean = law.Expectation(x => x, from: Middle) / mass;
            (shareOf[i], deviationOf[i]) = (law.Expectation(_ => 1, to: Middle), Math.Sqrt(law.Expectation(x => (x - mean) * (x - mean), from: Middle) / mass));
        });
        for (var i = 0; i < kappas.Length; i++)
            notebook.Report(
                $"20 levels of 10 steps, κ = {Text(kappas[i])}: " +
                $"deviation in the mode of weight 0.8 before denoising (that of the law is {Text(Math.Sqrt(Variance + (SigmaMin * SigmaMin)))})",
                deviationOf[i]);

        notebook.Figure(
            "settings",
            "Effect of the settings, by the law of the chain. Left: share of the left mode over the steps at each level. " +
            "Right: over the step κ, the share and the deviation inside a mode: short steps leave samples too wide and in the wrong mode.",
            new SvgPlot(
            [
                .. levels.Select((n, l) => new LineSeries(
                    $"{n} levels",
                    [.. steps.Select(s => (double)s)],
                    [.. steps.Select((_, s) => shares[l, s])]) { Markers = true, Color = PlotTheme.Paper.Colors[l] }),
                new LineSeries("weight of the mode", [1, 100], [LeftWeight, LeftWeight]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
            ])
            {
                Title = "Steps and levels, κ = 0.1",
                XLabel = "steps at each level",
                YLabel = "share of the left mode",
                XScale = AxisScale.Log,
                YRange = (0.15, 0.5),
                Width = 480,
            },
            new SvgPlot(
            [
                new LineSeries("share of the left mode", kappas, shareOf) { Markers = true, Color = PlotTheme.Paper.Colors[0] },
                new LineSeries("what they should be", [kappas[0], kappas[^1]], [LeftWeight, LeftWeight]) { Dashed = true, Color = PlotTheme.Paper.Colors[0] },
                new LineSeries("deviation in the mode of weight 0.8", kappas, deviationOf) { Markers = true, Color = PlotTheme.Paper.Colors[1] },
                new LineSeries(
                    "",
                    [kappas[0], kappas[^1]],
                    [Math.Sqrt(Variance + (SigmaMin * SigmaMin)), Math.Sqrt(Variance + (SigmaMin * SigmaMin))])
                    {
                        Dashed = true,
                        Color = PlotTheme.Paper.Colors[1],
                    },
            ])
            { Title = "Step size, 20 levels of 10 steps", XLabel = "κ, a step is κσ²", YLabel = "share; deviation", XScale = AxisScale.Log, Width = 480 });
    }

    // The law of the annealed chain before its last denoising, which carries nothing across the valley.
    private ChainLaw Law(int levels, double kappa, int steps) => Laws(levels, kappa, steps).Last();

    private IEnumerable<ChainLaw> Laws(int levels, double kappa, int steps)
    {
        var start = new Normal(0, SigmaMax);
        var law = ChainLaw.Spaced(start.Density, -9 * SigmaMax, 9 * SigmaMax, SigmaMax / 10);
        var before = SigmaMax;
        foreach (var t in Times(levels))
        {
            var sigma = Schedule.Sigma(t);
            var reach = Right + (8 * Math.Sqrt(Variance + (before * before)));
            var (noised, h) = (Data.Noised(sigma), kappa * Math.Pow(sigma, StepPower));
            law = law.After(x => x + (h * noised.Score(x)), Math.Sqrt(NoiseVariance * h), steps, (-reach, reach));
            before = sigma;
            yield return law;
        }
    }

    private static double[] Times(int levels) => [.. Enumerable.Range(0, levels).Select(i => 1 - (i / (levels - 1.0)))];

    private static (double Share, double[] Ends) Run(ExperimentContext context, Sampler sampler, int count, Func<NoiseSource, Shape, Tensor> start, Rng rng)
    {
        var ends = new double[count];
        var denoiser = Data.Denoiser;
        context.Parallelism.For(count / Tile, t =>
        {
            var noise = new SeededNoise(rng, t * Tile);
            sampler.Sample(denoiser, start(noise, [Tile, 1]), noise).Values.CopyTo(ends.AsSpan(t * Tile, Tile));
        });
        context.Stop.ThrowIfCancellationRequested();
        return (ends.Count(x => x < Middle) / (double)count, ends);
    }

    private static Tolerance Binomial(double p, int count) => Tolerance.Chance(Math.Sqrt(p * (1 - p) / count));

    private static string Text(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}

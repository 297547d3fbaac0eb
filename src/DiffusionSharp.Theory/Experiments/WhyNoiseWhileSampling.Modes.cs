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

/// <content>On mixtures: the modes that are lost.</content>
public sealed partial class WhyNoiseWhileSampling
{
    // Shares, mean and spread on a mixture, against laws computed without samples.
    private void Modes(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var (count, steps) = (context.Size(full: 20000, quick: 4000), context.Size(full: 100, quick: 50));
        var grid = TimeGrid.Uniform(Schedule, steps);
        var start = rng.Split("start").Normal([count, 1]);

        // With noise: the chain's law on a grid, half as fine as the least deviation of a step; the last step is the denoiser itself.
        var law = ChainLaw.Of(x => Gauss(x), -7, 7, 1401);
        for (var i = 0; i + 1 < grid.Count; i++)
        {
            var (t, s) = (Schedule.At(grid.Times[i]), Schedule.At(grid.Targets[i]));
            law = law.Step(x => ConditionalMean(x, t, s), Fresh(t, s));
        }

        var last = Schedule.At(grid.Times[^1]);
        var panels = new List<SvgPlot>();
        Compare("DDPM", Ddpm(grid), NoiseFactor, f => law.Expectation(x => f(Mixture.Denoise(x, last))));

        // Without: each start has one end, and starts are standard normal.
        CompareMap("DDPM, no noise", Ddpm(grid), ConditionalMean);
        CompareMap("DDIM, η = 0", Ddim(grid), DdimStep);
        notebook.Figure(
            "modes",
            $"Samples of a mixture of two normals after {steps} steps (bars) and its density (dashed). " +
            "Without its noise DDPM puts every sample into one narrow peak: the smaller mode is lost, and the spread inside the larger. " +
            "DDIM starts from the same noise, adds none, and has both modes.",
            [.. panels]);

        // The map of DDIM keeps quantiles in the limit: its share reaches the weight with the order of the step.
        int[] counts = [100, 200, 400, 800];
        double[] gaps =
        [
            .. counts.Select(c => Math.Abs(
                ShareBelow(TimeGrid.Uniform(Schedule, c), DdimStep, x => Mixture.Cumulative(x, Schedule.At(1))) - Mixture.Cumulative(Valley, Schedule.At(0)))),
        ];
        double[] lengths = [.. counts.Select(c => 1.0 / c)];
        notebook.Equal(
            "order in 1/S of the error of the left mode's share from the exact law at t = 1: DDIM",
            ConvergenceOrder.Of(lengths, gaps),
            1,
            Tolerance.Order(lengths));
        var left = ShareBelow(TimeGrid.Uniform(Schedule, 800), ConditionalMean, NormalLaw.Cumulative);
        notebook.AtMost("share of the left mode without noise, 800 steps, exact; its weight is 0.3", left, 0.001, Tolerance.Chosen);

        void CompareMap(string name, Sampler sampler, Func<double, NoiseLevel, NoiseLevel, double> step)
        {
            double[] z = Quadrature.Points(-9, 9, 3601);
            double[] ends = [.. z.Select(v => Through(v, grid, step))];
            Compare(name, sampler, 0, f => z.Zip(ends, (a, b) => Gauss(a) * (z[1] - z[0]) * f(b)).Sum());
        }

        void Compare(string name, Sampler sampler, double factor, Func<Func<double, double>, double> expectation)
        {
            var samples = context.Sample(sampler, Mixture.Denoiser, start, rng.Split(name), factor);
            var share = expectation(x => x < Valley ? 1 : 0);
            var mean = expectation(x => x);
            var moments = SampleMoments.Of(samples);

            // A share of N draws is binomial; on the grid the end of the mode is missed by at most half a cell, 0.005 at a density below 0.4.
            notebook.Equal(
                $"{name}: share of the left mode, samples against the exact law of the chain",
                samples.Map(x => x < Valley ? 1 : 0).Mean(),
                share,
                Tolerance.Chance(Math.Sqrt(Math.Max(share * (1 - share), 0) / count)).Plus(new Tolerance(0.002, "half a cell of the grid")));
            notebook.Equal(
                $"{name}: mean, samples against the exact law of the chain",
                new Measurement(moments.Mean.Values[0], moments.MeanErrors.Values[0], count),
                mean);
            notebook.Equal(
                $"{name}: variance, samples against the exact law of the chain",
                new Measurement(moments.Covariance.Values[0], moments.CovarianceErrors.Values[0], count),
                expectation(x => Square(x - mean)));
            panels.Add(Histogram(name, samples));
        }
    }

    private static SvgPlot Histogram(string name, Tensor samples)
    {
        const double low = -2.75, high = 2.85;
        double[] x = Quadrature.Points(low, high, 281);
        return new SvgPlot(
        [
            HistogramSeries.Of("samples", samples.Values, 56, (low, high)),
            new LineSeries("data p(x)", x, [.. x.Select(v => Mixture.Density(v, Schedule.At(0)))]) { Dashed = true, Color = PlotTheme.Paper.Colors[1] },
        ])
        { Title = name, XLabel = "x", YLabel = "density", Width = 380, Height = 320 };
    }

    // P(x ≤ valley) after all steps: the maps are increasing, so it is the share of starts below the one that ends in the valley.
    private static double ShareBelow(TimeGrid grid, Func<double, NoiseLevel, NoiseLevel, double> step, Func<double, double> cumulative)
    {
        double low = -12, high = 12;
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Through(middle, grid, step) < Valley) low = middle;
            else high = middle;
        }

        return cumulative(low);
    }

    private static double Gauss(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    // Eight modes round a circle, the k-th of weight k/36.
    private void Circle(ExperimentContext context, Rng rng, Notebook notebook)
    {
        const int modes = 8;
        var count = context.Size(full: 2000, quick: 1000);
        double[] weights = [.. Enumerable.Range(1, modes).Select(k => k / 36.0)];
        var means = Tensor.Create([modes, 2], m =>
        {
            for (var k = 0; k < modes; k++) (m[2 * k], m[(2 * k) + 1]) = (2 * Math.Cos(k * Math.PI / 4), 2 * Math.Sin(k * Math.PI / 4));
        });
        var denoiser = new GaussianMixtureDenoiser(GaussianMixture.Isotropic(weights, means, [.. weights.Select(_ => 0.04)]));
        var grid = TimeGrid.Uniform(Schedule, 50);
        var start = rng.Split("start").Normal([count, 2]);
        var panels = new List<SvgPlot>();
        foreach (var (name, sampler, factor) in ((string, Sampler, double)[])
        [
            ("DDPM", Ddpm(grid), NoiseFactor),
            ("DDPM, no noise", Ddpm(grid), 0),
            ("DDIM, η = 0", Ddim(grid), 0),
        ])
        {
            var samples = context.Sample(sampler, denoiser, start, rng.Split(name), factor);
            var reached = Enumerable.Range(0, count).Select(k => Nearest(samples, k, means)).Distinct().Count();

            // The rarest mode has weight 1/36: all of N samples miss it with probability (35/36)^N, below 1e-12.
            if (factor > 0 || sampler is DdimSampler) notebook.Equal($"{name}: modes reached of eight on a circle", reached, modes, Tolerance.None);
            else notebook.AtMost($"{name}: modes reached of eight on a circle", reached, modes / 2, Tolerance.Chosen);
            var shown = samples.Slice(0, 400);
            panels.Add(new SvgPlot(
            [
                new PointSeries(
                    "",
                    [.. Enumerable.Range(0, modes).Select(k => means.Values[2 * k])],
                    [.. Enumerable.Range(0, modes).Select(k => means.Values[(2 * k) + 1])]) { Radius = 17, Opacity = 0.15, Color = PlotTheme.Paper.Colors[6] },
                new PointSeries(
                    "",
                    [.. Enumerable.Range(0, 400).Select(k => shown.Values[2 * k])],
                    [.. Enumerable.Range(0, 400).Select(k => shown.Values[(2 * k) + 1])]) { Color = PlotTheme.Paper.Colors[panels.Count] },
            ])
            {
                Title = $"{name}: {reached} of 8 modes",
                XLabel = "x₁",
                YLabel = "x₂",
                XRange = (-3, 3),
                YRange = (-3, 3),
                EqualAspect = true,
                Width = 380,
                Height = 380,
            });
        }

        notebook.Figure(
            "circle",
            "Eight modes on a circle, the k-th of weight k/36 (grey discs), and 400 samples of each sampler after 50 steps. " +
            "Without its noise DDPM ends at few places.",
            [.. panels]);
    }

    private static int Nearest(Tensor samples, int k, Tensor points)
    {
        var (best, least) = (0, double.PositiveInfinity);
        for (var i = 0; i < points.Samples; i++)
        {
            var distance = System.Numerics.Tensors.TensorPrimitives.Distance(samples.Sample(k), points.Sample(i));
            if (distance < least) (best, least) = (i, distance);
        }

        return best;
    }

    private static double DdimStep(double x, NoiseLevel t, NoiseLevel s)
    {
        var d = Mixture.Denoise(x, t);
        return (s.Alpha * d) + (s.Sigma * (x - (t.Alpha * d)) / t.Sigma);
    }

    private static double ConditionalMean(double x, NoiseLevel t, NoiseLevel s)
    {
        var alphaTs = t.Alpha / s.Alpha;
        var added = Square(t.Sigma) - Square(alphaTs * s.Sigma);
        return ((alphaTs * Square(s.Sigma) * x) + (s.Alpha * added * Mixture.Denoise(x, t))) / Square(t.Sigma);
    }

    private static double Through(double x, TimeGrid grid, Func<double, NoiseLevel, NoiseLevel, double> step)
    {
        for (var i = 0; i < grid.Count; i++) x = step(x, Schedule.At(grid.Times[i]), Schedule.At(grid.Targets[i]));
        return x;
    }
}

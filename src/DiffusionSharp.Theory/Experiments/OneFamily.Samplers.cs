using DiffusionSharp.Denoisers;
using DiffusionSharp.Distances;
using DiffusionSharp.Figures;
using DiffusionSharp.Langevin;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Sampling;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <content>The same paths on every schedule, and the samplers of one model for another.</content>
public sealed partial class OneFamily
{
    // The most noise: all schedules reach it.
    private const double Noisiest = 40;

    // One list of σ/α, walked on every schedule, against the walk in y = x/α alone.
    private static void Trajectories(Notebook notebook, Rng rng)
    {
        double[] ratios = [.. Enumerable.Range(0, 31).Select(i => Noisiest * Math.Pow(0.02 / Noisiest, i / 30.0)), 0];
        double[] starts = [.. Quadrature.Points(-2, 2, 9).Select(z => Noisiest * z)];
        var noise = new SeededNoise(rng);
        (string Name, Func<Schedule, TimeGrid, Sampler> Make, Func<double, double, double, double, double> Step)[] samplers =
        [
            ("DDIM", (s, g) => new DdimSampler(s, g), (y, s, next, _) => y + ((next - s) * Slope(y, s))),
            (
                "Heun",
                (s, g) => new HeunSampler(s, g),
                (y, s, next, _) => next == 0 ? y - (s * Slope(y, s)) : y + ((next - s) / 2 * (Slope(y, s) + Slope(y + ((next - s) * Slope(y, s)), next)))),
            (
                "DDPM",
                (s, g) => new DdpmSampler(s, g),
                (y, s, next, z) => y - ((1 - Square(next / s)) * s * Slope(y, s)) + (next * Math.Sqrt(1 - Square(next / s)) * z)),
        ];
        foreach (var (name, make, step) in samplers)
        {
            double[] y = [.. starts];
            for (var i = 0; i + 1 < ratios.Length; i++)
            {
                var z = noise.Draw([starts.Length, 1], i);
                for (var k = 0; k < y.Length; k++) y[k] = step(y[k], ratios[i], ratios[i + 1], z.Values[k]);
            }

            var worst = 0.0;
            foreach (var (_, schedule) in Schedules)
            {
                var sampler = make(schedule, Grids.FromRatios(schedule, ratios));
                var end = sampler.Sample(Mixture.Denoiser, schedule.Alpha(sampler.Grid.Start) * Column(starts), noise);
                worst = Math.Max(worst, (end - Column(y)).MaxAbs());
            }

            notebook.Equal(
                $"{name}: ends on six schedules through the same 32 values of σ/α, against the walk in x/α, largest difference",
                worst,
                0,
                Tolerance.Rounding(2 * Noisiest, 31 * 50));
        }

        Paths(notebook);
    }

    // dy/ds = (y − D)/s.
    private static double Slope(double y, double s) => (y - Mixture.Denoise(y, new NoiseLevel(s, 1, s))) / s;

    private static void Paths(Notebook notebook)
    {
        string[] shown = ["VP", "EDM", "flow matching"];
        double[] ratios = [.. Enumerable.Range(0, 61).Select(i => 5 * Math.Pow(0.01 / 5, i / 60.0))];
        double[] starts = [-8, -4, -1.5, 0.5, 3, 7];
        List<PlotSeries> own = [], one = [];
        for (var c = 0; c < shown.Length; c++)
        {
            var schedule = Schedules.Single(p => p.Name == shown[c]).Schedule;
            var sampler = new HeunSampler(schedule, Grids.FromRatios(schedule, ratios));
            var first = schedule.At(sampler.Grid.Start);
            var states = sampler.Steps(
                Mixture.Denoiser,
                first.Alpha * Column(starts),
                new ConstantNoise(0)).Select(s => (Level: schedule.At(s.Time), s.X)).Prepend((first, first.Alpha * Column(starts))).ToArray();
            for (var k = 0; k < starts.Length; k++)
            {
                var name = k == 0 ? shown[c] : "";
                own.Add(new LineSeries(
                    name,
                    [.. states.Select(s => (s.Item1.Time - schedule.CleanTime) / (first.Time - schedule.CleanTime))],
                    [.. states.Select(s => s.Item2.Values[k])])
                { Color = PlotTheme.Paper.Colors[c] });
                one.Add(new LineSeries(
                    name,
                    [.. states.Select(s => s.Item1.Ratio)],
                    [.. states.Select(s => s.Item2.Values[k] / s.Item1.Alpha)])
                { Color = PlotTheme.Paper.Colors[c], Width = 4.5 - (1.6 * c), Dashed = c > 0 });
            }
        }

        notebook.Figure(
            "paths",
            "Six paths of Heun's sampler through the same σ/α from 5 down to 0.01, on three schedules. " +
            "Left in their own time and scale, right as x/α over σ/α, where the three lie on each other.",
            new SvgPlot([.. own]) { Title = "In their own words", XLabel = "time, as a share of that at σ/α = 5", YLabel = "x_t", Width = 560 },
            new SvgPlot([.. one]) { Title = "As one process", XLabel = "σ/α", YLabel = "x_t/α", XScale = AxisScale.Log, Width = 560 });
    }

    // A model that knows noise prediction on VP alone, under the samplers of EDM, of flow matching and its own.
    private void Borrowed(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var own = new VpLinearSchedule();
        var model = new NoiseModel(own);
        var borrowed = new BorrowedDenoiser(model, own) { Rescaling = Rescaling };
        Schedule edm = new EdmSchedule(), flow = new FlowSchedule();
        (string Name, Denoiser Denoiser, int Order, Func<int, Sampler> Make)[] samplers =
        [
            ("its own DDIM", model, 1, c => new DdimSampler(own, TimeGrid.Uniform(own.AtRatio(Noisiest).Time, 0, c))),
            ("EDM's Heun on Karras's grid", borrowed, 2, c => new HeunSampler(edm, Grids.Karras(edm, c, new GridRange(0.002, Noisiest)))),
            ("flow matching's Euler", borrowed, 1, c => new EulerSampler(flow, TimeGrid.Uniform(Noisiest / (1 + Noisiest), 0, c))),
        ];

        double[] shares = Quadrature.Points(0.02, 0.98, 49);
        var count = context.Size(full: 20000, quick: 4000);
        var clean = new NoiseLevel(0, 1, 0);
        var (x0, eps) = (Mixture.Mixture.Draw(rng.Split("data"), count), rng.Split("noise").Normal([count, 1]));
        double[] x = Quadrature.Points(-3, 3, 241);
        var series = new List<PlotSeries> { new LineSeries(
            "data p(x)",
            x,
            [.. x.Select(v => Mixture.Density(v, clean))]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] } };
        foreach (var (name, denoiser, order, make) in samplers)
        {
            // The flow keeps quantiles, so the error of the law is seen at its quantiles, without chance.
            double[] LawErrors(int steps)
            {
                var sampler = make(steps);
                var level = sampler.Schedule.At(sampler.Grid.Start);
                var end = sampler.Sample(denoiser, Column([.. shares.Select(q => Mixture.Quantile(q, level))]), new ConstantNoise(0));
                return [.. shares.Select((q, i) => Math.Abs(Mixture.Cumulative(end.Values[i], clean) - q))];
            }

            int[] counts = order == 1 ? [100, 200, 400] : [40, 80, 160];
            double[] lengths = [.. counts.Select(c => 1.0 / c)];
            double[] errors = [.. counts.Select(c => LawErrors(c).Max())];
            notebook.Equal(
                $"a VP noise model under {name}: order in 1/S of the error of its law at 49 quantiles",
                ConvergenceOrder.Of(lengths, errors),
                order,
                Tolerance.Order(lengths));
            var sampler = make(counts[1]);
            var samples = context.Sample(sampler, denoiser, sampler.Schedule.At(sampler.Grid.Start).AddNoise(x0, eps), rng.Split(name));
            notebook.Equal(
                $"a VP noise model under {name}, {counts[1]} steps: {count} samples against the data's law, Kolmogorov–Smirnov distance",
                KolmogorovSmirnov.Test(samples.Values, v => Mixture.Cumulative(v, clean)).Statistic,
                0,
                Tolerance.OfKolmogorov(count).Plus(new Tolerance(
                    2 * errors[1],
                    "the law's own error at this number of steps, at most twice that at the quantiles")));
            series.Add(HistogramSeries.Outline($"{name}, {counts[1]} steps", samples.Values, 60, (-3, 3)));
        }

        Annealed(context, rng.Split("annealed"), notebook, borrowed);
        notebook.Figure(
            "borrowed",
            "One model, trained on VP to predict noise, under three samplers of three schedules, and the data's density (dashed).",
            new SvgPlot([.. series.Skip(1), series[0]])
            {
                Title = "Samples of one model under the samplers of others",
                XLabel = "x",
                YLabel = "density",
                Width = 760,
            });
    }

    // SMLD's own sampler asks the VP model too; the other side is the exact law of its chain of Langevin steps.
    private static void Annealed(ExperimentContext context, Rng rng, Notebook notebook, Denoiser denoiser)
    {
        const double least = 0.05, most = 5, kappa = 0.1;
        const int levels = 20, each = 5;
        var count = context.Size(full: 20000, quick: 4000);
        var schedule = new VeGeometricSchedule(least, most);
        double[] times = [.. Enumerable.Range(0, levels).Select(i => 1 - (i / (levels - 1.0)))];
        var sampler = new AnnealedLangevinSampler(schedule, new TimeGrid(times, schedule.CleanTime), kappa, each, finalDenoising: false);
        var samples = context.Sample(sampler, denoiser, most * rng.Split("start").Normal([count, 1]), rng.Split("noise"));

        var law = ChainLaw.Spaced(x => Math.Exp(-x * x / (2 * most * most)) / (most * Math.Sqrt(2 * Math.PI)), -9 * most, 9 * most, most / 10);
        var before = most;
        foreach (var t in times)
        {
            var level = new NoiseLevel(t, 1, schedule.Sigma(t));
            var reach = 1 + (8.5 * Math.Sqrt(0.25 + (before * before)));
            var step = kappa * level.Sigma * level.Sigma;
            law = law.After(x => x + (step * Mixture.Score(x, level)), Math.Sqrt(2 * step), each, (-reach, reach));
            before = level.Sigma;
        }

        // Sums of a density smooth on the scale of σ, on points h = 0.22 σ = 0.011 apart.
        var (points, density) = (law.Points, law.Densities);
        var (h, below) = (points[1] - points[0], 0.0);
        double[] cumulative = [.. density.Select(p =>
        {
            below += p * h;
            return below - (p * h / 2);
        })];
        var distance = KolmogorovSmirnov.Test(samples.Values, x =>
        {
            var place = Math.Clamp((x - points[0]) / h, 0, points.Count - 1.001);
            var i = (int)place;
            return cumulative[i] + ((place - i) * (cumulative[i + 1] - cumulative[i]));
        }).Statistic;
        var slope = Enumerable.Range(1, density.Count - 1).Max(i => Math.Abs(density[i] - density[i - 1]) / h);
        notebook.Equal(
            $"a VP noise model under SMLD's annealed Langevin dynamics, {levels} levels of {each} steps: " +
            $"{count} samples against the exact law of the chain, Kolmogorov–Smirnov distance",
            distance,
            0,
            Tolerance.OfKolmogorov(count).Plus(new Tolerance(
                h * h * slope * ((1 / 12.0) + (1 / 8.0)),
                "the trapezoid sum's end, h²|p′|/12, and linear interpolation, h²|p′|/8")));
    }

    // E[ε | x] for levels of VP and no other, as a network trained there would know it.
    private sealed class NoiseModel(Schedule own) : Denoiser
    {
        public override bool HasGradient => false;

        protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) =>
            throw new NotSupportedException("NoiseModel: it has no gradient.");

        protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
        {
            var data = new double[x.Samples];
            for (var k = 0; k < data.Length; k++)
            {
                var level = levels[k];
                if (level != own.At(level.Time))
                    throw new InvalidOperationException("NoiseModel: it was trained on VP and knows no other level; ask through a BorrowedDenoiser.");
                var eps = (x.Values[k] - (level.Alpha * Mixture.Denoise(x.Values[k], level))) / level.Sigma;
                data[k] = (x.Values[k] - (level.Sigma * eps)) / level.Alpha;
            }

            return new Tensor(x.Shape, data);
        }
    }
}

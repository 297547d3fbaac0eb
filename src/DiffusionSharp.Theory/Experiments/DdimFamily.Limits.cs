using DiffusionSharp.Distances;
using DiffusionSharp.Figures;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Sampling;
using MathNet.Numerics;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <content>The deterministic end of the family, the continuous limits of all of it, and the space of noises.</content>
public sealed partial class DdimFamily
{
    // The dimension in which noises are mixed.
    private const int Dimension = 16;

    private void Flow(Rng rng, Notebook notebook)
    {
        var (from, to) = (Schedule.At(1), Schedule.At(End));
        double[] shares = [.. Quadrature.Points(0.02, 0.98, 49)];
        var noises = new Tensor([shares.Length, 1], [.. shares.Select(q => Mixture.Quantile(q, from))]);
        var data = new Tensor([shares.Length, 1], [.. shares.Select(q => Mixture.Quantile(q, to))]);
        int[] counts = [100, 200, 400, 800];
        double[] lengths = [.. counts.Select(c => 1.0 / c)];
        double[] Errors(Func<int, Tensor> at, Tensor exact) => [.. counts.Select(c => (at(c) - exact).MaxAbs())];

        var silence = new SeededNoise(rng);
        double[] decoding = Errors(c => Ddim(Grid(c), 0).Sample(Mixture.Denoiser, noises, silence), data);
        double[] encoding = Errors(c => new DdimInversion(Schedule, Grid(c)).Invert(Mixture.Denoiser, data), noises);
        double[] both = Errors(
            c => Ddim(Grid(c), DecodingEta).Sample(Mixture.Denoiser, new DdimInversion(Schedule, Grid(c)).Invert(Mixture.Denoiser, data), silence),
            data);
        notebook.Equal(
            "order in 1/S of DDIM's distance from the exact flow, F_s⁻¹(F_t(x)), at 49 quantiles",
            ConvergenceOrder.Of(lengths, decoding),
            1,
            Tolerance.Order(lengths));
        notebook.Equal(
            "order in 1/S of the error of encoding, against the exact flow upwards",
            ConvergenceOrder.Of(lengths, encoding),
            1,
            Tolerance.Order(lengths));
        notebook.Equal("order in 1/S of the error of encoding and decoding", ConvergenceOrder.Of(lengths, both), 1, Tolerance.Order(lengths));
        notebook.Report("largest error of encoding and decoding, 100 steps", both[0]);
        notebook.Report("largest error of encoding and decoding, 800 steps", both[^1]);
        double[] steps = [.. counts.Select(c => (double)c)];
        notebook.Figure(
            "code",
            "Largest error over 49 quantiles of a mixture: from noise to data, from data to noise, and there and back. All fall as 1/S (dashed).",
            new SvgPlot(
            [
                new LineSeries("decoding", steps, decoding) { Markers = true },
                new LineSeries("encoding", steps, encoding) { Markers = true },
                new LineSeries("there and back", steps, both) { Markers = true },
                new LineSeries("1/S", [100, 800], [0.08, 0.01]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
            ])
            { Title = "Noise and data as codes of each other", XLabel = "steps S", YLabel = "largest error", XScale = AxisScale.Log, YScale = AxisScale.Log });
    }

    // One step of each sampler against one step of Euler and Maruyama on its SDE: they differ by O(h²) in mean and in variance.
    private void Limits(Notebook notebook)
    {
        const double time = 0.5;
        double[] steps = [0.02, 0.01, 0.005, 0.0025];
        var level = Schedule.At(time);
        var (f, g2) = (Schedule.Drift(time), Square(Schedule.Diffusion(time)));
        var x = new Tensor([13, 1], Quadrature.Points(-1.5, 1.5, 13));
        var score = x.Map(v => ((level.Alpha * Mixture.Denoise(v, level)) - v) / Square(level.Sigma));
        foreach (var eta in Etas)
        {
            double[] means = new double[steps.Length], variances = new double[steps.Length];
            for (var i = 0; i < steps.Length; i++)
            {
                var sampler = Ddim(new TimeGrid([time], time - steps[i]), eta);
                var mean = sampler.Sample(Mixture.Denoiser, x, new ConstantNoise(0));
                var euler = x - (steps[i] * ((f * x) - (ScoreShare(eta) * g2 * score)));
                means[i] = (mean - euler).MaxAbs();
                variances[i] = Math.Abs(Square((sampler.Sample(Mixture.Denoiser, x, new ConstantNoise(1)) - mean).Values[0]) - (Square(eta) * g2 * steps[i]));
            }

            notebook.Equal(
                FormattableString.Invariant($"η = {eta}: order in h of the difference in mean of one step from dx = [f x − (1 + η²)/2 g² ∇ln p] dt"),
                ConvergenceOrder.Of(steps, means),
                2,
                Tolerance.Order(steps));
            if (eta > 0)
                notebook.Equal(
                    FormattableString.Invariant($"η = {eta}: order in h of the difference in variance of one step from η² g² h"),
                    ConvergenceOrder.Of(steps, variances),
                    2,
                    Tolerance.Order(steps));
        }
    }

    private void Interpolation(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var count = context.Size(full: 50000, quick: 5000);
        var (a, b) = (rng.Split("first").Normal([count, Dimension]), rng.Split("second").Normal([count, Dimension]));

        // E|z| of a standard normal z: the mean of the chi law.
        var chi = Math.Sqrt(2) * Math.Exp(SpecialFunctions.GammaLn((Dimension + 1) / 2.0) - SpecialFunctions.GammaLn(Dimension / 2.0));
        double[] shares = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1];
        double[] straight = new double[shares.Length], round = new double[shares.Length];
        double[] middleStraight = [], middleRound = [];
        for (var i = 0; i < shares.Length; i++)
        {
            var u = shares[i];
            var (lerp, slerp) = (Norms(a, b, (_, _) => (1 - u, u)), Norms(a, b, (_, theta) => Weights(u, theta)));
            (straight[i], round[i]) = (Mean(lerp), Mean(slerp));
            if (u == 0.5) (middleStraight, middleRound) = (lerp, slerp);
            if (u is not (0.25 or 0.5)) continue;
            var power = Square(1 - u) + Square(u);
            notebook.Equal(FormattableString.Invariant($"straight, u = {u}: mean of |z|"), Measurement.OfMean(lerp), Math.Sqrt(power) * chi);
            notebook.Equal(FormattableString.Invariant($"straight, u = {u}: mean of |z|²"), Measurement.OfMean([.. lerp.Select(Square)]), power * Dimension);
            notebook.Equal(
                FormattableString.Invariant($"on the sphere, u = {u}: mean of |z|², samples against quadrature over the angle"),
                Measurement.OfMean([.. slerp.Select(Square)]),
                OnSphere(u, chi));
        }

        // With weights that do not look at the angle the mixture is standard normal itself.
        var quarter = Norms(a, b, (_, _) => (Math.Sqrt(0.5), Math.Sqrt(0.5)));
        notebook.Equal(
            $"√½ a + √½ b: {count} lengths against the chi law, Kolmogorov–Smirnov distance",
            KolmogorovSmirnov.Test(quarter, r => MathNet.Numerics.Distributions.Chi.CDF(Dimension, r)).Statistic,
            0,
            Tolerance.OfKolmogorov(count));
        notebook.Report("mean of |z|² half way on the sphere, over d", OnSphere(0.5, chi) / Dimension);
        Decoded(context, rng.Split("decoding"), notebook, a, b);
        double[] r = Quadrature.Points(0, 7.5, 151);
        notebook.Figure(
            "interpolation",
            "Between two standard normal noises in 16 dimensions. Left: mean length along the way, measured (dots) and exact (dashed). " +
            "Right: lengths half way, and the chi law that a sampler expects. Straight mixtures are too short. " +
            "Those on the sphere have the right length on average, though too evenly; √½ a + √½ b has the whole law.",
            new SvgPlot(
            [
                new PointSeries("straight", shares, straight) { Radius = 4 },
                new PointSeries("on the sphere", shares, round) { Radius = 4 },
                new LineSeries(
                    "√((1−u)² + u²) E χ",
                    Quadrature.Points(0, 1, 41),
                    [.. Quadrature.Points(0, 1, 41).Select(u => Math.Sqrt(Square(1 - u) + Square(u)) * chi)])
                    {
                        Dashed = true,
                        Color = PlotTheme.Paper.Colors[0],
                    },
                new LineSeries("E χ", [0, 1], [chi, chi]) { Dashed = true, Color = PlotTheme.Paper.Colors[1] },
            ])
            { Title = "Length along the way", XLabel = "share u of the way", YLabel = "mean of |z|", YRange = (0, 5), Width = 560 },
            new SvgPlot(
            [
                Outline("straight", middleStraight, PlotTheme.Paper.Colors[0]),
                Outline("on the sphere", middleRound, PlotTheme.Paper.Colors[1]),
                Outline("√½ a + √½ b", quarter, PlotTheme.Paper.Colors[2]),
                new LineSeries(
                    "chi law",
                    r,
                    [.. r.Select(v => MathNet.Numerics.Distributions.Chi.PDF(Dimension, v))]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
            ])
            { Title = "Lengths half way", XLabel = "|z|", YLabel = "density", Width = 560 });
    }

    // What the sampler without noise makes of mixed noises, coordinate by coordinate: its map is increasing, so the law of its ends is known.
    private void Decoded(ExperimentContext context, Rng rng, Notebook notebook, Tensor a, Tensor b)
    {
        const int steps = 50;
        var (count, grid) = (a.Samples, Grid(steps));
        double[] starts = [.. Quadrature.Points(-5.5, 5.5, 2201)];
        double[] ends = [.. starts.Select(x => Through(x, grid))];
        double Statistic(Func<double, (double First, double Second)> weights)
        {
            var mixed = Tensor.Create([count, 1], v =>
            {
                for (var k = 0; k < count; k++)
                {
                    ReadOnlySpan<double> p = a.Sample(k), q = b.Sample(k);
                    var cosine = System.Numerics.Tensors.TensorPrimitives.Dot(
                        p,
                        q) / Math.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares(p) * System.Numerics.Tensors.TensorPrimitives.SumOfSquares(q));
                    var (first, second) = weights(Math.Acos(cosine));
                    v[k] = (first * p[0]) + (second * q[0]);
                }
            });
            var samples = context.Sample(Ddim(grid, DecodingEta), Mixture.Denoiser, mixed, rng);
            return KolmogorovSmirnov.Test(samples.Values, x => Interpolated(ends, starts, x, NormalLaw.Cumulative)).Statistic;
        }

        notebook.Equal(
            $"√½ a + √½ b decoded by DDIM in {steps} steps: {count} points against the law of decoded noise, Kolmogorov–Smirnov distance",
            Statistic(_ => (Math.Sqrt(0.5), Math.Sqrt(0.5))),
            0,
            Tolerance.OfKolmogorov(count));
        notebook.Report("half way on the sphere, decoded: Kolmogorov–Smirnov distance from the law of decoded noise", Statistic(theta => Weights(0.5, theta)));
        notebook.Report("half way straight, decoded: Kolmogorov–Smirnov distance from the law of decoded noise", Statistic(_ => (0.5, 0.5)));
    }

    private static double Mean(double[] values) => Measurement.OfMean(values).Value;

    private static double[] Norms(Tensor a, Tensor b, Func<int, double, (double First, double Second)> weights)
    {
        var norms = new double[a.Samples];
        for (var k = 0; k < norms.Length; k++)
        {
            double aa = 0, bb = 0, ab = 0;
            for (var i = 0; i < Dimension; i++)
            {
                aa += Square(a.Sample(k)[i]);
                bb += Square(b.Sample(k)[i]);
                ab += a.Sample(k)[i] * b.Sample(k)[i];
            }

            var (first, second) = weights(k, Math.Acos(ab / Math.Sqrt(aa * bb)));
            norms[k] = Math.Sqrt((first * first * aa) + (second * second * bb) + (2 * first * second * ab));
        }

        return norms;
    }

    // E|slerp|²: lengths are independent of the angle, whose density is in proportion to sin^(d−2) θ; E r² = d, E r r′ = (E χ)².
    private static double OnSphere(double u, double chi)
    {
        double Density(double theta) => Math.Pow(Math.Sin(theta), Dimension - 2);
        double Term(double theta)
        {
            var (first, second, sine) = (Math.Sin((1 - u) * theta), Math.Sin(u * theta), Math.Sin(theta));
            return sine == 0 ? 0 : ((Dimension * ((first * first) + (second * second))) + (2 * chi * chi * first * second * Math.Cos(theta))) / (sine * sine);
        }

        return Quadrature.Integrate(t => Density(t) * Term(t), 0, Math.PI, 2000) / Quadrature.Integrate(Density, 0, Math.PI, 2000);
    }

    private static LineSeries Outline(string name, double[] values, string color) => HistogramSeries.Outline(name, values, 50, (0, 7.5)) with { Color = color };
}

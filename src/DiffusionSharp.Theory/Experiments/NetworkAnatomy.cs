using System.Globalization;
using DiffusionSharp.Denoisers;
using DiffusionSharp.Figures;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Schedules;
using DiffusionSharp.Statistics;
using DiffusionSharp.Targets;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Anatomy;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.TrainedNetworks;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>What stands in the middle of a diffusion model: a U-Net counted block by block, its sense of time, and what it predicts at each level.</summary>
public sealed class NetworkAnatomy : Experiment
{
    private static readonly double[] Ratios = [0.1, 0.3, 0.7, 1.5, 4];

    // Times from which the embedding is compared with later ones.
    private static readonly int[] Starts = [0, 200, 400];

    /// <summary>Whether a skip's channels are among those that a block of the drawn graph takes in: they are.</summary>
    public bool JoinsSkips { get; init; } = true;

    /// <summary>The sense of time, from a batch of timesteps and a width: the embedding under test.</summary>
    public Func<Node, int, Node> Embedding { get; init; } = (t, width) => Op.SinusoidalFeatures(t, width);

    /// <summary>What multiplies σ v in D = αx − σv: the formula under test.</summary>
    public double VelocityFactor { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => "network-anatomy";

    /// <inheritdoc/>
    public override string Title => "Anatomy of the network";

    /// <inheritdoc/>
    public override string Claim =>
        "The network of a diffusion model for pictures is a U-Net that is told the time. " +
        "Its parameters are those of its layers' formulas; its time embedding sees differences of time alone; " +
        "and whatever it predicts, noise, data or velocity, is one estimate of the data, " +
        "whose error lies between the ideal one of its training data and that of the best constant guess.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "e(t) = (cos ω₁t, …, sin ω₁t, …),  ω_i = 10000^(−i/half)",
        "⟨e(t), e(s)⟩ = Σ cos ω_i(t − s),  |e(t)|² = half",
        "D = (x − σ ε̂)/α = αx − σv  where α² + σ² = 1",
        "E|x₀ − D*|² ≤ E|x₀ − D_θ|² ≤ E|x₀ − E x₀|²,  D* = Σ softmax(−|x − αd_j|²/2σ²) d_j",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Ronneberger et al. 2015, arXiv:1505.04597 (U-Net)",
        "Ho et al. 2020, arXiv:2006.11239, appendix B",
        "Vaswani et al. 2017, arXiv:1706.03762, section 3.5 (positions as sines)",
        "Karras et al. 2022, arXiv:2206.00364, appendix B.3 (the ideal denoiser of a data set)",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var network = DigitsNetwork.Train(context.Size(full: 900, quick: 30), context.Size(full: 500, quick: 100), rng, context);
        Blocks(network, notebook);
        Times(context, notebook);
        Conversions(network, context, rng.Split("conversions"), notebook);
        Errors(network, context, rng.Split("errors"), notebook);
    }

    private void Blocks(DigitsNetwork network, Notebook notebook)
    {
        var output = Training.Models.BoundNetwork.Outputs(new Training.Models.NetworkBlueprint(network.Model.Config, network.Model.SampleShape), 1)["out"];
        var (blocks, skips) = (NetworkBlock.Of(output), NetworkBlock.Skips(output));
        var formula = ParameterCount.Of(DigitsNetwork.Network);
        notebook.Equal(
            "parameters of all blocks against those of the weights",
            blocks.Sum(b => b.Parameters),
            network.Model.Weights.Layout.Count,
            Tolerance.None);
        notebook.Equal("blocks of the graph against those of the formulas", blocks.Count(b => formula.ContainsKey(b.Name)), formula.Count, Tolerance.None);
        foreach (var block in blocks)
            notebook.Equal($"parameters of {block.Name} against its layers' formulas", block.Parameters, formula.GetValueOrDefault(block.Name), Tolerance.None);

        // The same from the picture of the graph alone: a block takes in what the one before it gives, and what its skip brings.
        var time = blocks.Single(b => b.Name == "time_embedding").Output[1];
        for (var i = 1; i < blocks.Count; i++)
        {
            if (!blocks[i].Name.Contains(".resnets.", StringComparison.Ordinal)) continue;
            var joined = skips.Where(s => JoinsSkips && s.To == blocks[i].Name).Sum(s => blocks.Single(b => b.Name == s.From).Output[3]);
            var inputs = blocks[i - 1].Output[3] + joined;
            notebook.Equal(
                $"parameters of {blocks[i].Name} from the shapes drawn, {inputs} channels in, against its weights",
                ParameterCount.OfResidual(inputs, blocks[i].Output[3], time),
                blocks[i].Parameters,
                Tolerance.None);
        }

        // One skip from conv_in, from every layer on the way down, and from every halving.
        var options = DigitsNetwork.Network;
        notebook.Equal("skips", skips.Count, 1 + (options.Channels!.Count * options.LayersPerBlock) + options.Channels.Count - 1, Tolerance.None);
        var sides = blocks.ToDictionary(b => b.Name, b => b.Output);
        notebook.Equal("skips that join pictures of different sides", skips.Count(s => Side(s.From, down: true) != Side(s.To, down: false)), 0, Tolerance.None);
        notebook.Figure(
            "blocks",
            "The network that this experiment trains, drawn from its graph: every block with the shape of what it gives and its parameters. " +
            "Down at the left, up at the right, skips dashed.",
            UNetDiagram.ToSvg(blocks, skips));

        int Side(string name, bool down) => down || !name.Contains("upsamplers", StringComparison.Ordinal) ? sides[name][1] : sides[name][1] / 2;
    }

    private void Times(ExperimentContext context, Notebook notebook)
    {
        const int times = 1000;
        var width = DigitsNetwork.Network.Channels![0];
        var half = width / 2;
        var graph = new Graph();
        var weights = new ParameterBuffer(graph.Layout);
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["e"] = Embedding(graph.Input("t", [times]), width) }, weights, context.Executor);
        for (var t = 0; t < times; t++) program.Input("t")[t] = t;
        program.Run();
        var e = Tensor.Create([times, width], v =>
        {
            for (var i = 0; i < v.Length; i++) v[i] = program.Output("e")[i];
        });

        // Float32: frequency and product are rounded, so an angle up to 999 is off by 2 · 999 · 2⁻²⁴; a product of two values by twice that.
        var tolerance = new Tolerance(
            width * 2 * ((2 * times * Math.Pow(2, -24)) + Math.Pow(2, -22)),
            "float32 rounding of angles up to 999, in both factors of every product");
        var worstNorm = Enumerable.Range(0, times).Max(t => Math.Abs(Dot(t, t) - half));
        var worst = 0.0;
        for (var gap = 0; gap < times; gap += 7)
        {
            var expected = Enumerable.Range(0, half).Sum(i => Math.Cos(gap * Math.Pow(10_000, -(double)i / half)));
            for (var t = 0; t + gap < times; t += 41) worst = Math.Max(worst, Math.Abs(Dot(t, t + gap) - expected));
        }

        notebook.Equal($"largest | |e(t)|² − {half} | over {times} times", worstNorm, 0, tolerance);
        notebook.Equal("largest |⟨e(t), e(s)⟩ − Σ cos ω(t − s)| over pairs of times", worst, 0, tolerance);

        const int shown = 400;
        var gaps = Enumerable.Range(0, shown).ToArray();
        var picture = Tensor.Create([width, shown], v =>
        {
            for (var c = 0; c < width; c++)
                for (var k = 0; k < shown; k++) v[(c * shown) + k] = e.Sample(gaps[k])[c];
        });
        notebook.Figure(
            "time",
            "Left: the time embedding of this network, channel by channel: cosines above each other, then sines, from fast to slow. " +
            "Right: what two times have in common depends on their difference alone; three starts (lines) and the formula (dashed).",
            new SvgPlot(
            [
                new HeatMapSeries(
                    "e(t)",
                    [.. gaps.Select(g => (double)g)],
                    [.. Enumerable.Range(0, width).Select(c => (double)c)],
                    picture) { Map = ColorMap.Diverging },
            ])
            { Title = "The time embedding", XLabel = "timestep t", YLabel = "channel", Width = 520 },
            new SvgPlot(
            [
                .. Starts.Select((t, i) => new LineSeries(
                    $"t = {t}",
                    [.. Enumerable.Range(0, 200).Select(g => (double)g)],
                    [.. Enumerable.Range(0, 200).Select(g => Dot(t, t + g))]) { Width = 3 - i }),
                new LineSeries(
                    "Σ cos ω(t − s)",
                    [.. Enumerable.Range(0, 200).Select(g => (double)g)],
                    [.. Enumerable.Range(0, 200).Select(g => Enumerable.Range(0, half).Sum(i => Math.Cos(g * Math.Pow(10_000, -(double)i / half))))])
                    {
                        Dashed = true,
                        Color = PlotTheme.Paper.Colors[6],
                    },
            ])
            { Title = "⟨e(t), e(s)⟩", XLabel = "s − t", YLabel = "inner product", Width = 480 });

        double Dot(int t, int s)
        {
            ReadOnlySpan<double> a = e.Sample(t), b = e.Sample(s);
            var sum = 0.0;
            for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
            return sum;
        }
    }

    // What is predicted is an expectation over the posterior. Where the data is a list of pictures that posterior is a list of weights, so every
    // prediction can be averaged by itself and held against what the ideal denoiser is converted to.
    private void Conversions(DigitsNetwork network, ExperimentContext context, Rng rng, Notebook notebook)
    {
        const int count = 16;
        var (pictures, schedule) = (network.Pictures, network.Model.Schedule);
        var ideal = new FiniteDataDenoiser(new FiniteData(pictures, context.Parallelism));
        var size = pictures.Shape.Tail().Count;
        foreach (var ratio in Ratios)
        {
            var level = schedule.At(Math.Round(schedule.AtRatio(ratio).Time));
            var x = level.AddNoise(pictures.Slice(0, count), rng.Split("noise").Normal(pictures.Shape.With(0, count)));
            var d = ideal.Denoise(x, level);
            var (eps, v, score) = Expected(pictures, x, level);

            // A weight's exponent is half of a sum of as many squares as pixels, of 512 at most where the weight is not nothing, found in two ways;
            // a division by α or σ enlarges what that changes.
            var rounding = Tolerance.Rounding(10 / Math.Min(level.Alpha, level.Sigma), 2.0 * size * 512);
            notebook.Equal(
                $"σ/α = {Text(ratio)}: the ideal D against αx − σv of the expected velocity",
                (d - ((level.Alpha * x) - (VelocityFactor * level.Sigma * v))).MaxAbs(),
                0,
                rounding);
            notebook.Equal(
                $"σ/α = {Text(ratio)}: the ideal D as a velocity, against the expected one",
                (PredictionConversion.FromData(Prediction.Velocity, d, x, level) - v).MaxAbs(),
                0,
                rounding);
            notebook.Equal(
                $"σ/α = {Text(ratio)}: the ideal D as noise, against the expected one",
                (PredictionConversion.FromData(Prediction.Noise, d, x, level) - eps).MaxAbs(),
                0,
                rounding);
            notebook.Equal(
                $"σ/α = {Text(ratio)}: the ideal D as a score, against the expected one",
                (level.Sigma * (PredictionConversion.FromData(Prediction.Score, d, x, level) - score)).MaxAbs(),
                0,
                rounding);
        }

        // No mathematics, but that the denoiser of this network is wired to its output as a velocity.
        var compiled = network.Model.Network(count, context.Executor);
        var middle = schedule.At(Math.Round(schedule.AtRatio(Ratios[2]).Time));
        var noisy = middle.AddNoise(pictures.Slice(0, count), rng.Split("wiring").Normal(pictures.Shape.With(0, count)));
        var t = new float[count];
        Array.Fill(t, (float)middle.Time);
        var raw = Tensor.From(compiled.Evaluate(noisy.ToFloat(), t, []));
        notebook.Equal(
            "wiring: the network's denoiser against αx − σ times its raw output",
            (new NetworkDenoiser(compiled, Prediction.Velocity).Denoise(noisy, middle) - ((middle.Alpha * noisy) - (middle.Sigma * raw))).MaxAbs(),
            0,
            Tolerance.Rounding(10, 20));
    }

    // E[ε | x], E[v | x] and E[−ε/σ | x], each its own sum over the pictures that may stand behind x.
    private static (Tensor Noise, Tensor Velocity, Tensor Score) Expected(Tensor pictures, Tensor x, NoiseLevel level)
    {
        var size = pictures.Shape.Tail().Count;
        double[] noise = new double[x.Shape.Count], velocity = new double[x.Shape.Count], score = new double[x.Shape.Count];
        var exponents = new double[pictures.Samples];
        for (var k = 0; k < x.Samples; k++)
        {
            var own = x.Sample(k);
            for (var j = 0; j < exponents.Length; j++)
            {
                var picture = pictures.Sample(j);
                exponents[j] = 0;
                for (var i = 0; i < size; i++) exponents[j] -= Math.Pow((own[i] - (level.Alpha * picture[i])) / level.Sigma, 2) / 2;
            }

            var largest = exponents.Max();
            var total = exponents.Sum(e => Math.Exp(e - largest));
            for (var j = 0; j < exponents.Length; j++)
            {
                var weight = Math.Exp(exponents[j] - largest) / total;
                var picture = pictures.Sample(j);
                if (weight == 0) continue;
                for (var i = 0; i < size; i++)
                {
                    var eps = (own[i] - (level.Alpha * picture[i])) / level.Sigma;
                    noise[(k * size) + i] += weight * eps;
                    velocity[(k * size) + i] += weight * ((level.Alpha * eps) - (level.Sigma * picture[i]));
                    score[(k * size) + i] -= weight * eps / level.Sigma;
                }
            }
        }

        return (new Tensor(x.Shape, noise), new Tensor(x.Shape, velocity), new Tensor(x.Shape, score));
    }

    private static void Errors(DigitsNetwork network, ExperimentContext context, Rng rng, Notebook notebook)
    {
        var count = context.Size(full: 512, quick: 128);
        var pictures = network.Pictures;
        var denoiser = network.Model.Denoiser(64, context.Executor);
        var ideal = new FiniteDataDenoiser(new FiniteData(pictures, context.Parallelism));
        var size = pictures.Shape.Tail().Count;
        var chosen = Enumerable.Range(0, count).Select(k => rng.Split("choice").Integer(pictures.Samples, 2 * (ulong)k)).ToArray();
        var x0 = Rows(pictures, chosen);
        var mean = Tensor.Create(pictures.Shape.Tail(), v =>
        {
            for (var k = 0; k < pictures.Samples; k++)
                for (var i = 0; i < v.Length; i++) v[i] += pictures.Sample(k)[i] / pictures.Samples;
        });
        double[] ofNetwork = new double[Ratios.Length], ofIdeal = new double[Ratios.Length];
        var constant = Enumerable.Range(0, pictures.Samples).Average(k => Distance(pictures.Sample(k), mean.Values));
        var rows = new List<(string Label, Tensor Noisy, Tensor Found, Tensor Best)>();
        for (var r = 0; r < Ratios.Length; r++)
        {
            context.Stop.ThrowIfCancellationRequested();
            var level = network.Model.Schedule.At(Math.Round(network.Model.Schedule.AtRatio(Ratios[r]).Time));
            var time = FormattableString.Invariant($"t = {level.Time}");
            var x = level.AddNoise(x0, rng.Split("noise").Split(r).Normal(x0.Shape));
            var (found, best) = (denoiser.Denoise(x, level), ideal.Denoise(x, level));
            double[] errors = [.. Enumerable.Range(0, count).Select(k => Distance(x0.Sample(k), found.Sample(k)))];
            double[] least = [.. Enumerable.Range(0, count).Select(k => Distance(x0.Sample(k), best.Sample(k)))];
            (ofNetwork[r], ofIdeal[r]) = (errors.Average(), least.Average());
            var above = Measurement.OfMean([.. errors.Zip(least, (a, b) => a - b)]);
            notebook.AtLeast(
                $"{time}: mean squared error of the network less the ideal one, over the same pictures and noise",
                above.Value,
                0,
                Tolerance.Chance(above.StandardError));

            // A network of a few steps has learned nothing yet that could be promised.
            if (!context.Quick)
            {
                var measured = Measurement.OfMean(errors);
                notebook.AtMost(
                    $"{time}: mean squared error of the network against the best constant guess",
                    measured.Value,
                    constant,
                    Tolerance.Chance(measured.StandardError));
            }

            notebook.Report($"{time}, σ/α = {Text(level.Ratio)}: mean squared error of a pixel, network", ofNetwork[r]);
            notebook.Report($"{time}, σ/α = {Text(level.Ratio)}: mean squared error of a pixel, ideal", ofIdeal[r]);
            rows.Add((time, x.Slice(0, 2), found.Slice(0, 2), best.Slice(0, 2)));
        }

        notebook.Report("mean squared error of a pixel, best constant guess", constant);
        notebook.Figure(
            "errors",
            "Mean squared error of a pixel over the noise: the network between the ideal denoiser of its own training pictures, " +
            "which knows them by heart (below the frame where there is little noise), and the best constant guess." +
            (context.Quick ? " After the few steps of a quick run it is hardly better than the guess." : ""),
            new SvgPlot(
            [
                new LineSeries("best constant guess", [Ratios[0], Ratios[^1]], [constant, constant]) { Dashed = true, Color = PlotTheme.Paper.Colors[6] },
                new LineSeries("network", Ratios, ofNetwork) { Markers = true, Color = PlotTheme.Paper.Colors[1] },
                new LineSeries("ideal of its training pictures", Ratios, ofIdeal) { Markers = true, Color = PlotTheme.Paper.Colors[0] },
            ])
            {
                Title = "How well it can do",
                XLabel = "noise in units of the data, σ/α",
                YLabel = "mean squared error of a pixel",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
                YRange = (1e-5, 1),
            });
        notebook.Figure(
            "predictions",
            "What the network sees and says at five times, for two digits: the picture, the picture with noise, the network's estimate, " +
            "and the mean over its training pictures that is best. With little noise it restores, with much it dreams a blur.",
            Strip(x0, rows));

        double Distance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
        {
            var sum = 0.0;
            for (var i = 0; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
            return sum / size;
        }
    }

    private static PictureStrip Strip(Tensor x0, List<(string Label, Tensor Noisy, Tensor Found, Tensor Best)> rows)
    {
        string[] names = ["x₀", "x_t", "network", "ideal"];
        return PictureStrip.Of([.. Enumerable.Range(0, 2).SelectMany(k => new[]
        {
            Row(_ => x0, k), Row(r => r.Noisy, k), Row(r => r.Found, k), Row(r => r.Best, k),
        })])
        with
        { RowLabels = [.. names, .. names], ColumnLabels = [.. rows.Select(r => r.Label)], Scale = 5 };

        Tensor Row(Func<(string, Tensor Noisy, Tensor Found, Tensor Best), Tensor> batch, int k) =>
            Tensor.Concatenate([.. rows.Select(r => batch(r).Slice(k, 1).Clamp(-1, 1))]);
    }

    private static Tensor Rows(Tensor from, int[] chosen) => Tensor.Concatenate([.. chosen.Select(k => from.Slice(k, 1))]);

    private static string Text(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}

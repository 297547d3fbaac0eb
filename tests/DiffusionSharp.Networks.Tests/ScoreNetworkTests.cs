using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Layers;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Networks.Tests;

public sealed class ScoreNetworkTests
{
    private static readonly UNet2DOptions Tiny = new() { SampleSize = 4, InChannels = 2, OutChannels = 2, Channels = [4, 8], LayersPerBlock = 1, DownBlocks = [BlockKind.Plain, BlockKind.Attention], UpBlocks = [BlockKind.Attention, BlockKind.Plain], HeadWidth = null, NormGroups = 2 };

    private static readonly Dictionary<string, UNet2DOptions> Kinds = new()
    {
        ["skip blocks"] = Tiny with { DownBlocks = [BlockKind.Skip, BlockKind.AttentionSkip], UpBlocks = [BlockKind.AttentionSkip, BlockKind.Skip], TimeEmbedding = TimeEmbeddingKind.Fourier, NormGroups = null },
        ["skip blocks on the way down alone"] = Tiny with { DownBlocks = [BlockKind.Skip, BlockKind.Plain], TimeEmbedding = TimeEmbeddingKind.Fourier },
        ["Fir resampling and rescaled sums"] = Tiny with { Downsampling = ResamplingKind.Fir, Upsampling = ResamplingKind.Fir, ResidualScale = Math.Sqrt(2) },
        ["no time"] = Tiny with { TimeEmbedding = TimeEmbeddingKind.None },
        ["no time but classes, scale and shift"] = Tiny with { TimeEmbedding = TimeEmbeddingKind.None, Classes = 3, ScaleShift = true },
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Output_and_gradients_are_those_of_the_interpreter_and_of_differences(string name)
    {
        var network = new Case(Kinds[name]);
        var weights = network.Draw();
        var values = weights.Export().ToDictionary(p => p.Name, p => Array.ConvertAll(p.Value.Values.ToArray(), v => (double)v));
        var parameters = network.Graph.Parameters;
        var gradients = Gradients.Of(network.Loss, parameters);
        var entries = network.Graph.Layout.Entries;
        var outputs = entries.Select((e, i) => (e.Name, Node: gradients[i])).ToDictionary(p => p.Name, p => p.Node);
        var program = network.Compile(new Dictionary<string, Node>(outputs) { ["y"] = network.Output }, weights);
        program.Run();

        Interpreter Oracle() => new(network.Inputs, p => values[p], default);
        var oracle = Oracle();
        var expected = oracle.Evaluate(network.Output);
        Near.Absolute(expected, Doubles(program.Output("y")), 1e-5 * expected.Max(Math.Abs), $"{name}: output");
        var largest = entries.Select((_, i) => oracle.Evaluate(gradients[i]).Max(Math.Abs)).Max();
        foreach (var (index, (entry, gradient)) in entries.Zip(gradients).Index())
        {
            var exact = oracle.Evaluate(gradient);
            Near.Absolute(exact, Doubles(program.Output(entry.Name)), 1e-4 * largest, $"{name}: {entry.Name}");
            if (!entry.Trained || index % 5 != 0) continue;

            // One value of some parameters, moved: the slope of the loss.
            var (at, held) = (entry.Shape.Count / 2, values[entry.Name]);
            var (was, h) = (held[at], 1e-4);
            held[at] = was + h;
            var above = Oracle().Evaluate(network.Loss)[0];
            held[at] = was - h;
            var below = Oracle().Evaluate(network.Loss)[0];
            held[at] = was;
            Near.Number((above - below) / (2 * h), exact[at], 1e-6 * Math.Max(1, largest), $"{name}: slope of {entry.Name}");
        }
    }

    [Fact]
    public void What_does_not_see_time_is_one_function_of_the_picture_divided_by_sigma()
    {
        var network = new Case(Kinds["no time"]);
        var weights = network.Draw();
        double[] At(double sigma)
        {
            network.Inputs["t"] = [sigma, sigma];
            return new Interpreter(network.Inputs, p => Array.ConvertAll(weights[p].ToArray(), v => (double)v), default).Evaluate(network.Output);
        }

        Near.Absolute([.. At(0.5).Select(v => 0.5 * v)], [.. At(40).Select(v => 40 * v)], 1e-12, "σ · output");
    }

    [Fact]
    public void Fourier_features_of_sigma_are_sines_then_cosines_of_its_logarithm_at_the_fixed_frequencies()
    {
        var graph = new Graph();
        var t = graph.Input("t", [2]);
        UNet2D.Build(graph, Tiny with { TimeEmbedding = TimeEmbeddingKind.Fourier }, graph.Input("x", [2, 4, 4, 2]), t);
        var features = graph.Nodes.Last(n => n.Scope == "time_proj");
        var w = new[] { -20.0, 3, 0.5, 17 };
        var actual = new Interpreter(new Dictionary<string, double[]> { ["t"] = [0.3, 50] }, _ => w, default).Evaluate(features);
        var expected = new[] { 0.3, 50 }.SelectMany(s => w.Select(f => Math.Sin(2 * Math.PI * f * Math.Log(s))).Concat(w.Select(f => Math.Cos(2 * Math.PI * f * Math.Log(s))))).ToArray();
        Near.Absolute(expected, actual, 1e-4, "features"); // 2π is a float in the graph
    }

    [Fact]
    public void Frequencies_are_normal_with_deviation_16_and_training_leaves_them_and_their_average_as_they_were()
    {
        var network = new Case(Tiny with { Channels = [4, 8], TimeEmbedding = TimeEmbeddingKind.Fourier, Dropout = 0.1 });
        var weights = network.Draw();
        var state = new TrainingState(new(network.Graph.Layout), new(network.Graph.Layout), new(network.Graph.Layout));
        state.Average!.CopyFrom(weights);
        var before = weights["time_proj.weight"].ToArray();
        var moved = weights["conv_in.weight"].ToArray();
        var norm = Op.Train(network.Loss, network.Graph.Input("rates", [TrainingRates.Count]), new AdamOptions(WeightDecay: 0.1, ClipNorm: 1).ToUpdate());
        var program = network.Compile(new Dictionary<string, Node> { ["norm"] = norm }, weights, state);
        for (var step = 1; step <= 3; step++)
        {
            TrainingRates.Write(program.Input("rates"), step, new AdamOptions(Rate: 1e-2), new LearningRateSchedule(), new EmaOptions());
            program.Run(new Rng((ulong)step));
        }

        Assert.Equal(before, weights["time_proj.weight"].ToArray());
        Assert.Equal(before, state.Average["time_proj.weight"].ToArray());
        Assert.NotEqual(moved, weights["conv_in.weight"].ToArray());

        var graph = new Graph();
        FourierEmbedding.Build(new LayerBuilder(graph, InitializationScheme.Ddpm), graph.Input("t", [1]), 4096);
        var frequencies = new float[4096];
        graph.Layout["time_proj.weight"].Initializer(frequencies, new Rng(5));
        Assert.InRange(Math.Sqrt(frequencies.Average(f => (double)f * f)), 15.4, 16.6);
    }

    private static double[] Doubles(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), v => (double)v);

    /// <summary>A network, its loss and values for its inputs.</summary>
    private sealed class Case
    {
        public Case(UNet2DOptions options)
        {
            var x = Graph.Input("x", [2, 4, 4, 2]);
            var labels = options.Classes is null ? null : Graph.Input("y", [2]);
            Output = UNet2D.Build(Graph, options, x, Graph.Input("t", [2]), labels, training: false);
            Loss = Op.MeanSquaredError(Output, Graph.Input("target", Output.Shape));
            Inputs = new Dictionary<string, double[]> { ["x"] = Random(x.Shape, 1), ["t"] = [0.7, 1.9], ["target"] = Random(Output.Shape, 2), ["y"] = [2, 0] };
        }

        public Graph Graph { get; } = new();

        public Node Output { get; }

        public Node Loss { get; }

        public Dictionary<string, double[]> Inputs { get; }

        public ParameterBuffer Draw()
        {
            var weights = new ParameterBuffer(Graph.Layout);
            weights.Initialize(new Rng(4));
            return weights;
        }

        public CompiledGraph Compile(Dictionary<string, Node> outputs, ParameterBuffer weights, TrainingState? state = null)
        {
            var program = CompiledGraph.Compile(outputs, weights, new CpuExecutor(Parallelism.Single, Precision.Exact), state);
            foreach (var (name, values) in Inputs)
                if (program.HasInput(name)) Array.ConvertAll(values, v => (float)v).CopyTo(program.Input(name));
            return program;
        }

        private static double[] Random(Shape shape, ulong seed)
        {
            var values = new float[shape.Count];
            new Rng(seed).FillNormal(values);
            return Array.ConvertAll(values, v => (double)v);
        }
    }
}

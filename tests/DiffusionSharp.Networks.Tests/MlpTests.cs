using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Tests;

public sealed class MlpTests
{
    [Fact]
    public void The_network_of_the_benchmark_has_two_inputs_four_hidden_layers_of_256_and_two_outputs()
    {
        var graph = new Graph();
        var y = Mlp.Build(graph, new MlpOptions(2), graph.Input("x", [1024, 2]), graph.Input("t", [1024]));
        Assert.Equal(Shape.Create([1024, 2]), y.Shape);
        Assert.Equal((2 * 256) + 256 + (256 * 256) + 256 + (3 * ((256 * 256) + 256)) + (256 * 2) + 2, graph.Layout.Count);
        Assert.Equal(
            ["time.weight", "time.bias", "input.weight", "input.bias", "hidden.0.weight", "hidden.0.bias", "hidden.1.weight", "hidden.1.bias", "hidden.2.weight", "hidden.2.bias", "output.weight", "output.bias"],
            graph.Layout.Entries.Select(e => e.Name));
    }

    [Fact]
    public void The_network_is_its_formula()
    {
        using var parallelism = new Parallelism(2);
        const int n = 3, d = 2, width = 5, features = 4;
        var graph = new Graph();
        var y = Mlp.Build(graph, new MlpOptions(d, width, Layers: 2, features, Classes: 3), graph.Input("x", [n, d]), graph.Input("t", [n]), graph.Input("labels", [n]));
        var w = new ParameterBuffer(graph.Layout);
        w.Initialize(new Rng(4));
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["y"] = y }, w, new CpuExecutor(parallelism));
        float[] x = [0.3f, -1.2f, 0.7f, 2.1f, -0.4f, 0.9f], t = [0, 17, 640], labels = [2, 0, 1];
        x.CopyTo(program.Input("x"));
        t.CopyTo(program.Input("t"));
        labels.CopyTo(program.Input("labels"));
        program.Run();

        for (var i = 0; i < n; i++)
        {
            double[] angles = [t[i], t[i] * Math.Pow(10000, -0.5)];
            var time = Linear("time", [.. angles.Select(Math.Cos), .. angles.Select(Math.Sin)], width);
            var input = Linear("input", [x[2 * i], x[(2 * i) + 1]], width);
            var row = w["class_embedding.weight"].Slice((int)labels[i] * width, width).ToArray();
            var h = Enumerable.Range(0, width).Select(k => Silu(time[k] + input[k] + row[k])).ToArray();
            var output = Linear("output", [.. Linear("hidden.0", h, width).Select(Silu)], d);
            for (var k = 0; k < d; k++) Assert.Equal(output[k], program.Output("y")[(i * d) + k], 1e-5);
        }

        double[] Linear(string layer, double[] values, int outputs) =>
            [.. Enumerable.Range(0, outputs).Select(o => w[layer + ".bias"][o] + Enumerable.Range(0, values.Length).Sum(k => values[k] * w[layer + ".weight"][(k * outputs) + o]))];

        static double Silu(double v) => v / (1 + Math.Exp(-v));
    }

    [Fact]
    public void Options_and_shapes_that_do_not_fit_are_named()
    {
        Says("Mlp: Dimensions 0, Width 256 and Layers 4 must be at least 1.", new MlpOptions(0), [8, 2], [8]);
        Says("Mlp: TimeFeatures is 1, at least 2 was expected: one sine and one cosine.", new MlpOptions(2, TimeFeatures: 1), [8, 2], [8]);
        Says("Mlp: vectors are [N, 2] with N at least 1, [8, 3] came.", new MlpOptions(2), [8, 3], [8]);
        Says("Mlp: vectors are [N, 2] with N at least 1, [0, 2] came.", new MlpOptions(2), [0, 2], [0]);
        Says("Mlp: times are [8] for vectors of [8, 2], [7] came.", new MlpOptions(2), [8, 2], [7]);
        Says("Mlp: labels are [8] for 3 classes and vectors of [8, 2], none came.", new MlpOptions(2, Classes: 3), [8, 2], [8]);

        static void Says(string message, MlpOptions options, Shape x, Shape t)
        {
            var graph = new Graph();
            Assert.Equal(message, Assert.Throws<ArgumentException>(() => Mlp.Build(graph, options, graph.Input("x", x), graph.Input("t", t))).Message);
        }
    }
}

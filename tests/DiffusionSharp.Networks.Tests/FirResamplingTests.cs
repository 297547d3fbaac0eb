using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks.Layers;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Networks.Tests;

public sealed class FirResamplingTests
{
    private static readonly double[] Taps = [1, 3, 3, 1];

    [Theory]
    [InlineData(2, 2, 1)]
    [InlineData(4, 6, 3)]
    [InlineData(16, 10, 8)]
    public void Half_and_double_are_upfirdn_with_the_filter_1_3_3_1(int height, int width, int channels)
    {
        Check(up: false, height, width, channels);
        Check(up: true, height, width, channels);
        Check(up: true, height - 1, width - 1, channels);
    }

    [Fact]
    public void Halving_is_a_quarter_of_the_adjoint_of_doubling()
    {
        var graph = new Graph();
        var (x, y) = (graph.Input("x", [2, 6, 4, 3]), graph.Input("y", [2, 12, 8, 3]));
        var fir = new FirResampling(graph);
        var adjoint = Gradients.Of(Op.Sum(fir.Up(x) * y), [x])[0];
        var oracle = new Interpreter(new Dictionary<string, double[]> { ["x"] = Random(x.Shape, 1), ["y"] = Random(y.Shape, 2) });
        Near.Absolute(oracle.Evaluate(adjoint), [.. oracle.Evaluate(fir.Down(y)).Select(v => 4 * v)], 1e-12, "adjoint");
    }

    [Fact]
    public void The_inner_product_with_what_went_down_is_that_of_what_its_gradient_brings_up()
    {
        var graph = new Graph();
        var (x, y) = (graph.Input("x", [2, 6, 4, 3]), graph.Input("y", [2, 3, 2, 3]));
        var down = new FirResampling(graph).Down(x);
        var adjoint = Gradients.Of(Op.Sum(down * y), [x])[0];
        var values = new Dictionary<string, double[]> { ["x"] = Random(x.Shape, 1), ["y"] = Random(y.Shape, 2) };
        var oracle = new Interpreter(values);
        Near.Number(Dot(oracle.Evaluate(down), values["y"]), Dot(values["x"], oracle.Evaluate(adjoint)), 1e-12, "inner product");
    }

    [Fact]
    public void A_constant_picture_stays_constant_away_from_its_edges()
    {
        var graph = new Graph();
        var x = graph.Input("x", [1, 8, 8, 1]);
        var fir = new FirResampling(graph);
        var oracle = new Interpreter(new Dictionary<string, double[]> { ["x"] = [.. Enumerable.Repeat(1.0, 64)] });
        var (half, twice) = (oracle.Evaluate(fir.Down(x)), oracle.Evaluate(fir.Up(x)));
        Assert.Equal(1, half[(1 * 4) + 2], 1e-14);
        Assert.Equal(7.0 / 8, half[(1 * 4) + 0], 1e-14);
        Assert.Equal(1, twice[(5 * 16) + 9], 1e-14);
        Assert.Equal(3.0 / 4, twice[(5 * 16) + 15], 1e-14);
    }

    private static void Check(bool up, int height, int width, int channels)
    {
        var graph = new Graph();
        var x = graph.Input("x", [3, height, width, channels]);
        if (!up && height % 2 != 0) return;
        var y = up ? new FirResampling(graph).Up(x) : new FirResampling(graph).Down(x);
        var values = Random(x.Shape, 3);
        var expected = UpFirDown(values, x.Shape, up);
        Near.Absolute(expected, new Interpreter(new Dictionary<string, double[]> { ["x"] = values }).Evaluate(y), 1e-12, up ? "double" : "half");

        using var parallelism = new Parallelism(2);
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["y"] = y }, new ParameterBuffer(graph.Layout), new CpuExecutor(parallelism));
        for (var i = 0; i < values.Length; i++) program.Input("x")[i] = (float)values[i];
        program.Run();
        Near.Absolute(expected, Array.ConvertAll(program.Output("y").ToArray(), v => (double)v), 1e-6, up ? "double, program" : "half, program");
    }

    // The filter's own definition: zeros between the values, zeros around them, the outer product of the taps over the plane, every second value.
    private static double[] UpFirDown(double[] x, Shape shape, bool up)
    {
        var (n, h, w, c) = (shape[0], shape[1], shape[2], shape[3]);
        var (between, step, before, gain) = up ? (2, 1, 2, 4.0) : (1, 2, 1, 1.0);
        var (height, width) = up ? (2 * h, 2 * w) : (h / 2, w / 2);
        var result = new double[n * height * width * c];
        for (var b = 0; b < n; b++)
            for (var i = 0; i < height; i++)
                for (var j = 0; j < width; j++)
                    for (var k = 0; k < c; k++)
                        for (var p = 0; p < 4; p++)
                            for (var q = 0; q < 4; q++)
                            {
                                var (row, column) = ((i * step) + p - before, (j * step) + q - before);
                                if (row < 0 || column < 0 || row % between != 0 || column % between != 0 || row / between >= h || column / between >= w) continue;
                                result[(((((b * height) + i) * width) + j) * c) + k] += gain * Taps[p] * Taps[q] / 64 * x[(((((b * h) + (row / between)) * w) + (column / between)) * c) + k];
                            }

        return result;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b).Sum(p => p.First * p.Second);

    private static double[] Random(Shape shape, ulong seed)
    {
        var values = new float[shape.Count];
        new Rng(seed).FillNormal(values);
        return Array.ConvertAll(values, v => (double)v);
    }
}

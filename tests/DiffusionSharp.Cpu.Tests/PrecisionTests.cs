using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Tests;

public sealed class PrecisionTests
{
    [Theory]
    [InlineData(Precision.Exact, false)]
    [InlineData(Precision.Fast, true)]
    public void Exact_computes_convolutions_directly_and_fast_by_Winograd_where_it_pays(Precision precision, bool winograd)
    {
        var method = winograd ? ConvMethod.Winograd : ConvMethod.Direct;
        var graph = new Graph();
        var x = graph.Input("x", [2, 16, 16, 32]);
        var w = graph.Parameter("w", [3, 3, 32, 32], (values, rng) => rng.FillNormal(values));
        var weights = new ParameterBuffer(graph.Layout);
        weights.Initialize(new Rng(1));
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["y"] = Op.Conv2D(x, w, padding: Padding.All(1)) }, weights, new CpuExecutor(Parallelism.Single, precision));
        new Rng(2).FillNormal(program.Input("x"));
        program.Run();

        var g = new ConvGeometry(2, 16, 16, 32, 32, 3, 3, 1, 1, 1, 16, 16);
        var expected = new float[2 * 16 * 16 * 32];
        Convolution.Forward(program.Input("x"), weights["w"], expected, g, Epilogue.None, new float[Convolution.ForwardWorkspaceLength(g, method)], Parallelism.Single, method);
        Assert.Equal(expected, program.Output("y").ToArray());
    }

    [Theory]
    [InlineData(Precision.Exact, false)]
    [InlineData(Precision.Fast, true)]
    public void So_are_both_gradients(Precision precision, bool winograd)
    {
        var method = winograd ? ConvMethod.Winograd : ConvMethod.Direct;
        var graph = new Graph();
        var x = graph.Parameter("x", [2, 16, 16, 32], (values, rng) => rng.FillNormal(values));
        var w = graph.Parameter("w", [3, 3, 32, 32], (values, rng) => rng.FillNormal(values));
        var dy = graph.Input("dy", [2, 16, 16, 32]);
        var gradients = Gradients.Of(Op.Sum(Op.Conv2D(x, w, padding: Padding.All(1)) * dy), [x, w]);
        var weights = new ParameterBuffer(graph.Layout);
        weights.Initialize(new Rng(1));
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["dx"] = gradients[0], ["dw"] = gradients[1] }, weights, new CpuExecutor(Parallelism.Single, precision));
        new Rng(2).FillNormal(program.Input("dy"));
        program.Run();

        var g = new ConvGeometry(2, 16, 16, 32, 32, 3, 3, 1, 1, 1, 16, 16);
        float[] dx = new float[2 * 16 * 16 * 32], dw = new float[9 * 32 * 32];
        Convolution.GradInput(program.Input("dy"), weights["w"], dx, g, new float[Convolution.GradInputWorkspaceLength(g, method)], Parallelism.Single, method);
        Convolution.GradWeight(weights["x"], program.Input("dy"), dw, g, new float[Convolution.GradWeightWorkspaceLength(g, method)], Parallelism.Single, method);
        Assert.Equal(dx, program.Output("dx").ToArray());
        Assert.Equal(dw, program.Output("dw").ToArray());
    }
}

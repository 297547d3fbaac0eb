using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Networks.Inspection;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Tests;

public sealed class NetworkSummaryTests
{
    [Fact]
    public void The_multiply_adds_of_a_network_for_vectors_are_those_counted_by_hand()
    {
        var graph = new Graph();
        var summary = NetworkSummary.Of(Mlp.Build(graph, new MlpOptions(2, Width: 8, Layers: 3, TimeFeatures: 4), graph.Input("x", [10, 2]), graph.Input("t", [10])));
        Assert.Equal(10 * ((4 * 8) + (2 * 8) + (2 * 8 * 8) + (8 * 2)), summary.Cost.MultiplyAdds);

        // Angles 10·2, their waves 10·2·2; four biases of 8 and one of 2; time + input; three SiLU.
        Assert.Equal(10 * (2 + 4 + (4 * 8) + 2 + 8 + (3 * 8)), summary.Cost.Others);
        Assert.Equal(graph.Layout.Count, summary.Parameters);
        var hidden = Assert.Single(summary.Layers, l => l.Scope == "hidden.0");
        Assert.Equal(("MatMul", 72L, 640L), (hidden.Operation, hidden.Parameters, hidden.Cost.MultiplyAdds));
        Assert.Equal(Shape.Create([10, 8]), hidden.Output);
    }

    [Fact]
    public void A_convolution_and_its_two_adjoints_cost_the_same()
    {
        Shape x = [2, 9, 7, 3], w = [3, 3, 3, 5], y = [2, 5, 4, 5];
        var expected = new OperationCost(2L * 5 * 4 * 5 * 27, 0);
        Assert.Equal(expected, new Conv2D(2, Padding.All(1)).Cost([x, w], y));
        Assert.Equal(expected, new Conv2DGradInput(2, Padding.All(1)).Cost([y, w], x));
        Assert.Equal(expected, new Conv2DGradWeight(2, Padding.All(1)).Cost([x, y], w));
    }

    [Fact]
    public void Attention_costs_two_products_over_all_pairs_and_three_projections_count_for_the_layer()
    {
        var summary = NetworkSummary.Of(MiniA());
        var attention = Assert.Single(summary.Layers, l => l.Scope == "mid_block.attentions.0");
        Assert.Equal((64L * 16 * 48) + (2L * 64 * 64 * 16), attention.Cost.MultiplyAdds);
        Assert.Equal(3 * ((16 * 16) + 16), attention.Parameters);
        Assert.Equal(45_259, summary.Parameters);
    }

    [Fact]
    public void A_plan_has_the_multiply_adds_of_its_graph_whatever_is_fused()
    {
        var output = MiniA();
        var plan = new CpuExecutor(Parallelism.Single).Plan(new Dictionary<string, Node> { ["y"] = output });
        var (planned, built) = (NetworkSummary.Of(plan), NetworkSummary.Of(output));
        Assert.Equal(built.Cost.MultiplyAdds, planned.Cost.MultiplyAdds);
        Assert.Equal(built.Cost.Others, planned.Cost.Others);
        Assert.Equal(built.Parameters, planned.Parameters);
    }

    [Fact]
    public void The_cifar10_network_costs_six_billion_multiply_adds_for_a_picture()
    {
        var graph = new Graph();
        var summary = NetworkSummary.Of(UNet2D.Build(graph, Networks.Cifar10, graph.Input("x", [1, 32, 32, 3]), graph.Input("t", [1])));
        Assert.InRange(summary.Cost.MultiplyAdds, 6.0e9, 6.3e9);
        Assert.Equal(35_746_307, summary.Parameters);
    }

    private static Node MiniA()
    {
        var graph = new Graph();
        return UNet2D.Build(graph, Networks.MiniA, graph.Input("x", [1, 16, 16, 3]), graph.Input("t", [1]));
    }
}

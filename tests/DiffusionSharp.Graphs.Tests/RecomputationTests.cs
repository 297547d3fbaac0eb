using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;

namespace DiffusionSharp.Graphs.Tests;

public sealed class RecomputationTests
{
    private static readonly AdamUpdate Settings = new(0.9, 0.999, 1e-3, 0.01, true, 1);

    private static readonly PlanOptions Always = new(RecomputeAbove: 0), Never = new(RecomputeAbove: long.MaxValue);

    private static readonly Dictionary<string, Func<CaseBuilder, Node>> Losses = new()
    {
        ["blocks of norms and convolutions"] = b => Blocks(b, 0),
        ["blocks with dropout"] = b => Blocks(b, 0.3),
        ["up and down with skips"] = b =>
        {
            var x = b.Variable([4, 8, 8, 4]);
            var skip = Block(b, Op.Conv2D(x, b.Parameter([3, 3, 4, 8], -0.3, 0.3), 1, Padding.All(1)), 8, 0);
            var low = Block(b, Op.AveragePool(skip, 2), 8, 0);
            var h = Op.Conv2D(Op.UpsampleNearest(low, 2), b.Parameter([3, 3, 8, 8], -0.3, 0.3), 1, Padding.All(1));
            h = Op.Concatenate(3, h, skip);
            return Op.MeanSquaredError(Op.Conv2D(Norm(b, h), b.Parameter([3, 3, 16, 4], -0.3, 0.3), 1, Padding.All(1)), x);
        },
        ["chains of a wide perceptron"] = b =>
        {
            var h = b.Variable([64, 4]);
            for (var i = 0; i < 5; i++) h = Op.Silu(Op.Linear(h, b.Parameter([i == 0 ? 4 : 32, 32], -0.3, 0.3), b.Parameter([32])));
            return Op.Mean(Op.Square(Op.Linear(h, b.Parameter([32, 2]))));
        },
    };

    public static TheoryData<string> Names => [.. Losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_computed_again_give_the_same_bits_in_less_memory(string name)
    {
        var (kept, again) = (Case(name, Never), Case(name, Always));
        Assert.DoesNotContain(kept.Program.Plan.Steps, s => s.Phase == Phase.Recompute);
        Assert.Contains(again.Program.Plan.Steps, s => s.Phase == Phase.Recompute);
        Assert.True(Liveness.Peak(again.Program.Plan) < Liveness.Peak(kept.Program.Plan), $"{Liveness.Peak(again.Program.Plan)} of {Liveness.Peak(kept.Program.Plan)} floats.");
        for (var t = 1; t <= 3; t++)
        {
            kept.Step(t);
            again.Step(t);
            Assert.Equal(kept.Program.Output("loss").ToArray(), again.Program.Output("loss").ToArray());
            Assert.Equal(kept.Everything, again.Everything);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_with_values_computed_again_is_that_of_the_interpreter(string name) => Case(name, Always).AssertSteps(2, 3e-5);

    [Fact]
    public void Random_graphs_compute_what_the_interpreter_does_however_much_is_computed_again()
    {
        var passes = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var graph = new RandomGraph(seed, 16 + (seed % 40));
            passes += Replay.AssertOutputs(graph.Builder, graph.Outputs, 3e-4, Always).Plan.Steps.Count(s => s.Phase == Phase.Recompute);
        }

        Assert.True(passes > 0, "No random graph had a value to compute again.");
    }

    [Fact]
    public void A_small_network_keeps_everything()
    {
        var plan = Case("blocks of norms and convolutions", new PlanOptions()).Program.Plan;
        Assert.DoesNotContain(plan.Steps, s => s.Phase == Phase.Recompute);
    }

    [Fact]
    public void A_product_is_never_computed_again()
    {
        foreach (var name in Losses.Keys)
            Assert.DoesNotContain(Case(name, Always).Program.Plan.Steps, s => s.Phase == Phase.Recompute && s.Operation is (MatMul or Conv2D));
    }

    private static TrainingCase Case(string name, PlanOptions options) => new(name, Losses[name], Settings, options: options);

    private static Node Norm(CaseBuilder b, Node x) => Op.GroupNorm(x, b.Parameter([x.Shape[^1]], 0.5, 1.5), b.Parameter([x.Shape[^1]]), 2, 1e-5, true);

    private static Node Block(CaseBuilder b, Node x, int channels, double dropout) =>
        x + Op.Conv2D(Op.Dropout(Norm(b, x), dropout), b.Parameter([3, 3, channels, channels], -0.3, 0.3), 1, Padding.All(1));

    private static Node Blocks(CaseBuilder b, double dropout)
    {
        var x = b.Variable([4, 6, 6, 4]);
        var h = x;
        for (var i = 0; i < 4; i++) h = Block(b, h, 4, dropout);
        return Op.MeanSquaredError(h, Op.Exp(x));
    }
}

using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Graphs.Tests;

public sealed class SecondDerivativeTests
{
    private static readonly Type[] FirstOnly = [typeof(GroupNormApply), typeof(Attention)];

    public static TheoryData<string> Closed => [.. Small().Where(c => !UsesFirstOnly(c)).Select(c => c.Name)];

    public static TheoryData<string> Open => [.. Small().Where(UsesFirstOnly).Select(c => c.Name)];

    public static TheoryData<string> Activations => ["Tanh", "Silu", "Softplus", "Gelu", "Sigmoid"];

    [Theory]
    [MemberData(nameof(Closed))]
    public void A_gradient_can_be_differentiated_again(string name)
    {
        var (builder, _, _, gradients) = OperationCases.All[name].Create();
        Assert.NotEmpty(gradients);
        AssertSecond(builder, gradients);
    }

    [Theory]
    [MemberData(nameof(Open))]
    public void Group_norm_and_attention_have_first_derivatives_only_and_say_so(string name)
    {
        var (builder, _, _, gradients) = OperationCases.All[name].Create();
        var outer = Op.Sum(Op.Square(gradients[0]));
        var error = Assert.Throws<NotSupportedException>(() => Gradients.Of(outer, builder.Variables));
        Assert.Matches(@"^Gradients: (GroupNormGradSums|GroupNormGradInput|AttentionGrad) has no derivative; it was reached at .*\[[0-9, ]+\]\.$", error.Message);
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void The_score_of_a_small_network_can_be_matched_by_its_divergence(string activation)
    {
        // Implicit score matching (Hyvärinen 2005) differentiates ∂s/∂x by the weights.
        Func<Node, Node> apply = activation switch { "Tanh" => Op.Tanh, "Silu" => Op.Silu, "Softplus" => Op.Softplus, "Gelu" => Op.Gelu, _ => Op.Sigmoid };
        var b = new CaseBuilder(activation);
        var x = b.Variable([3, 2]);
        var hidden = apply(Op.Linear(x, b.Parameter([2, 5]), b.Parameter([5])));
        var score = Op.Linear(apply(Op.Linear(hidden, b.Parameter([5, 4]), b.Parameter([4]))), b.Parameter([4, 2]), b.Parameter([2]));
        var divergence = Op.Sum(Op.Slice(Gradients.Of(Op.Sum(Op.Slice(score, 1, 0, 1)), [x])[0], 1, 0, 1))
            + Op.Sum(Op.Slice(Gradients.Of(Op.Sum(Op.Slice(score, 1, 1, 1)), [x])[0], 1, 1, 1));
        var loss = (0.5 * Op.Sum(Op.Square(score))) + divergence;
        Differences.AssertGradients(b, loss, Gradients.Of(loss, b.Variables), 1e-6);
    }

    // At ties the first derivative jumps, so differences of it measure nothing.
    private static IEnumerable<OperationCase> Small() => OperationCases.All.Values.Where(c => !c.Large && !c.Name.Contains("with ties", StringComparison.Ordinal));

    private static bool UsesFirstOnly(OperationCase c)
    {
        var builder = new CaseBuilder(c.Name);
        c.Build(builder);
        return builder.Graph.Nodes.Any(n => FirstOnly.Contains(n.Operation.GetType()));
    }

    private static void AssertSecond(CaseBuilder builder, IReadOnlyList<Node> gradients)
    {
        var outer = builder.Graph.Scalar(0);
        foreach (var g in gradients) outer += Op.Sum(g * builder.Fixed(g.Shape, builder.Random(g.Shape, -1, 1)));
        Differences.AssertGradients(builder, outer, Gradients.Of(outer, builder.Variables), 2e-6);
    }
}

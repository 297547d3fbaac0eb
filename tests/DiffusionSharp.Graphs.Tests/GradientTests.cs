using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Graphs.Tests;

public sealed class GradientTests
{
    // Without a derivative of their own: sources, and gradients that cannot be differentiated again.
    private static readonly Type[] WithoutRule =
    [
        typeof(Input), typeof(Parameter), typeof(Constant), typeof(Scalar), typeof(DropoutMask), typeof(AdamUpdate),
        typeof(GroupNormStatistics), typeof(GroupNormGradSums), typeof(GroupNormGradInput), typeof(AttentionGrad),
    ];

    public static TheoryData<string> Names => [.. OperationCases.All.Values.Where(c => !c.Large).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_gradient_is_the_slope_that_central_differences_measure(string name)
    {
        var (builder, _, loss, gradients) = OperationCases.All[name].Create();
        Differences.AssertGradients(builder, loss, gradients, 1e-6);
    }

    [Fact]
    public void Every_operation_with_a_rule_is_among_the_cases()
    {
        var differentiated = new HashSet<Type>();
        var codes = new HashSet<ElementwiseCode>();
        foreach (var (builder, _, loss, _) in OperationCases.All.Values.Where(c => !c.Large).Select(c => c.Create()))
        {
            foreach (var node in Differences.Between(builder.Variables, loss))
            {
                differentiated.Add(node.Operation.GetType());
                if (node.Operation is Elementwise { Code: var code }) codes.Add(code);
            }
        }

        Assert.Equal([.. Enum.GetValues<ElementwiseCode>()], codes.Order());
        var missing = AllOperations().Except(differentiated).Except(WithoutRule).Select(t => t.Name);
        Assert.Empty(missing);
    }

    [Fact]
    public void A_value_that_the_loss_does_not_depend_on_has_a_gradient_of_zeros()
    {
        var graph = new Graph();
        var (x, y) = (graph.Input("x", [3]), graph.Input("y", [2, 4]));
        var gradients = Gradients.Of(Op.Sum(x), [x, y]);
        var oracle = new TestKit.Interpreter(new Dictionary<string, double[]> { ["x"] = new double[3] });
        Assert.Equal([1.0, 1, 1], oracle.Evaluate(gradients[0]));
        Assert.Equal(new double[8], oracle.Evaluate(gradients[1]));
    }

    [Fact]
    public void The_gradient_of_the_loss_in_itself_is_one()
    {
        var loss = new Graph().Input("x", []);
        Assert.Equal([1.0], new TestKit.Interpreter(new Dictionary<string, double[]>()).Evaluate(Gradients.Of(loss, [loss])[0]));
    }

    [Fact]
    public void A_loss_of_several_values_is_refused()
    {
        var x = new Graph().Input("x", [3]);
        var error = Assert.Throws<ArgumentException>(() => Gradients.Of(x, [x]));
        Assert.StartsWith("Gradients: the loss is a single value, not [3].", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fixed_number_is_nothing_to_differentiate_by()
    {
        var graph = new Graph();
        var two = graph.Scalar(2.5);
        var error = Assert.Throws<ArgumentException>(() => Gradients.Of(Op.Sum(graph.Input("x", [3]) * two), [two]));
        Assert.StartsWith("Gradients: Scalar [] is a number known while building, not a variable.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradient_nodes_carry_the_scope_of_the_layer_they_are_the_gradient_of()
    {
        var graph = new Graph();
        var x = graph.Input("x", [2, 3]);
        Node y;
        using (graph.Scope("block"))
        using (graph.Scope("linear")) y = Op.Tanh(Op.MatMul(x, graph.Parameter("weight", [3, 4], (_, _) => { })));
        var gradient = Gradients.Of(Op.Sum(y), graph.Parameters)[0];
        Assert.Equal("block.linear", gradient.Scope);
        Assert.Equal("block.linear.weight", graph.Layout.Entries[0].Name);
    }

    // A graph cannot hold what only the planner makes.
    internal static IEnumerable<Type> AllOperations() => typeof(Operation).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Operation)) && !t.IsAbstract && t != typeof(Pack));
}

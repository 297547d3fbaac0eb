using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

public sealed class PlannerTests
{
    public static TheoryData<string> Orders => [.. Permutations("btr").Concat(Permutations("bt")).Concat(Permutations("br")).Concat(Permutations("tr")).Concat(["b", "t", "r", "rc"])];

    [Theory]
    [MemberData(nameof(Orders))]
    public void A_convolution_takes_bias_time_embedding_and_residual_in_any_order_into_its_own_pass(string order)
    {
        foreach (var left in new[] { false, true })
        {
            var b = new CaseBuilder(order);
            var x = b.Variable([2, 4, 5, 3]);
            var y = Op.Conv2D(x, b.Parameter([3, 3, 3, 4]), 1, Padding.All(1));
            foreach (var letter in order)
            {
                var addend = letter switch
                {
                    'b' => b.Parameter([4]),
                    't' => b.Variable([2, 1, 1, 4]),
                    'r' => b.Variable([2, 4, 5, 4]),
                    _ => Op.Conv2D(x, b.Parameter([1, 1, 3, 4])),
                };
                y = left ? addend + y : y + addend;
            }

            var program = Replay.AssertOutputs(b, new Dictionary<string, Node> { ["y"] = y }, 2e-5);
            Assert.Equal(order.Contains('c', StringComparison.Ordinal) ? 2 : 1, program.Plan.Steps.Count(s => s.Phase != Phase.Once));
        }
    }

    [Theory]
    [InlineData(2, 1, 4)]
    [InlineData(1, 2, 1, 4)]
    [InlineData(2, 1, 4, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 4)]
    [InlineData(2, 1, 1, 1)]
    [InlineData(1)]
    [InlineData]
    public void An_addend_of_the_size_of_a_bias_or_time_embedding_but_of_another_shape_is_stretched_as_it_should(params int[] shape)
    {
        var b = new CaseBuilder("sizes");
        var y = Op.Conv2D(b.Variable([2, 2, 4, 3]), b.Parameter([1, 1, 3, 4])) + b.Variable(Shape.Create(shape));
        Replay.AssertOutputs(b, new Dictionary<string, Node> { ["y"] = y }, 2e-5);
        if (shape.Length > 2) return;
        y = Op.MatMul(b.Variable([4, 3]), b.Parameter([3, 4])) + b.Variable(Shape.Create(shape));
        Replay.AssertOutputs(b, new Dictionary<string, Node> { ["y"] = y }, 2e-5);
    }

    [Fact]
    public void Of_two_convolutions_that_are_added_the_second_takes_the_sum()
    {
        var b = new CaseBuilder("two");
        var x = b.Variable([1, 5, 4, 3]);
        Node Conv() => Op.Conv2D(x, b.Parameter([3, 3, 3, 2]), 1, Padding.All(1)) + b.Parameter([2]);
        var plan = Replay.AssertOutputs(b, new Dictionary<string, Node> { ["y"] = Conv() + Conv() }, 2e-5).Plan;
        var steps = plan.Steps.Skip(plan.OnceSteps).ToList();
        Assert.Equal(2, steps.Count);
        Assert.Equal(new EpilogueFusion(2, -1, 3), steps[1].Fusion);
        Assert.Equal(steps[0].Output, steps[1].Output);
    }

    [Fact]
    public void A_value_with_two_readers_is_computed_once()
    {
        var b = new CaseBuilder("readers");
        var y = Op.MatMul(b.Variable([3, 4]), b.Parameter([4, 5])) + b.Parameter([5]);
        var shared = Op.Tanh(y);
        var plan = Replay.AssertOutputs(b, new Dictionary<string, Node> { ["a"] = shared + y, ["b"] = Op.Exp(shared) }, 2e-5).Plan;
        Assert.Equal(["MatMul", "Tanh", "Add", "Exp"], plan.Steps.Skip(plan.OnceSteps).Select(s => s.Operation.Name));
    }

    [Fact]
    public void Equal_operations_on_equal_operands_are_one_node()
    {
        var graph = new Graph();
        var (x, y) = (graph.Input("x", [2, 3]), graph.Input("y", [2, 3]));
        Assert.Same(Op.Exp(x) + y, Op.Exp(x) + y);
        Assert.Same(Op.Sum(x * 2, true, 1), Op.Sum(x * 2, true, -1));
        Assert.Same(graph.Scalar(0.5), graph.Scalar(0.5));
        Assert.NotSame(x - y, y - x);
        Assert.NotSame(Op.Dropout(x, 0.5), Op.Dropout(x, 0.5));
        Assert.Same(x, Op.Reshape(Op.Reshape(x, [6]), [2, 3]));
    }

    [Fact]
    public void What_no_output_needs_is_dropped_and_its_inputs_are_not_asked_for()
    {
        var b = new CaseBuilder("dead");
        var (x, unread) = (b.Variable([3]), b.Variable([3]));
        Op.Softmax(Op.Exp(unread) * Op.Exp(x));
        var program = Replay.AssertOutputs(b, new Dictionary<string, Node> { ["y"] = Op.Exp(x) }, 1e-6);
        Assert.Single(program.Plan.Steps);
        Assert.True(program.HasInput("x0"));
        Assert.False(program.HasInput("x1"));
        var error = Assert.Throws<ArgumentException>(() => program.Input("x1").Length);
        Assert.StartsWith("CompiledGraph: there is no input 'x1'; there are x0.", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => program.Output("z").Length);
        Assert.StartsWith("CompiledGraph: there is no output 'z'; there are y.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_of_a_deep_network_does_not_grow_with_its_depth()
    {
        static int ArenaOf(int depth)
        {
            var b = new CaseBuilder("deep");
            var x = b.Variable([64, 32], -0.1, 0.1);
            for (var i = 0; i < depth; i++) x = Op.Softmax(Op.MatMul(x, b.Parameter([32, 32])) + b.Parameter([32]));
            var program = Replay.Compile(b, new Dictionary<string, Node> { ["y"] = x });
            Assert.Equal(2 * depth, program.Plan.Steps.Count(s => s.Phase != Phase.Once));
            return program.Plan.ArenaLength;
        }

        Assert.Equal(ArenaOf(8), ArenaOf(60));
        // The input, and two values that take turns; the rest is scratch of the product.
        Assert.InRange(ArenaOf(60), 3 * 64 * 32, 12 * 64 * 32);
    }

    [Fact]
    public void The_least_memory_that_an_order_of_steps_needs_is_known_and_no_arena_goes_below_it()
    {
        // The input, which stands always, and the operand and the result of a softmax.
        var b = new CaseBuilder("peak");
        var y = Op.Softmax(b.Variable([8, 16]));
        var plan = Replay.Compile(b, new Dictionary<string, Node> { ["s"] = Op.Sum(Op.Softmax(Op.Softmax(y))) }).Plan;
        Assert.Equal(3 * 8 * 16, Liveness.Peak(plan with { Steps = [.. plan.Steps.Select(s => s with { Workspace = default })] }));
        for (var seed = 0; seed < 40; seed++)
        {
            var graph = new RandomGraph(seed, 40);
            plan = new CpuExecutor(Parallelism.Single).Plan(graph.Outputs);
            Assert.InRange(Liveness.Peak(plan), 0, plan.ArenaLength);
        }
    }

    [Fact]
    public void A_step_belongs_to_forward_backward_or_update()
    {
        var c = new TrainingCase("phases", b => Op.MeanSquaredError(Op.Linear(Op.Silu(b.Parameter([4, 3])), b.Parameter([3, 2])), b.Variable([4, 2])), new AdamUpdate(0.9, 0.999, 1e-8, 0, true, 1));
        var steps = c.Program.Plan.Steps;
        Assert.Equal(Phase.Update, steps.Single(s => s.Operation is AdamUpdate).Phase);
        Assert.All(steps.Where(s => s.Output.Region == Region.Gradients && s.Operation is not BroadcastTo), s => Assert.Equal(Phase.Backward, s.Phase));
        Assert.Equal([Phase.Forward, Phase.Backward], steps.Where(s => s.Operation is MatMul).Select(s => s.Phase).Distinct());
    }

    [Fact]
    public void An_observer_is_told_of_every_step_in_turn_and_the_result_is_the_same()
    {
        var graph = new RandomGraph(5, 30);
        var program = Replay.Compile(graph.Builder, graph.Outputs);
        program.Run(CaseBuilder.Rng);
        var plain = graph.Outputs.Keys.ToDictionary(name => name, name => program.Output(name).ToArray());
        var observer = new Observer();
        program.Run(CaseBuilder.Rng, observer);
        Assert.Equal([-1, .. Enumerable.Range(0, program.Plan.Steps.Count).Skip(program.Plan.OnceSteps)], observer.Seen);
        Assert.All(plain, o => Assert.Equal(o.Value, program.Output(o.Key).ToArray()));
    }

    private sealed class Observer : IStepObserver
    {
        public List<int> Seen { get; } = [];

        public void Begin() => Seen.Add(-1);

        public void Done(int step) => Seen.Add(step);
    }

    [Fact]
    public void Outputs_may_be_inputs_parameters_numbers_views_and_one_another()
    {
        var b = new CaseBuilder("outputs");
        var (x, w) = (b.Variable([2, 3]), b.Parameter([2, 3]));
        var y = Op.Exp(x + w);
        Replay.AssertOutputs(
            b,
            new Dictionary<string, Node>
            {
                ["input"] = x,
                ["parameter"] = w,
                ["number"] = b.Graph.Scalar(3),
                ["stretched number"] = Op.BroadcastTo(b.Graph.Scalar(3), [2, 2]),
                ["stretched"] = Op.BroadcastTo(w, [4, 2, 3]),
                ["view of an input"] = Op.Reshape(x, [6]),
                ["view of a parameter"] = Op.Reshape(w, [3, 2]),
                ["view of a number"] = Op.Reshape(b.Graph.Scalar(2), [1, 1]),
                ["constant"] = b.Graph.Constant(new FloatTensor([2], [1, 2])),
                ["y"] = y,
                ["y again"] = y,
                ["view of y"] = Op.Reshape(y, [3, 2]),
                ["made of y"] = Op.Silu(y) + 1,
            },
            1e-6);
    }

    [Fact]
    public void Programs_say_what_they_need()
    {
        var b = new CaseBuilder("needs");
        var (x, rates) = (b.Parameter([3]), b.Graph.Input("rates", [4]));
        var settings = new AdamUpdate(0.9, 0.999, 1e-8, 0, true, 1);
        var update = Op.Train(Op.Sum(Op.Square(x)), rates, settings);
        var other = Op.Train(Op.Sum(x), rates, settings);
        var executor = new CpuExecutor(Parallelism.Single);
        CompiledGraph Compile(ParameterBuffer weights, params ReadOnlySpan<Node> outputs)
        {
            var named = new Dictionary<string, Node>();
            foreach (var output in outputs) named[$"{named.Count}"] = output;
            return CompiledGraph.Compile(named, weights, executor);
        }

        string Message(Action compile) => Assert.Throws<ArgumentException>(compile).Message.Split(" (Parameter")[0];
        Assert.Equal("Planner: at least one output is needed.", Message(() => Compile(b.Weights())));
        Assert.Equal("Planner: all outputs belong to one graph.", Message(() => Compile(b.Weights(), x, new Graph().Scalar(1))));
        Assert.Equal("Planner: a program trains by one optimizer update, 2 are reached.", Message(() => Compile(b.Weights(), update, other)));
        Assert.Equal("CompiledGraph: an optimizer update needs a training state.", Message(() => Compile(b.Weights(), update)));
        Assert.Equal("CompiledGraph: the weights have another layout than the graph's.", Message(() => Compile(new CaseBuilder("none").Weights(), x)));
    }

    private static IEnumerable<string> Permutations(string letters) =>
        letters.Length == 1 ? [letters] : letters.SelectMany((c, i) => Permutations(letters.Remove(i, 1)).Select(rest => c + rest));
}

using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

public sealed class TrainingTests
{
    private const double Unclipped = double.PositiveInfinity;

    private static readonly Dictionary<string, Func<CaseBuilder, Node>> Losses = new()
    {
        ["a network of two linear layers"] = b => Op.MeanSquaredError(Op.Linear(Op.Silu(Op.Linear(Data(b, [5, 3]), b.Parameter([3, 7]), b.Parameter([7]))), b.Parameter([7, 2]), b.Parameter([2])), Data(b, [5, 2])),
        ["a residual block"] = ResidualBlock,
        ["attention and an embedding"] = b =>
        {
            var x = Op.Embedding(b.Parameter([4, 6]), b.Fixed([2, 3], 1, 1, 3, 0, 1, 3));
            var y = Op.Attention(Op.Linear(x, b.Parameter([6, 18])), 2);
            return Op.Mean(Op.Square(Op.LayerNorm(x + y, b.Parameter([6]), b.Parameter([6])) - Data(b, [2, 3, 6])));
        },
        ["a parameter used twice"] = b =>
        {
            var w = b.Parameter([3, 3]);
            return Op.Mean(Op.Square(Op.MatMul(Op.Tanh(Op.MatMul(Data(b, [4, 3]), w)), w, false, true)));
        },
        ["a parameter that the loss does not see"] = b =>
        {
            b.Parameter([5]);
            b.Parameter([5]);
            return Op.Sum(Op.Square(b.Parameter([3])));
        },
        ["two parameters with one gradient"] = b => Op.Sum(Op.Tanh(b.Parameter([2, 3]) + b.Parameter([2, 3]))),
        ["gradients of ones"] = b => Op.Sum(b.Parameter([2, 3]) + b.Parameter([2, 3]) + b.Parameter([3])),
        ["a gradient that is an input"] = b => Op.Sum(b.Parameter([2, 3]) * Data(b, [2, 3])),
        ["a gradient that is a constant"] = b => Op.Sum(b.Parameter([3]) * b.Graph.Constant(new FloatTensor([3], [1, 2, 3]))),
        ["a gradient that is the view of an input"] = b => Op.Sum(Op.Reshape(b.Parameter([2, 3]), [6]) * Data(b, [6])),
        ["a gradient that is a view"] = b => Op.Sum(Op.Reshape(b.Parameter([2, 3]), [6]) * Op.Exp(Data(b, [6]))),
        ["gradients that are views of one value"] = b =>
        {
            var y = Op.Exp(Data(b, [6]));
            return Op.Sum(Op.Reshape(b.Parameter([2, 3]), [6]) * y) + Op.Sum(Op.Reshape(b.Parameter([3, 2]), [6]) * y);
        },
        ["parameters that are each other's gradient"] = b => Op.Sum(b.Parameter([4]) * b.Parameter([4])),
        ["a loss that is a parameter"] = b => b.Parameter([]),
        ["a parameter of a single value"] = b => Op.Sum(b.Parameter([]) * Data(b, [3])) + Op.Sum(Op.Square(b.Parameter([1, 1]) + b.Parameter([]))),
        ["fixed parameters between trained ones"] = FixedBetween,
        ["a fixed parameter first and another last"] = b =>
        {
            var (first, w) = (b.FixedParameter([5]), b.Parameter([5]));
            return Op.Sum(Op.Square(first * w * b.FixedParameter([5])));
        },
        ["dropout"] = b => Op.Mean(Op.Square(Op.Dropout(Op.Linear(Data(b, [6, 4]), b.Parameter([4, 8])), 0.4))),
    };

    public static TheoryData<string> Names => [.. Losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Three_steps_of_training_are_those_of_the_interpreter(string name)
    {
        new TrainingCase(name, Losses[name], new AdamUpdate(0.9, 0.999, 1e-3, 0.01, true, Unclipped)).AssertSteps(3, 3e-5);
        new TrainingCase(name, Losses[name], new AdamUpdate(0.5, 0.9, 1e-3, 0.1, false, 0.05)).AssertSteps(3, 3e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_gradient_that_is_also_an_output_is_copied_not_moved(string name)
    {
        var settings = new AdamUpdate(0.9, 0.999, 1e-3, 0, true, 1);
        new TrainingCase(name, Losses[name], settings, (b, loss) => Gradients.Of(loss, b.Graph.Parameters).Index().ToDictionary(g => $"gradient {g.Index}", g => g.Item)).AssertSteps(2, 3e-5);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(1e6)]
    public void Clipping_scales_all_gradients_together_and_only_above_its_norm(double clip)
    {
        var c = new TrainingCase("clip", Losses["a residual block"], new AdamUpdate(0, 0, 1, 0, true, clip));
        c.Step(1);
        var norm = Math.Sqrt(c.State.FirstMoment.Memory.Span.ToArray().Sum(g => (double)g * g));
        Assert.Equal(Math.Min(clip, c.Program.Output("norm")[0]), norm, 1e-4 * norm);
    }

    [Fact]
    public void A_parameter_that_the_loss_does_not_see_only_decays()
    {
        var c = new TrainingCase("unseen", Losses["a parameter that the loss does not see"], new AdamUpdate(0.9, 0.999, 1e-8, 0.5, true, Unclipped));
        var before = c.Weights["p0"].ToArray();
        c.Step(1);
        Assert.Equal(before.Select(w => w * (float)(1 - (1e-2f * 0.5))), c.Weights["p0"].ToArray());
        Assert.All(c.State.FirstMoment["p0"].ToArray(), m => Assert.Equal(0, m));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fixed_parameter_is_not_moved_decayed_or_averaged_away_and_has_no_share_in_clipping(bool decoupled)
    {
        var c = new TrainingCase("fixed", FixedBetween, new AdamUpdate(0.9, 0.999, 1e-8, 0.5, decoupled, 1));
        var names = c.Builder.Graph.Layout.Entries.Where(e => !e.Trained).Select(e => e.Name).ToList();
        Assert.Equal(2, names.Count);
        var before = names.Select(n => c.Weights[n].ToArray()).ToList();
        for (var t = 1; t <= 3; t++) c.Step(t);
        foreach (var (name, values) in names.Zip(before))
        {
            Assert.Equal(values, c.Weights[name].ToArray());
            Assert.Equal(values, c.State.Average![name].ToArray());
            Assert.All(c.State.FirstMoment[name].ToArray(), m => Assert.Equal(0, m));
        }

        var gradients = Gradients.Of(c.Outputs["loss"], c.Builder.Graph.Parameters);
        var zeros = c.Builder.Graph.Layout.Entries.Zip(gradients).Where(p => !p.First.Trained).Select(p => p.Second).ToList();
        Assert.All(zeros.SelectMany(c.Builder.Interpret().Evaluate), g => Assert.Equal(0, g));
    }

    [Fact]
    public void Stretches_that_are_trained_and_stretches_that_are_not_cover_the_layout_once()
    {
        var b = new CaseBuilder("runs");
        b.Parameter([3]);
        b.Parameter([20]);
        b.FixedParameter([5]);
        b.FixedParameter([1]);
        b.Parameter([2]);
        Assert.Equal([(0, 48), (80, 16)], b.Graph.Layout.TrainedRuns);
        Assert.Equal([(48, 32)], b.Graph.Layout.FixedRuns);
        Assert.Equal(96, b.Graph.Layout.Length);
    }

    [Fact]
    public void The_loss_is_that_of_the_weights_before_the_update_wherever_it_was_built()
    {
        var c = new TrainingCase("order", Losses["parameters that are each other's gradient"], new AdamUpdate(0.9, 0.999, 1e-3, 0, true, 1));
        var b = new CaseBuilder("order after");
        var w = b.Parameter([4]);
        var loss = Op.Sum(Op.Square(w));
        var update = Op.Train(loss, b.Graph.Input("rates", [4]), new AdamUpdate(0.9, 0.999, 1e-3, 0, true, 1));
        var later = Op.Exp(w) + 1;
        b.Values["rates"] = [0.125, 1, 1, 0];
        var state = new TrainingState(new(b.Graph.Layout), new(b.Graph.Layout), null);
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["norm"] = update, ["later"] = later, ["twice"] = 2 * update }, b.Weights(), new CpuExecutor(Parallelism.Single), state);
        b.Fill(program);
        program.Run();
        Close.Assert(b.Interpret().Evaluate(later), program.Output("later"), 1e-6, "built after the update");
        Assert.Equal(2 * program.Output("norm")[0], program.Output("twice")[0]);
        c.AssertSteps(1, 3e-5);
    }

    [Fact]
    public void What_is_fused_into_a_pass_after_the_update_still_sees_the_weights_before_it()
    {
        var b = new CaseBuilder("fused after");
        var (w, m) = (b.Parameter([4]), b.Parameter([3, 4]));
        var x = b.Fixed([2, 3], 1, -2, 3, 0.5, 2, -1);
        var update = Op.Train(Op.Sum(Op.Square(w)) + Op.Sum(Op.Square(m)), b.Graph.Input("rates", [4]), new AdamUpdate(0.9, 0.999, 1e-3, 0, true, 1));
        b.Values["rates"] = [0.125, 1, 1, 1];
        var outputs = new Dictionary<string, Node>
        {
            ["chain"] = Op.Exp(w) + Op.BroadcastTo(update, [4]),
            ["itself"] = w * Op.BroadcastTo(update, [4]),
            ["stretched"] = Op.BroadcastTo(w, [2, 4]) + Op.BroadcastTo(update, [2, 4]),
            ["product"] = Op.MatMul(x, m) + Op.BroadcastTo(update, [2, 4]),
            ["view"] = Op.Reshape(w, [2, 2]) - Op.BroadcastTo(update, [2, 2]),
        };
        var weights = b.Weights();
        var program = CompiledGraph.Compile(outputs, weights, new CpuExecutor(Parallelism.Single), new TrainingState(new(b.Graph.Layout), new(b.Graph.Layout), null));
        PlanCheck.AssertSound(program.Plan);
        b.Fill(program);
        var oracle = b.Interpret();
        program.Run();
        foreach (var (name, node) in outputs) Close.Assert(oracle.Evaluate(node), program.Output(name), 1e-5, name);
        Assert.NotEqual(b.Values[b.Graph.Layout.Entries[0].Name].Select(v => (float)v), weights[b.Graph.Layout.Entries[0].Name].ToArray());
    }

    [Fact]
    public void A_parameter_made_after_the_update_has_no_gradient()
    {
        var b = new CaseBuilder("late");
        var w = b.Parameter([4]);
        var update = Op.Train(Op.Sum(Op.Square(w)), b.Graph.Input("rates", [4]), new AdamUpdate(0.9, 0.999, 1e-3, 0, true, 1));
        b.Values["rates"] = [0.125, 1, 1, 0];
        b.Parameter([3]);
        var weights = b.Weights();
        var late = weights.Layout.Entries[1].Name;
        var before = weights[late].ToArray();
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["norm"] = update }, weights, new CpuExecutor(Parallelism.Single), new TrainingState(new(b.Graph.Layout), new(b.Graph.Layout), null));
        b.Fill(program);
        program.Run();
        Assert.Equal(before, weights[late].ToArray());
        Assert.NotEqual(b.Values[b.Graph.Layout.Entries[0].Name].Select(v => (float)v), weights[b.Graph.Layout.Entries[0].Name].ToArray());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_loss_that_is_not_finite_leaves_weights_moments_and_average_as_they_were(double bad)
    {
        var c = new TrainingCase("bad", Losses["a residual block"], new AdamUpdate(0.9, 0.999, 1e-3, 0.01, true, 1));
        c.Step(1);
        var before = c.Everything;
        Assert.Null(c.Program.FindNonFinite(new Rng(1)));
        Assert.Equal(before, c.Everything);

        var input = c.Program.Plan.Inputs.Keys.First(k => k != "rates");
        var good = c.Builder.Values[input][0];
        c.Builder.Values[input][0] = bad;
        c.Step(2);
        Assert.False(float.IsFinite(c.Program.Output("norm")[0]));
        Assert.Equal(before, c.Everything);
        Assert.Equal($"input '{input}'", c.Program.FindNonFinite(new Rng(2)));
        Assert.Equal(before, c.Everything);

        c.Builder.Values[input][0] = good;
        c.Step(2);
        Assert.NotEqual(before, c.Everything);
        var name = c.Weights.Layout.Entries[^1].Name;
        c.Weights[name][^1] = (float)bad;
        Assert.Equal($"parameter '{name}'", c.Program.FindNonFinite(new Rng(2)));
    }

    [Fact]
    public void The_first_layer_whose_values_are_not_finite_is_named()
    {
        var b = new CaseBuilder("overflow");
        var x = b.Fixed([2, 3], 1, 2, 3, 4, 5, 6);
        Node y;
        using (b.Graph.Scope("first")) y = Op.MatMul(x, b.Parameter([3, 3]));
        using (b.Graph.Scope("second"))
        using (b.Graph.Scope("exp")) y = Op.Softmax(Op.Exp(Op.Square(y) * 1e4));
        using (b.Graph.Scope("third")) y = Op.MatMul(y, b.Parameter([3, 2]));
        var program = Replay.Compile(b, new Dictionary<string, Node> { ["y"] = y });
        Assert.Equal("second.exp (Exp)", program.FindNonFinite());
    }

    [Fact]
    public void A_result_that_the_next_step_makes_is_looked_at_after_that_one()
    {
        var b = new CaseBuilder("healthy norm in memory that held NaN");
        var y = Op.GroupNorm(Data(b, [2, 4, 4, 4]), b.Parameter([4], 0.5, 1.5), b.Parameter([4]), 2, 1e-5, true);
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["y"] = y }, b.Weights(), new StaleExecutor());
        b.Fill(program);
        Assert.Null(program.FindNonFinite());
    }

    // What waits for the next step finds NaN in its place, as a diverged step may have left there.
    private sealed class StaleExecutor : Executor
    {
        public override Parallelism Parallelism => Parallelism.Single;

        public override Precision Precision => Precision.Exact;

        public override Executor At(Precision precision) => this;

        private readonly CpuExecutor inner = new(Parallelism.Single);

        public override int WorkspaceLength(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => inner.WorkspaceLength(operation, inputs, output);

        public override Packing PackingOf(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => inner.PackingOf(operation, inputs, output);

        public override string Describe(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => inner.Describe(operation, inputs, output);

        public override bool IsDoneByNext(IReadOnlyList<PlanStep> steps, int index) => inner.IsDoneByNext(steps, index);

        public override IReadOnlyList<StepAction> Bind(Plan plan, PlanMemory memory)
        {
            Assert.Contains(Enumerable.Range(0, plan.Steps.Count), i => IsDoneByNext(plan.Steps, i));
            return [.. inner.Bind(plan, memory).Select((action, i) => IsDoneByNext(plan.Steps, i) ? _ => memory.At(plan.Steps[i].Output).Span.Fill(float.NaN) : action)];
        }
    }

    private static Node Data(CaseBuilder b, Shape shape) => b.Fixed(shape, b.Random(shape, -1, 1));

    private static Node ResidualBlock(CaseBuilder b)
    {
        var x = Data(b, [2, 4, 4, 3]);
        var time = Op.Linear(Op.Silu(Op.SinusoidalFeatures(b.Fixed([2], 3, 250), 6)), b.Parameter([6, 4]), b.Parameter([4]));
        var h = Op.Conv2D(x, b.Parameter([3, 3, 3, 4], -0.3, 0.3), 1, Padding.All(1)) + b.Parameter([4]) + Op.Reshape(time, [2, 1, 1, 4]);
        h = Op.GroupNorm(h, b.Parameter([4], 0.5, 1.5), b.Parameter([4]), 2, 1e-5, true);
        h = Op.Conv2D(h, b.Parameter([3, 3, 4, 4], -0.3, 0.3), 1, Padding.All(1)) + b.Parameter([4]) + Op.Conv2D(x, b.Parameter([1, 1, 3, 4]));
        return Op.MeanSquaredError(Op.UpsampleNearest(Op.AveragePool(h, 2), 2), Data(b, [2, 4, 4, 4]));
    }

    [Fact]
    public void A_loss_that_overflows_while_its_gradients_do_not_leaves_every_weight_as_it_was()
    {
        var graph = new Graph();
        var w = graph.Parameter("w", [3], (values, _) => values.Fill(1e25f));
        var loss = Op.Sum(Op.Square(w));
        var norm = Op.Train(loss, graph.Input("rates", [4]), new AdamUpdate(0.9, 0.999, 1e-8, 0, true, 1));
        var weights = new ParameterBuffer(graph.Layout);
        weights.Initialize(new Rng(1));
        var state = new TrainingState(new ParameterBuffer(graph.Layout), new ParameterBuffer(graph.Layout), new ParameterBuffer(graph.Layout));
        var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["loss"] = loss, ["norm"] = norm }, weights, new CpuExecutor(Parallelism.Single), state);
        new float[] { 0.1f, 0.1f, 0.001f, 0.9f }.CopyTo(program.Input("rates"));
        program.Run();
        Assert.Equal(float.PositiveInfinity, program.Output("loss")[0]);
        Assert.True(float.IsFinite(program.Output("norm")[0]));
        Assert.All(weights["w"].ToArray(), value => Assert.Equal(1e25f, value));
        Assert.All(state.FirstMoment["w"].ToArray(), value => Assert.Equal(0, value));
    }

    private static Node FixedBetween(CaseBuilder b)
    {
        var (v, f, w, g) = (b.Parameter([4]), b.FixedParameter([4]), b.Parameter([4]), b.FixedParameter([4]));
        return Op.Sum(Op.Square((v * f) + (w * g) + b.Parameter([4])));
    }
}

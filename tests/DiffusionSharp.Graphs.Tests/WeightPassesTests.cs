using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

public sealed class WeightPassesTests
{
    [Fact]
    public void What_is_made_of_weights_alone_is_made_once_and_again_when_they_change()
    {
        var (b, outputs) = Network();
        var weights = b.Weights();
        var program = CompiledGraph.Compile(outputs, weights, new CpuExecutor(Parallelism.Single));
        PlanCheck.AssertSound(program.Plan);
        Assert.Equal(["Concatenate", "Exp", "Pack", "Pack"], program.Plan.Steps.Take(program.Plan.OnceSteps).Select(s => s.Operation.Name).Order());
        Assert.All(program.Plan.Steps.Take(program.Plan.OnceSteps), s => Assert.Equal((Phase.Once, Region.Persistent), (s.Phase, s.Output.Region)));
        b.Fill(program);
        Assert.Equal(program.Plan.Steps.Count, Count(program));
        Check(b, outputs, program);
        Assert.Equal(program.Plan.Steps.Count - 4, Count(program));
        Check(b, outputs, program);

        // Every way of writing is seen.
        var name = weights.Layout.Entries[0].Name;
        var values = weights.Export().ToDictionary(e => e.Name, e => e.Value);
        var other = new ParameterBuffer(weights.Layout);
        other.Memory.Span.Fill(0.5f);
        foreach (var write in new Action[]
        {
            () => weights[name][0] = 2,
            () => weights.Memory.Span[1] = -1,
            () => weights.CopyFrom(other),
            () => weights.Import(n => values[n]),
        })
        {
            write();
            foreach (var entry in weights.Layout.Entries) b.Values[entry.Name] = [.. weights[entry.Name].ToArray().Select(v => (double)v)];
            Assert.Equal(program.Plan.Steps.Count, Count(program));
            Check(b, outputs, program);
            Assert.Equal(program.Plan.Steps.Count - 4, Count(program));
        }

        // Reading is no writing.
        Assert.Null(weights.FirstNonFinite());
        Assert.NotEmpty(weights.Export());
        Assert.Equal(program.Plan.Steps.Count - 4, Count(program));
        weights.Initialize(new Rng(3));
        Assert.Equal(program.Plan.Steps.Count, Count(program));
    }

    [Fact]
    public void A_program_that_trains_tells_the_others_of_its_weights_and_averages()
    {
        var c = new TrainingCase("watched", b => Op.MeanSquaredError(Op.Linear(b.Variable([4, 3]), Joined(b)), b.Variable([4, 4])), new AdamUpdate(0.9, 0.999, 1e-3, 0, true, 1));
        Assert.Equal(0, c.Program.Plan.OnceSteps);
        var b = new CaseBuilder("watching");
        var y = Op.Linear(b.Variable([4, 3]), Joined(b));
        foreach (var buffer in new[] { c.Weights, c.State.Average! })
        {
            var program = CompiledGraph.Compile(new Dictionary<string, Node> { ["y"] = y }, buffer, new CpuExecutor(Parallelism.Single));
            b.Fill(program);
            program.Run();
            var before = program.Output("y").ToArray();
            c.Step(1);
            program.Run();
            var after = program.Output("y").ToArray();
            Assert.NotEqual(before, after);
            var fresh = CompiledGraph.Compile(new Dictionary<string, Node> { ["y"] = y }, buffer, new CpuExecutor(Parallelism.Single));
            b.Fill(fresh);
            fresh.Run();
            Assert.Equal(fresh.Output("y").ToArray(), after);
        }
    }

    [Fact]
    public void A_value_larger_than_what_it_is_made_of_is_not_kept()
    {
        var b = new CaseBuilder("stretched");
        var plan = Replay.AssertOutputs(b, new Dictionary<string, Node> { ["y"] = Op.Softmax(Op.BroadcastTo(b.Parameter([4]), [64, 4])) }, 1e-6).Plan;
        Assert.Equal((0, 0), (plan.OnceSteps, plan.PersistentLength));
    }

    [Fact]
    public void Weights_are_packed_once_and_the_products_read_them_packed()
    {
        var (b, outputs) = Network();
        var weights = b.Weights();
        var program = CompiledGraph.Compile(outputs, weights, new MirroringExecutor());
        PlanCheck.AssertSound(program.Plan);
        var packs = program.Plan.Steps.Where(s => s.Operation is Pack).ToList();
        Assert.Equal([typeof(Conv2D), typeof(MatMul)], packs.Select(s => ((Pack)s.Operation).Consumer.GetType()).OrderBy(t => t.Name));
        Assert.All(packs, s => Assert.Equal(Phase.Once, s.Phase));
        Assert.Equal(2, program.Plan.Steps.Count(s => s.Packed.Shape.Rank > 0));
        b.Fill(program);
        program.Run();
        Check(b, outputs, program);
        weights.Memory.Span.Fill(0.25f);
        foreach (var entry in weights.Layout.Entries) Array.Fill(b.Values[entry.Name], 0.25);
        program.Run();
        program.Run();
        Check(b, outputs, program);
    }

    [Theory]
    [InlineData(Precision.Fast)]
    [InlineData(Precision.Exact)]
    public void Packed_weights_give_the_same_bytes(Precision precision)
    {
        var b = new CaseBuilder("packed");
        var x = b.Variable([2, 16, 16, 32]);
        var y = Op.Conv2D(x, b.Parameter([3, 3, 32, 32], -0.1, 0.1), 1, Padding.All(1)) + b.Parameter([32]);
        y = Op.Conv2D(y, b.Parameter([1, 1, 32, 48], -0.1, 0.1)) + b.Variable([2, 1, 1, 48]);
        y = Op.Linear(Op.Reshape(Op.Conv2D(y, b.Parameter([3, 3, 48, 8], -0.1, 0.1), 2, Padding.All(1)), [2, 512]), b.Parameter([512, 40], -0.1, 0.1), b.Parameter([40]));
        y = Op.MatMul(y, b.Parameter([24, 40], -0.1, 0.1), false, true);
        var outputs = new Dictionary<string, Node> { ["y"] = y };
        var executor = new CpuExecutor(Parallelism.Single, precision);
        var packed = CompiledGraph.Compile(outputs, b.Weights(), executor);
        PlanCheck.AssertSound(packed.Plan);
        Assert.Equal(5, packed.Plan.Steps.Count(s => s.Operation is Pack));
        var plain = CompiledGraph.Compile(outputs, b.Weights(), new UnpackingExecutor(executor));
        Assert.Equal(0, plain.Plan.OnceSteps);
        foreach (var program in new[] { packed, plain })
        {
            b.Fill(program);
            program.Run();
            program.Run();
        }

        Assert.Equal(plain.Output("y").ToArray(), packed.Output("y").ToArray());
    }

    private sealed class UnpackingExecutor(CpuExecutor inner) : Executor
    {
        public override Parallelism Parallelism => inner.Parallelism;

        public override Precision Precision => inner.Precision;

        public override Executor At(Precision precision) => this;

        public override int WorkspaceLength(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => inner.WorkspaceLength(operation, inputs, output);

        public override Packing PackingOf(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => Packing.None;

        public override string Describe(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => inner.Describe(operation, inputs, output);

        public override IReadOnlyList<StepAction> Bind(Plan plan, PlanMemory memory) => inner.Bind(plan, memory);
    }

    [Fact]
    public void A_program_that_trains_packs_nothing_beforehand()
    {
        var b = new CaseBuilder("trains");
        var loss = Op.MeanSquaredError(Op.Linear(b.Variable([4, 3]), b.Parameter([3, 2])), b.Variable([4, 2]));
        var update = Op.Train(loss, b.Graph.Input("rates", [4]), new AdamUpdate(0.9, 0.999, 1e-3, 0, true, 1));
        var plan = new MirroringExecutor().Plan(new Dictionary<string, Node> { ["norm"] = update });
        Assert.DoesNotContain(plan.Steps, s => s.Operation is Pack || s.Phase == Phase.Once || s.Packed.Shape.Rank > 0);
    }

    private static Node Joined(CaseBuilder b) => Op.Concatenate(1, b.Parameter([3, 2]), b.Parameter([3, 2]));

    private static (CaseBuilder Builder, IReadOnlyDictionary<string, Node> Outputs) Network()
    {
        var b = new CaseBuilder("weights alone");
        var y = Op.Linear(b.Variable([4, 3]), Joined(b), Op.Exp(b.Parameter([4])));
        var x = Op.Conv2D(b.Variable([1, 5, 5, 2]), b.Parameter([3, 3, 2, 3]), 1, Padding.All(1));
        return (b, new Dictionary<string, Node> { ["y"] = Op.Softmax(y), ["x"] = Op.Tanh(x) });
    }

    private static void Check(CaseBuilder b, IReadOnlyDictionary<string, Node> outputs, CompiledGraph program)
    {
        var oracle = b.Interpret();
        foreach (var (name, node) in outputs) Close.Assert(oracle.Evaluate(node), program.Output(name), 2e-5, name);
    }

    private static int Count(CompiledGraph program)
    {
        var counter = new Counter();
        program.Run(default, counter);
        return counter.Steps;
    }

    private sealed class Counter : IStepObserver
    {
        public int Steps { get; private set; }

        public void Begin() => Steps = 0;

        public void Done(int step) => Steps++;
    }

    /// <summary>Packs weights back to front and reads them so: a kernel that took the weights as they are would be seen.</summary>
    private sealed class MirroringExecutor : Executor
    {
        public override Parallelism Parallelism => Parallelism.Single;

        public override Precision Precision => Precision.Exact;

        public override Executor At(Precision precision) => this;

        private readonly CpuExecutor inner = new(Parallelism.Single);

        public override int WorkspaceLength(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => inner.WorkspaceLength(operation, inputs, output);

        public override Packing PackingOf(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => new(inputs[1].Count, inner.WorkspaceLength(operation, inputs, output));

        public override string Describe(Operation operation, IReadOnlyList<Shape> inputs, Shape output) => inner.Describe(operation, inputs, output);

        public override IReadOnlyList<StepAction> Bind(Plan plan, PlanMemory memory) => [.. plan.Steps.Select(s => Bind(s, plan, memory))];

        private StepAction Bind(PlanStep step, Plan plan, PlanMemory memory)
        {
            if (step.Operation is Pack)
            {
                var (from, to) = (memory.At(step.Inputs[0]), memory.At(step.Output));
                return _ =>
                {
                    from.Span.CopyTo(to.Span);
                    to.Span.Reverse();
                };
            }

            // All steps but this one are left out, so that the inner executor binds just it.
            var plain = new AlignedBuffer(step.Packed.Shape.Rank == 0 ? 0 : step.Packed.Shape.Count);
            var packed = step.Packed.Shape.Rank == 0 ? default : memory.At(step.Packed);
            var read = step.Packed.Shape.Rank == 0 ? step : step with { Inputs = [step.Inputs[0], new Operand(Region.FirstMoment, 0, step.Inputs[1].Shape), .. step.Inputs.Skip(2)], Packed = default };
            var action = inner.Bind(plan with { Steps = [read] }, memory with { FirstMoment = plain })[0];
            return rng =>
            {
                if (step.Packed.Shape.Rank > 0)
                {
                    packed.Span.CopyTo(plain.Span);
                    plain.Span.Reverse();
                }

                action(rng);
            };
        }
    }
}

using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>A step in parts against the same step in one, and averages beside the first.</summary>
public sealed class AccumulationTests
{
    private const int Batch = 32;

    private static readonly AdamUpdate Clipped = new(0.9, 0.999, 1e-3, 0.01, true, 0.05);

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(32)]
    public void A_step_in_parts_is_the_step_of_the_whole_batch_in_double(int parts)
    {
        foreach (var settings in new[] { Clipped, Clipped with { Decoupled = false, ClipNorm = double.PositiveInfinity } })
        {
            var (whole, cut) = (new Steps(settings, Parallelism.Single), new Steps(settings with { Parts = parts }, Parallelism.Single));
            var state = whole.Interpreted();
            for (var t = 1; t <= 4; t++)
            {
                var oracle = new Interpreter(whole.Values(t), p => state.Weights[p], default);
                state = oracle.Update(whole.Norm, state);
                cut.Run(t);
                Close.Assert(oracle.Evaluate(whole.Norm), cut.Program.Output("norm"), 3e-5, $"norm at step {t}");
                foreach (var entry in cut.Weights.Layout.Entries)
                {
                    Close.Assert(state.Weights[entry.Name], cut.Weights[entry.Name], 3e-5, $"{entry.Name} at step {t}");
                    Close.Assert(state.FirstMoment[entry.Name], cut.State.FirstMoment[entry.Name], 3e-5, $"first moment of {entry.Name} at step {t}");
                    Close.Assert(state.SecondMoment[entry.Name], cut.State.SecondMoment[entry.Name], 3e-5, $"second moment of {entry.Name} at step {t}");
                    Close.Assert(state.Average[entry.Name], cut.State.Average![entry.Name], 3e-5, $"average of {entry.Name} at step {t}");
                }
            }
        }
    }

    [Fact]
    public void Only_the_last_part_changes_anything_and_every_number_of_threads_gives_the_same_bytes()
    {
        var results = new List<float[]>();
        foreach (var threads in new[] { 1, 2, 3 })
        {
            using var parallelism = new Parallelism(threads);
            var steps = new Steps(Clipped with { Parts = 4 }, parallelism);
            var before = steps.Everything;
            for (var part = 0; part < 3; part++)
            {
                steps.Run(1, part);
                Assert.Equal(before, steps.Everything);
                Assert.Equal(0, steps.Program.Output("norm")[0]);
            }

            steps.Run(1, 3);
            Assert.NotEqual(before, steps.Everything);
            steps.Run(2);
            results.Add(steps.Everything);
        }

        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_part_whose_loss_is_not_finite_leaves_the_whole_step_undone_and_the_next_step_whole(int bad)
    {
        var steps = new Steps(Clipped with { Parts = 4 }, Parallelism.Single);
        steps.Run(1);
        var before = steps.Everything;
        for (var part = 0; part < 4; part++)
        {
            steps.Fill(2, part);
            if (part == bad) steps.Program.Input("x")[1] = float.NaN;
            steps.Program.Run();
            if (part == bad) Assert.True(float.IsNaN(steps.Program.Output("norm")[0]));
        }

        Assert.False(float.IsFinite(steps.Program.Output("norm")[0]));
        Assert.Equal(before, steps.Everything);
        steps.Run(2);
        var never = new Steps(Clipped with { Parts = 4 }, Parallelism.Single);
        never.Run(1);
        never.Run(2);
        Assert.Equal(never.Everything, steps.Everything);
    }

    [Fact]
    public void A_further_average_has_the_bytes_that_it_would_have_as_the_first()
    {
        float[] decays = [0.25f, 0.01f, 1];
        var steps = new Steps(Clipped with { MoreAverages = 2, Parts = 2 }, Parallelism.Single, decays);
        for (var t = 1; t <= 3; t++) steps.Run(t);
        for (var i = 0; i < decays.Length; i++)
        {
            var alone = new Steps(Clipped with { Parts = 2 }, Parallelism.Single, decays[i]);
            for (var t = 1; t <= 3; t++) alone.Run(t);
            Assert.Equal(alone.State.Average!.Memory.Span.ToArray(), (i == 0 ? steps.State.Average! : steps.State.MoreAverages![i - 1]).Memory.Span.ToArray());
            Assert.Equal(alone.Weights.Memory.Span.ToArray(), steps.Weights.Memory.Span.ToArray());
        }
    }

    [Fact]
    public void A_training_state_with_another_number_of_averages_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new Steps(Clipped with { MoreAverages = 1 }, Parallelism.Single, [0.1f, 0.1f, 0.1f], states: 2));
        Assert.Contains("the update keeps 1 averages beside the first, the training state holds 2", error.Message, StringComparison.Ordinal);
    }

    // A small network whose data is a function of the step and the row alone, however the batch is cut.
    private sealed class Steps
    {
        private readonly AdamUpdate settings;
        private readonly float[] averageWeights;
        private readonly int rows;

        public Steps(AdamUpdate settings, Parallelism parallelism, params float[] averageWeights)
            : this(settings, parallelism, averageWeights.Length == 0 ? [0.1f] : averageWeights, settings.MoreAverages)
        {
        }

        public Steps(AdamUpdate settings, Parallelism parallelism, float[] averageWeights, int states)
        {
            (this.settings, this.averageWeights, rows) = (settings, averageWeights, Batch / settings.Parts);
            var graph = new Graph();
            var hidden = Op.Silu(Op.Linear(graph.Input("x", [rows, 3]), Begun(graph, "w1", [3, 7]), Begun(graph, "b1", [7])));
            Loss = Op.MeanSquaredError(Op.Linear(hidden, Begun(graph, "w2", [7, 2]), Begun(graph, "b2", [2])), graph.Input("y", [rows, 2]));
            Norm = Op.Train(Loss, graph.Input("rates", [settings.RatesCount]), settings);
            Weights = new ParameterBuffer(graph.Layout);
            Weights.Initialize(new Rng(3));
            State = new TrainingState(new(graph.Layout), new(graph.Layout), new(graph.Layout), [.. Enumerable.Range(0, states).Select(_ => new ParameterBuffer(graph.Layout))]);
            foreach (var average in State.MoreAverages!.Prepend(State.Average!)) average.CopyFrom(Weights);
            Program = CompiledGraph.Compile(new Dictionary<string, Node> { ["loss"] = Loss, ["norm"] = Norm }, Weights, new CpuExecutor(parallelism), State);
        }

        public Node Loss { get; }

        public Node Norm { get; }

        public ParameterBuffer Weights { get; }

        public TrainingState State { get; }

        public CompiledGraph Program { get; }

        public float[] Everything => [.. Weights.Memory.Span, .. State.FirstMoment.Memory.Span, .. State.SecondMoment.Memory.Span, .. State.Average!.Memory.Span];

        public void Run(int t)
        {
            for (var part = 0; part < settings.Parts; part++) Run(t, part);
        }

        public void Run(int t, int part)
        {
            Fill(t, part);
            Program.Run();
        }

        public void Fill(int t, int part)
        {
            Data(t, "x", part * rows * 3, Program.Input("x"));
            Data(t, "y", part * rows * 2, Program.Input("y"));
            Rates(t, part).CopyTo(Program.Input("rates"));
        }

        public Dictionary<string, double[]> Values(int t)
        {
            var (x, y) = (new float[Batch * 3], new float[Batch * 2]);
            Data(t, "x", 0, x);
            Data(t, "y", 0, y);
            return new() { ["x"] = [.. x.Select(v => (double)v)], ["y"] = [.. y.Select(v => (double)v)], ["rates"] = [.. Rates(t, 0).Select(v => (double)v)] };
        }

        public InterpretedState Interpreted() => new(Read(Weights), Read(State.FirstMoment), Read(State.SecondMoment), Read(State.Average!));

        private static Node Begun(Graph graph, string name, Shape shape) => graph.Parameter(name, shape, (values, rng) =>
        {
            for (var i = 0; i < values.Length; i++) values[i] = (float)(rng.Uniform((ulong)i) - 0.5);
        });

        private static Dictionary<string, double[]> Read(ParameterBuffer buffer) => buffer.Export().ToDictionary(e => e.Name, e => e.Value.Values.ToArray().Select(v => (double)v).ToArray());

        private static void Data(int t, string name, int from, Span<float> values)
        {
            var rng = new Rng((ulong)t).Split(name);
            for (var i = 0; i < values.Length; i++) values[i] = (float)rng.Uniform((ulong)(from + i));
        }

        private float[] Rates(int t, int part)
        {
            float[] rates = [1e-2f, (float)(1 - Math.Pow(settings.Beta1, t)), (float)(1 - Math.Pow(settings.Beta2, t)), .. averageWeights];
            return settings.Parts > 1 ? [.. rates, part] : rates;
        }
    }
}

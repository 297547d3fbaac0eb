using DiffusionSharp.Cpu;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>A loss and its optimizer's update, compiled and interpreted side by side.</summary>
internal sealed class TrainingCase
{
    private readonly Node loss;
    private readonly Node update;

    public TrainingCase(string name, Func<CaseBuilder, Node> build, AdamUpdate settings, Func<CaseBuilder, Node, IReadOnlyDictionary<string, Node>>? more = null, Parallelism? parallelism = null, PlanOptions? options = null)
    {
        Builder = new CaseBuilder(name);
        loss = build(Builder);
        update = Op.Train(loss, Builder.Graph.Input("rates", [4]), settings);
        Builder.Values["rates"] = [1e-2, 1, 1, 0.1];
        Weights = Builder.Weights();
        State = new TrainingState(new(Builder.Graph.Layout), new(Builder.Graph.Layout), new(Builder.Graph.Layout));
        State.Average!.CopyFrom(Weights);
        Outputs = new Dictionary<string, Node>(more?.Invoke(Builder, loss) ?? new Dictionary<string, Node>()) { ["loss"] = loss, ["norm"] = update };
        Program = CompiledGraph.Compile(Outputs, Weights, new CpuExecutor(parallelism ?? Parallelism.Single), State, options);
        PlanCheck.AssertSound(Program.Plan);
    }

    public CaseBuilder Builder { get; }

    public ParameterBuffer Weights { get; }

    public TrainingState State { get; }

    public IReadOnlyDictionary<string, Node> Outputs { get; }

    public CompiledGraph Program { get; }

    /// <summary>Everything that training changes.</summary>
    public float[] Everything => [.. Weights.Memory.Span, .. State.FirstMoment.Memory.Span, .. State.SecondMoment.Memory.Span, .. State.Average!.Memory.Span];

    /// <summary>Sets the rates of step <paramref name="t"/> = 1, 2, … and runs it.</summary>
    public void Step(int t)
    {
        var o = (AdamUpdate)update.Operation;
        Builder.Values["rates"] = [.. new[] { 1e-2, 1 - Math.Pow(o.Beta1, t), 1 - Math.Pow(o.Beta2, t), 0.1 }.Select(v => (double)(float)v)];
        Builder.Fill(Program);
        Program.Run(new Rng((ulong)t));
    }

    /// <summary>Steps the program and the interpreter, and compares the loss, the norm, all other outputs and the whole state after each.</summary>
    public void AssertSteps(int steps, double tolerance)
    {
        var state = new InterpretedState(Read(Weights), Read(State.FirstMoment), Read(State.SecondMoment), Read(State.Average!));
        for (var t = 1; t <= steps; t++)
        {
            Step(t);
            var oracle = new Interpreter(Builder.Values, p => state.Weights[p], new Rng((ulong)t));
            foreach (var (name, node) in Outputs) Close.Assert(oracle.Evaluate(node), Program.Output(name), tolerance, $"{name} at step {t}");
            state = oracle.Update(update, state);
            foreach (var entry in Builder.Graph.Layout.Entries)
            {
                var p = entry.Name;
                Close.Assert(state.FirstMoment[p], State.FirstMoment[p], tolerance, $"first moment of {p} at step {t}");
                Close.Assert(state.SecondMoment[p], State.SecondMoment[p], tolerance, $"second moment of {p} at step {t}");
                Close.Assert(state.Weights[p], Weights[p], tolerance, $"{p} at step {t}");
                Close.Assert(state.Average[p], State.Average![p], tolerance, $"average of {p} at step {t}");
            }
        }
    }

    private static Dictionary<string, double[]> Read(ParameterBuffer buffer)
    {
        var values = new Dictionary<string, double[]>();
        foreach (var (name, value) in buffer.Export()) values[name] = [.. value.Values.ToArray().Select(v => (double)v)];
        return values;
    }
}

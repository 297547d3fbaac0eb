using System.Globalization;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Cli.Programs;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Networks.Inspection;

namespace DiffusionSharp.Cli.Inspection;

/// <summary>The plan of a network's training step, or of its forward pass: every step and what the whole needs. Nothing is allocated or run.</summary>
internal sealed class InspectedPlan : Inspected
{
    private readonly NamedNetwork network;
    private readonly NetworkProgram program;
    private readonly PlanSummary summary;

    public InspectedPlan(NamedNetwork network, bool training)
    {
        (this.network, program) = (network, new NetworkProgram(network.Config, training));
        summary = program.Plan();
    }

    /// <inheritdoc/>
    public override void Write(TextWriter output)
    {
        output.WriteLine(network.Describe(program));
        output.WriteLine();
        var table = new TextTable();
        table.Add("step", "phase", "operation", "fused", "layer", "output", "place", "read", "written", "operations", "how");
        foreach (var s in summary.Steps)
        {
            table.Add(
                s.Index.ToString(CultureInfo.InvariantCulture),
                Phase(s),
                s.Step.Operation.Name,
                s.Fused,
                s.Step.Scope,
                s.Step.Output.Shape.ToString(),
                Place(s.Step.Output),
                Say.Bytes(s.Read),
                Say.Bytes(s.Written),
                Say.Count(s.Cost.Flops),
                s.Method);
        }

        table.Write(output);
        output.WriteLine();
        WriteTotals(output);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Key, object? Value)> Members() =>
    [
        ("kind", "plan"),
        ("network", network.Name),
        ("training", program.Training),
        ("batch", program.Samples),
        ("sampleShape", program.SampleShape.Dimensions.ToArray()),
        ("precision", Say.Word(program.Config.Precision)),
        ("steps", summary.Steps.Select(Object)),
        ("arenaBytes", summary.ArenaBytes),
        ("persistentBytes", summary.PersistentBytes),
        ("peakBytes", summary.PeakBytes),
        ("parameterBytes", summary.ParameterBytes),
        ("gradientBytes", summary.GradientBytes),
        ("optimizerBytes", summary.OptimizerBytes),
        ("parameters", summary.Plan.Layout.Count),
        ("multiplyAdds", summary.Cost.MultiplyAdds),
        ("flops", summary.Cost.Flops),
    ];

    private void WriteTotals(TextWriter output)
    {
        var table = new TextTable();
        table.Add("steps", Say.Count(summary.Steps.Count));
        var products = Say.Count(summary.Cost.MultiplyAdds);
        table.Add("operations", $"{Say.Count(summary.Cost.Flops)}, of them {products} multiply-adds, which count twice");
        var peak = $"{Say.Bytes(summary.PeakBytes)} of them are in use at once at most";
        table.Add("arena", $"{Say.Bytes(summary.ArenaBytes)} of inputs, values and scratch; {peak}");
        if (summary.PersistentBytes > 0) table.Add("kept", $"{Say.Bytes(summary.PersistentBytes)} made of the weights alone, once for many runs");
        table.Add("parameters", $"{Say.Bytes(summary.ParameterBytes)} ({Say.Count(summary.Plan.Layout.Count)})");
        if (program.Training)
        {
            table.Add("gradients", Say.Bytes(summary.GradientBytes));
            table.Add("optimizer", $"{Say.Bytes(summary.OptimizerBytes)} of two moments and the average");
        }

        table.Write(output);
    }

    private static string Phase(StepSummary s) => Say.Word(s.Step.Phase);

    private static string Place(Operand place) => $"{Say.Word(place.Region)}+{Say.Count(sizeof(float) * (long)place.Start)}";

    private static IReadOnlyList<(string Key, object? Value)> Object(StepSummary s) =>
    [
        ("step", s.Index),
        ("phase", Phase(s)),
        ("operation", s.Step.Operation.Name),
        ("fused", s.Fused),
        ("layer", s.Step.Scope),
        ("output", s.Step.Output.Shape.Dimensions.ToArray()),
        ("region", Say.Word(s.Step.Output.Region)),
        ("offset", sizeof(float) * (long)s.Step.Output.Start),
        ("read", s.Read),
        ("written", s.Written),
        ("flops", s.Cost.Flops),
        ("how", s.Method),
    ];
}

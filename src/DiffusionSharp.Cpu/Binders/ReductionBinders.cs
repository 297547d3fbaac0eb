using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>What becomes less along axes, and what is normalised along one.</summary>
internal static class ReductionBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } =
    [
        new Binder<Sum>(Summed)
        {
            Workspace = (s, call) =>
            {
                var (outer, reduced, inner) = Axes.Of(call.Inputs[0], s.Axis, s.AxisCount);
                return Reduce.SumWorkspaceLength(outer, reduced, inner);
            },
            Method = (_, _) => "reduction",
        },
        new Binder<Max>(Largest) { Method = (_, _) => "reduction" },
        new Binder<Softmax>(Normalised),
    ];

    private static StepAction Summed(Sum s, BoundStep step)
    {
        var (outer, reduced, inner) = Axes.Of(step.Call.Inputs[0], s.Axis, s.AxisCount);
        return _ => Reduce.Sum(step.Inputs[0].Span, step.Output.Span, outer, reduced, inner, s.Scale, step.Scratch.Span, step.Parallelism);
    }

    private static StepAction Largest(Max s, BoundStep step)
    {
        var (outer, reduced, inner) = Axes.Of(step.Call.Inputs[0], s.Axis, s.AxisCount);
        return _ => Reduce.Max(step.Inputs[0].Span, step.Output.Span, outer, reduced, inner, step.Parallelism);
    }

    private static StepAction Normalised(Softmax softmax, BoundStep step)
    {
        var x = step.Call.Inputs[0];
        var columns = x[^1];
        var rows = columns == 0 ? 0 : x.Count / columns;
        return _ => RowSoftmax.Rows(step.Inputs[0].Span, step.Output.Span, rows, columns, step.Parallelism);
    }
}

using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>Pictures made larger and smaller.</summary>
internal static class ResamplingBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } = [new Binder<UpsampleNearest>(Larger), new Binder<SumPool>(Smaller)];

    private static StepAction Larger(UpsampleNearest u, BoundStep step)
    {
        var x = step.Call.Inputs[0];
        return _ => Resample.UpsampleNearest(step.Inputs[0].Span, step.Output.Span, x[0], x[1], x[2], x[3], u.Factor, step.Parallelism);
    }

    private static StepAction Smaller(SumPool s, BoundStep step)
    {
        var x = step.Call.Inputs[0];
        return _ => Resample.SumPool(step.Inputs[0].Span, step.Output.Span, x[0], x[1], x[2], x[3], s.Factor, s.Scale, step.Parallelism);
    }
}

using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>Rows of a table by index, and the gradient of the table.</summary>
internal static class EmbeddingBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } = [new Binder<Embedding>(Gather), new Binder<EmbeddingGrad>(Scatter)];

    private static StepAction Gather(Embedding embedding, BoundStep step)
    {
        var (rows, width) = (step.Call.Inputs[1].Count, step.Call.Inputs[0][1]);
        return _ => TableRows.Gather(step.Inputs[0].Span, step.Inputs[1].Span, step.Output.Span, rows, width, step.Parallelism);
    }

    private static StepAction Scatter(EmbeddingGrad embedding, BoundStep step)
    {
        var (rows, width) = (step.Call.Inputs[1].Count, step.Call.Output[1]);
        return _ => TableRows.ScatterAdd(step.Inputs[0].Span, step.Inputs[1].Span, step.Output.Span, rows, width, step.Parallelism);
    }
}

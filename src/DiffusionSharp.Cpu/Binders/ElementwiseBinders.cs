using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>Element-wise expressions: the plan writes each as a chain of instructions, one alone too.</summary>
internal static class ElementwiseBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } = [new Binder<Elementwise>((_, step) => Chain(step)), new Binder<BroadcastTo>((_, step) => Chain(step))];

    private static StepAction Chain(BoundStep step)
    {
        var kernel = new ElementwiseChain(step.Call.Output, step.Call.Inputs, ((ChainFusion)step.Step.Fusion!).Code);
        return _ => kernel.Run(step.Inputs, step.Output, step.Parallelism);
    }
}

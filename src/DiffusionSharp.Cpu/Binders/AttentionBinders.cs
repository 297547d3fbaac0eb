using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>Attention and its gradient.</summary>
internal static class AttentionBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } =
    [
        new Binder<Attention>(Forward) { Method = (_, _) => "blocks of keys" },
        new Binder<AttentionGrad>(Gradient) { Method = (_, _) => "blocks of keys" },
    ];

    // Samples, positions and channels of q, of k and of v.
    private static (int N, int T, int C) Sizes(BoundStep step) => (step.Call.Inputs[0][0], step.Call.Inputs[0][1], step.Call.Inputs[0][2] / 3);

    private static StepAction Forward(Attention a, BoundStep step)
    {
        var (n, t, c) = Sizes(step);
        return _ => BlockedAttention.Forward(step.Inputs[0].Span, step.Output.Span, n, t, c, a.Heads, a.Scale, step.Parallelism);
    }

    private static StepAction Gradient(AttentionGrad a, BoundStep step)
    {
        var (n, t, c) = Sizes(step);
        return _ => BlockedAttention.Gradient(step.Inputs[0].Span, step.Inputs[1].Span, step.Output.Span, n, t, c, a.Heads, a.Scale, step.Parallelism);
    }
}

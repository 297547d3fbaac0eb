using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>Group norm and its gradient.</summary>
/// <remarks>
/// Sums over a sample and the pass that uses them stand next to each other in the plan: the second does both while the sample is in
/// the cache. The first one's result has its place by then, and nothing reads it in between.
/// </remarks>
internal static class NormBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } =
    [
        new Binder<GroupNormStatistics>(Statistics)
        {
            DoneByNext = (s, step, next) => next.Operation is GroupNormApply a && s.Groups == a.Groups
                && next.Inputs[0] == step.Inputs[0] && next.Inputs[1] == step.Output,
        },
        new Binder<GroupNormApply>(Apply),
        new Binder<GroupNormGradSums>(GradientSums)
        {
            DoneByNext = (s, step, next) => next.Operation is GroupNormGradInput a && s.Groups == a.Groups && s.Silu == a.Silu
                && next.Inputs.Take(5).SequenceEqual(step.Inputs) && next.Inputs[5] == step.Output,
        },
        new Binder<GroupNormGradInput>(GradientInput),
    ];

    // Samples, positions of each, and channels.
    private static (int N, int Positions, int C) Sizes(BoundStep step)
    {
        var x = step.Call.Inputs[0];
        return (x[0], x[0] == 0 ? 0 : x.Count / x[0] / x[^1], x[^1]);
    }

    private static StepAction Statistics(GroupNormStatistics s, BoundStep step)
    {
        var (n, positions, c) = Sizes(step);
        return _ => GroupNorm.Statistics(step.Inputs[0].Span, step.Output.Span, n, positions, c, s.Groups, s.Epsilon, step.Parallelism);
    }

    private static StepAction Apply(GroupNormApply s, BoundStep step)
    {
        var (n, positions, c) = Sizes(step);
        var (i, y, p) = (step.Inputs, step.Output, step.Parallelism);
        if (step.Left?.Operation is GroupNormStatistics { Epsilon: var epsilon })
            return _ => GroupNorm.Forward(i[0].Span, i[1].Span, i[2].Span, i[3].Span, y.Span, n, positions, c, s.Groups, epsilon, s.Silu, p);
        return _ => GroupNorm.Apply(i[0].Span, i[1].Span, i[2].Span, i[3].Span, y.Span, n, positions, c, s.Groups, s.Silu, p);
    }

    private static StepAction GradientSums(GroupNormGradSums s, BoundStep step)
    {
        var (n, positions, c) = Sizes(step);
        var (i, y, p) = (step.Inputs, step.Output, step.Parallelism);
        return _ => GroupNorm.GradientSums(i[0].Span, i[1].Span, i[2].Span, i[3].Span, i[4].Span, y.Span, n, positions, c, s.Groups, s.Silu, p);
    }

    // Where the sums were not left to this step, it writes them once more, with the same bytes.
    private static StepAction GradientInput(GroupNormGradInput s, BoundStep step)
    {
        var (n, positions, c) = Sizes(step);
        var (i, dx, p) = (step.Inputs, step.Output, step.Parallelism);
        var residual = step.Step.Fusion is EpilogueFusion { Residual: >= 0 and var index } ? i[index] : step.Nothing;
        return _ => GroupNorm.Gradient(
            i[0].Span, i[1].Span, i[2].Span, i[3].Span, i[4].Span, residual.Span, i[5].Span, dx.Span, n, positions, c, s.Groups, s.Silu, p);
    }
}

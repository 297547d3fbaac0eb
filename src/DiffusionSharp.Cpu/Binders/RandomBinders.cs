using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>What draws from the run's generator.</summary>
internal static class RandomBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } =
    [
        new Binder<DropoutMask>((d, step) => rng => RandomMasks.Dropout(step.Output.Span, rng.Split(d.Stream), d.Rate, step.Parallelism)),
    ];
}

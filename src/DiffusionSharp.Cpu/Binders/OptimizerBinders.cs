using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>What trains.</summary>
internal static class OptimizerBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } =
    [
        new Binder<AdamUpdate>((update, step) => new BoundUpdate(update, step).Action()) { Method = (_, _) => "two passes" },
    ];
}

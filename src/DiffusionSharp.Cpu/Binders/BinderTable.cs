using System.Collections.Frozen;
using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>The binder of each operation.</summary>
internal static class BinderTable
{
    private static readonly FrozenDictionary<Type, Binder> Known = All().ToFrozenDictionary(b => b.Operation);

    /// <summary>The operations that the processor computes.</summary>
    public static IEnumerable<Type> Operations => Known.Keys;

    /// <summary>The binder of an operation.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static Binder Of(Operation operation) =>
        Known.TryGetValue(operation.GetType(), out var binder) ? binder : throw new NotSupportedException($"The CPU executor does not know {operation.Name}.");

    private static IEnumerable<Binder> All() =>
    [
        .. ElementwiseBinders.All,
        .. ProductBinders.All,
        .. ConvolutionBinders.All,
        .. ReductionBinders.All,
        .. MovementBinders.All,
        .. ResamplingBinders.All,
        .. NormBinders.All,
        .. AttentionBinders.All,
        .. EmbeddingBinders.All,
        .. RandomBinders.All,
        .. OptimizerBinders.All,
    ];
}

using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Networks;

namespace DiffusionSharp;

/// <summary>How a model is opened.</summary>
public sealed record OpenOptions
{
    /// <summary>
    /// Which weights of a run, in any case: <c>ema</c>, their average, which sampling should take; <c>raw</c>, those of the last step; or a further
    /// average by its name. Null: the average of a run, and what a model's file holds.
    /// </summary>
    public string? Weights { get; init; }

    /// <summary>What kernels may trade for speed. Null: what the run was trained with.</summary>
    public Precision? Precision { get; init; }

    /// <summary>Threads to compute with; results do not depend on it. Null: as many as the machine has processors.</summary>
    public int? Threads { get; init; }

    /// <summary>The network of a run that was trained on one of the caller's own; null for all others.</summary>
    public NetworkFunction? Network { get; init; }
}

using DiffusionSharp.Samplers;
using DiffusionSharp.Training.Evaluation;

namespace DiffusionSharp;

/// <summary>How a model is measured; every default is cheap enough to wait for, and what it costs is said beforehand.</summary>
public sealed record EvaluateOptions
{
    /// <summary>
    /// What to measure. Null: bound, likelihood and sliced Wasserstein distance; the residual of the score Fokker–Planck equation too for vectors.
    /// </summary>
    public IReadOnlyList<EvaluationMetric>? Metrics { get; init; }

    /// <summary>How many samples of the data. Null: 16 pictures, 1000 vectors, at most all.</summary>
    public int? Count { get; init; }

    /// <summary>Of the choice of samples and of all noise.</summary>
    public ulong Seed { get; init; }

    /// <summary>Bit depth of pictures in bound and likelihood, 1 to 16; 0 measures a density. Null: 8 for pictures, 0 for vectors.</summary>
    public int? Bits { get; init; }

    /// <summary>Steps of the bound's chain. Null: 250 for pictures, all trained levels for vectors, 1000 where time is continuous.</summary>
    public int? Steps { get; init; }

    /// <summary>Variance of the chain's steps. Null: what the model learned; else small on bits, large on a density.</summary>
    public DdpmVariance? Variance { get; init; }

    /// <summary>Random probes of the divergence. Null: exact up to 8 values a sample, else 1 for the likelihood and 2 for the residual.</summary>
    public int? Probes { get; init; }

    /// <summary>Error a step of the likelihood's solver may make, relative and absolute, above 0. Null: 1e-3 for pictures, 1e-5 for vectors.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Samples at a time: memory grows with it, results do not depend on it. Null: 32 pictures, 1024 vectors.</summary>
    public int? Batch { get; init; }
}

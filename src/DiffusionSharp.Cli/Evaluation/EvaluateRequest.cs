using DiffusionSharp.Samplers;
using DiffusionSharp.Training.Evaluation;

namespace DiffusionSharp.Cli.Evaluation;

/// <summary>What the command line asks of an evaluation; null is left to the defaults.</summary>
internal sealed record EvaluateRequest(
    string Model,
    string Data,
    IReadOnlyList<EvaluationMetric> Metrics,
    DataSplit? Split,
    int? Count,
    ulong Seed,
    int? Bits,
    int? Steps,
    DdpmVariance? Variance,
    int? Probes,
    string Weights,
    int? Batch,
    string? Labels,
    string? Out,
    int Threads,
    bool Json);

using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Guidance;
using DiffusionSharp.Samplers.Catalog;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>What the command line asks of sampling; null is left to the defaults.</summary>
internal sealed record SampleRequest(
    string Model,
    string Out,
    SamplerEntry Sampler,
    SamplerOptions SamplerOptions,
    int? Steps,
    int? Count,
    ulong Seed,
    SpacingKind? Spacing,
    string Weights,
    int? Batch,
    string? Class,
    double? Guidance,
    double? GuidanceRescale,
    GuidanceInterval? GuidanceInterval,
    Precision? Precision,
    bool Strip,
    int Threads,
    bool Json);

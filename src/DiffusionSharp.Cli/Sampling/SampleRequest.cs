using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>What the command line asks of sampling; null is left to the defaults.</summary>
internal sealed record SampleRequest(
    string Model,
    string Out,
    SamplerKind Sampler,
    int? Steps,
    int? Count,
    ulong Seed,
    double? Eta,
    TimestepSpacing? Spacing,
    DdpmVariance? Variance,
    WeightsKind Weights,
    int? Batch,
    Precision? Precision,
    bool Strip,
    int Threads,
    bool Json);

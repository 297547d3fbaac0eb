namespace DiffusionSharp.Theory.Reports;

/// <summary>What a run of experiments is made with.</summary>
/// <param name="Seed">The seed of all chance.</param>
/// <param name="Quick">Whether it runs at the smaller sizes.</param>
public sealed record ReportHeader(ulong Seed, bool Quick);

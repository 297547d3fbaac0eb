namespace DiffusionSharp.Theory.Reports;

/// <summary>What a run of experiments is made with.</summary>
/// <param name="Seed">The seed of all chance.</param>
/// <param name="Quick">Whether it runs at the smaller sizes.</param>
/// <param name="Asked">How many experiments were asked for; fewer results are those of a run that goes on or was stopped.</param>
public sealed record ReportHeader(ulong Seed, bool Quick, int Asked);

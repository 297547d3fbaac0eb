namespace DiffusionSharp.Theory.Laboratory;

/// <summary>A number that an experiment reports without judging it.</summary>
/// <param name="What">What it is, in words, with its unit.</param>
/// <param name="Value">The number.</param>
public sealed record ReportedValue(string What, double Value);

namespace DiffusionSharp;

/// <summary>How a source was opened, so that a run can open it again.</summary>
/// <param name="Text">The text it was opened by: a built-in name, a folder, or a file.</param>
/// <param name="Options">What was asked of it.</param>
public sealed record SourceOrigin(string Text, DataSourceOptions Options);

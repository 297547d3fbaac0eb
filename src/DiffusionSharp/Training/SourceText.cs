namespace DiffusionSharp;

/// <summary>The text by which a run finds its data again.</summary>
internal static class SourceText
{
    /// <summary>A path is kept whole, so that a run can be resumed from any folder.</summary>
    public static string Settled(string data) => !DataSource.BuiltIn.ContainsKey(data) && Path.Exists(data) ? Path.GetFullPath(data) : data;

    /// <summary>Settled; but as the run that goes on wrote it, where it says the same, so that its configuration stays its own.</summary>
    public static string? Kept(string? text, string? earlier) =>
        text is null ? null : earlier is not null && Settled(earlier) == Settled(text) ? earlier : Settled(text);
}

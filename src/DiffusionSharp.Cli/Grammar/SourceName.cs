using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Grammar;

/// <summary>Reads the text of a source: a built-in one in any case, or a path.</summary>
internal static class SourceName
{
    /// <summary>The text as the library takes it.</summary>
    public static string Settle(string text) =>
        Path.Exists(text) ? text : DataSource.BuiltIn.Keys.FirstOrDefault(n => string.Equals(n, text, StringComparison.OrdinalIgnoreCase)) ?? text;

    /// <summary>The built-in source that was meant; null where the text is one, or a path, or near none.</summary>
    public static string? Meant(string text)
    {
        var isPath = Path.Exists(text) || text.AsSpan().ContainsAny('/', '\\', '.');
        return isPath || DataSource.BuiltIn.ContainsKey(text) ? null : DidYouMean.Nearest(text, DataSource.BuiltIn.Keys);
    }
}

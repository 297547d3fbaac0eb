using System.Xml.Linq;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.House.Tests;

/// <summary>The files of the repository, read as text.</summary>
internal static class Sources
{
    /// <summary>Project files of src by the project's name.</summary>
    public static IReadOnlyDictionary<string, XDocument> Projects { get; } = Directory
        .EnumerateFiles(Path.Combine(SharedFolder.Repository, "src"), "*.csproj", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => XDocument.Load(f));

    /// <summary>Source files of src: path below the repository with forward slashes, and lines.</summary>
    public static IReadOnlyList<(string Path, string[] Lines)> Files { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "src"), "*.*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".cs" or ".razor")
            .Select(f => (Path: Path.GetRelativePath(SharedFolder.Repository, f).Replace('\\', '/'), Lines: File.ReadAllLines(f)))
            .Where(f => !f.Path.Contains("/obj/", StringComparison.Ordinal) && !f.Path.Contains("/bin/", StringComparison.Ordinal))
            .OrderBy(f => f.Path, StringComparer.Ordinal),
    ];

    /// <summary>A line without the comment that ends it.</summary>
    public static string Code(string line)
    {
        var comment = line.IndexOf("//", StringComparison.Ordinal);
        return comment < 0 ? line : line[..comment];
    }
}

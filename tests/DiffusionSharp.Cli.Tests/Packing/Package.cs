using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;

namespace DiffusionSharp.Cli.Tests.Packing;

/// <summary>A package file, read: what it says of itself and what it holds.</summary>
public sealed record Package(string Path)
{
    /// <summary>Whether it is a command to install, not a library to reference.</summary>
    public bool IsTool => Specification().Descendants().Any(e => e.Name.LocalName == "packageType" && e.Attribute("name")?.Value == "DotnetTool");

    /// <summary>The names of its files.</summary>
    public IReadOnlyList<string> Files()
    {
        using var zip = ZipFile.OpenRead(Path);
        return [.. zip.Entries.Select(e => e.FullName)];
    }

    /// <summary>One of its files.</summary>
    public byte[] Read(string name)
    {
        using var zip = ZipFile.OpenRead(Path);
        using var stream = zip.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>One of its files, as text.</summary>
    public string Text(string name) => Encoding.UTF8.GetString(Read(name));

    /// <summary>What it says of itself.</summary>
    public XDocument Specification() => XDocument.Parse(Text(Files().Single(f => f.EndsWith(".nuspec", StringComparison.Ordinal))).TrimStart('\uFEFF'));

    /// <summary>A field of what it says of itself, "" where it is not there.</summary>
    public string Field(string name) => Specification().Descendants().FirstOrDefault(e => e.Name.LocalName == name)?.Value ?? "";

    /// <summary>Where its own assemblies and symbols say that their files lay when they were built.</summary>
    public IEnumerable<string> Places() =>
        Files().Where(IsOurs).SelectMany(f => f.EndsWith(".pdb", StringComparison.Ordinal) ? Documents(Read(f)) : Symbols(Read(f)));

    private static bool IsOurs(string file)
    {
        var name = file[(file.LastIndexOf('/') + 1)..];
        return (name.StartsWith("DiffusionSharp", StringComparison.Ordinal) || name.StartsWith("diffusion.", StringComparison.Ordinal))
            && System.IO.Path.GetExtension(name) is ".dll" or ".pdb";
    }

    private static List<string> Documents(byte[] symbols)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols));
        var reader = provider.GetMetadataReader();
        return [.. reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name))];
    }

    private static List<string> Symbols(byte[] assembly)
    {
        using var reader = new PEReader(new MemoryStream(assembly));
        return [.. reader.ReadDebugDirectory().Where(e => e.Type == DebugDirectoryEntryType.CodeView)
            .Select(e => reader.ReadCodeViewDebugDirectoryData(e).Path)];
    }
}

using DiffusionSharp.Cli.Output;
using DiffusionSharp.Data.Formats;

namespace DiffusionSharp.Cli.Inspection;

/// <summary>A safetensors file: names, types and shapes; no number is read.</summary>
internal sealed class InspectedWeights : Inspected
{
    private readonly string path;
    private readonly IReadOnlyList<SafetensorsEntry> entries;
    private readonly IReadOnlyDictionary<string, string> metadata;

    public InspectedWeights(string path)
    {
        using var file = SafetensorsFile.Open(path);
        (this.path, entries, metadata) = (path, file.Entries, file.Metadata);
    }

    /// <inheritdoc/>
    public override void Write(TextWriter output)
    {
        var (numbers, bytes) = (entries.Sum(e => (long)e.Shape.Count), entries.Sum(e => e.End - e.Begin));
        output.WriteLine($"{path}: {Say.Count(entries.Count)} tensors, {Say.Count(numbers)} numbers, {Say.Bytes(bytes)}");
        foreach (var (key, value) in metadata) output.WriteLine($"{key}: {value}");
        var table = new TextTable();
        table.Add("name", "type", "shape");
        foreach (var entry in entries) table.Add(entry.Name, entry.Type.ToString(), entry.Shape.ToString());
        table.Write(output);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Key, object? Value)> Members() =>
    [
        ("kind", "safetensors"),
        ("path", path),
        ("metadata", metadata.Select(m => (m.Key, (object?)m.Value)).ToArray()),
        ("tensors", entries.Select(Object)),
    ];

    private static IReadOnlyList<(string Key, object? Value)> Object(SafetensorsEntry entry) =>
        [("name", entry.Name), ("type", entry.Type.ToString()), ("shape", entry.Shape.Dimensions.ToArray())];
}

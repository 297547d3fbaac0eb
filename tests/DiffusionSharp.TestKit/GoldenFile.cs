using System.Buffers.Binary;
using System.Text.Json;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.TestKit;

/// <summary>A recorded reference: the tensors of <c>X.safetensors</c> and the manifest <c>X.json</c> beside it.</summary>
/// <remarks>A second, independent reader of the format, kept apart from the library's own so that one can check the other.</remarks>
public sealed class GoldenFile : IDisposable
{
    private readonly byte[] bytes;
    private readonly int dataStart;
    private readonly Dictionary<string, JsonElement> entries = [];
    private readonly JsonDocument header;

    private GoldenFile(string path)
    {
        bytes = File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        dataStart = 8 + headerLength;
        header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        foreach (var entry in header.RootElement.EnumerateObject())
            if (entry.Name != "__metadata__") entries.Add(entry.Name, entry.Value);
        Manifest = JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(path, ".json")));
    }

    /// <summary>The manifest.</summary>
    public JsonDocument Manifest { get; }

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => entries.Keys;

    /// <summary>The manifest's cases by key.</summary>
    public IEnumerable<(string Key, JsonElement Case)> Cases => Manifest.RootElement.GetProperty("cases").EnumerateObject().Select(c => (c.Name, c.Value));

    /// <summary>Opens a recorded file of the shared folder, or skips the test where it is absent.</summary>
    /// <param name="parts">Path below the shared folder's <c>golden</c>, the last part without extension.</param>
    public static GoldenFile Require(params string[] parts)
    {
        parts[^1] += ".safetensors";
        return new GoldenFile(SharedFolder.Require(["golden", .. parts]));
    }

    /// <summary>A tensor as doubles, with its recorded shape (channels first where pictures).</summary>
    public Tensor this[string name]
    {
        get
        {
            if (!entries.TryGetValue(name, out var entry)) throw new KeyNotFoundException($"No tensor '{name}' in the recorded file.");
            var shape = Shape.Create([.. entry.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())]);
            var offsets = entry.GetProperty("data_offsets");
            var data = bytes.AsSpan(dataStart + offsets[0].GetInt32(), offsets[1].GetInt32() - offsets[0].GetInt32());
            var values = new double[shape.Count];
            var type = entry.GetProperty("dtype").GetString();
            for (var i = 0; i < values.Length; i++) values[i] = Read(data, type, i);
            return new Tensor(shape, values);
        }
    }

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Has(string name) => entries.ContainsKey(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        header.Dispose();
        Manifest.Dispose();
    }

    private static double Read(ReadOnlySpan<byte> data, string? type, int i) => type switch
    {
        "F64" => BinaryPrimitives.ReadDoubleLittleEndian(data[(8 * i)..]),
        "F32" => BinaryPrimitives.ReadSingleLittleEndian(data[(4 * i)..]),
        "F16" => (double)BinaryPrimitives.ReadHalfLittleEndian(data[(2 * i)..]),
        "I64" => BinaryPrimitives.ReadInt64LittleEndian(data[(8 * i)..]),
        _ => throw new NotSupportedException($"Type {type} in a recorded file."),
    };
}

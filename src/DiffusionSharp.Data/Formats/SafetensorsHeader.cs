using System.Text.Json;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Formats;

/// <summary>The JSON header of a safetensors file, checked to the last byte before anything is allocated for a tensor.</summary>
internal static class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Entries in the order of their bytes, and the metadata.</summary>
    /// <param name="path">For messages.</param>
    /// <param name="json">The header.</param>
    /// <param name="dataLength">How many bytes the file holds after the header.</param>
    public static (List<SafetensorsEntry> Entries, SortedDictionary<string, string> Metadata) Parse(string path, ReadOnlyMemory<byte> json, long dataLength)
    {
        if (json.IsEmpty || json.Span[0] != (byte)'{') throw Error(path, "the header must begin with '{'");
        var entries = new List<SafetensorsEntry>();
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey) ReadMetadata(path, property.Value, metadata);
                else entries.Add(ReadEntry(path, property.Name, property.Value, dataLength));
            }
        }
        catch (JsonException error)
        {
            throw Error(path, $"the header is not strict JSON: {error.Message}");
        }
        catch (InvalidOperationException error)
        {
            // A string with half a surrogate pair parses, and throws when its text is asked for.
            throw Error(path, $"the header holds text that is not Unicode: {error.Message}");
        }

        CheckLayout(path, entries, dataLength);
        return (entries, metadata);
    }

    private static void ReadMetadata(string path, JsonElement value, SortedDictionary<string, string> metadata)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Error(path, $"{MetadataKey} must be an object of texts, it is {value.ValueKind}");
        foreach (var pair in value.EnumerateObject())
        {
            if (pair.Value.ValueKind != JsonValueKind.String) throw Error(path, $"{MetadataKey} \"{pair.Name}\" must be a text, it is {pair.Value.ValueKind}");
            metadata.Add(pair.Name, pair.Value.GetString()!);
        }
    }

    private static SafetensorsEntry ReadEntry(string path, string name, JsonElement value, long dataLength)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Error(path, $"\"{name}\" must be an object, it is {value.ValueKind}");
        StorageType? type = null;
        Shape? shape = null;
        (long Begin, long End)? offsets = null;
        foreach (var field in value.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype": type = ReadType(path, name, field.Value); break;
                case "shape": shape = ReadShape(path, name, field.Value); break;
                case "data_offsets": offsets = ReadOffsets(path, name, field.Value, dataLength); break;
                default: throw Error(path, $"\"{name}\" has an unknown field \"{field.Name}\"; known are dtype, shape, data_offsets");
            }
        }

        if (type is null || shape is null || offsets is null) throw Error(path, $"\"{name}\" needs dtype, shape and data_offsets");
        var expected = (long)shape.Value.Count * StorageDecoder.Size(type.Value);
        var (begin, end) = offsets.Value;
        if (end - begin != expected)
            throw Error(path, $"\"{name}\" is {type} {shape} and needs {expected} bytes, its data_offsets [{begin}, {end}] hold {end - begin}");
        return new SafetensorsEntry(name, type.Value, shape.Value, begin, end);
    }

    private static StorageType ReadType(string path, string name, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ValueKind.ToString();
        if (text == "BOOL") return StorageType.Bool;
        foreach (var type in Enum.GetValues<StorageType>())
            if (type != StorageType.Bool && text == type.ToString()) return type;
        throw Error(path, $"\"{name}\" has dtype {text}; read are BOOL, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64");
    }

    private static Shape ReadShape(string path, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) throw Error(path, $"\"{name}\" must have an array as shape, it is {value.ValueKind}");
        var dimensions = new int[value.GetArrayLength()];
        long count = 1;
        for (var i = 0; i < dimensions.Length; i++)
        {
            if (!TryInteger(value[i], out var d)) throw Error(path, $"\"{name}\" has a shape whose dimension {i} is not an integer of at least 0");

            // Both factors are below 2³¹, so the product is exact.
            if (d > Array.MaxLength || (count *= d) > Array.MaxLength) throw Error(path, $"\"{name}\" has a shape of more values than an array can hold");
            dimensions[i] = (int)d;
        }

        return Shape.Create(dimensions);
    }

    private static (long Begin, long End) ReadOffsets(string path, string name, JsonElement value, long dataLength)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 2 || !TryInteger(value[0], out var begin) || !TryInteger(value[1], out var end))
            throw Error(path, $"\"{name}\" must have two integers of at least 0 as data_offsets");
        if (begin > end || end > dataLength)
            throw Error(path, $"\"{name}\" has data_offsets [{begin}, {end}], which must rise and end inside the {dataLength} bytes of data");
        return (begin, end);
    }

    private static bool TryInteger(JsonElement value, out long integer)
    {
        integer = -1;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out integer) && integer >= 0;
    }

    // Tensors follow each other without hole or overlap and fill the file: no byte is read twice, none can hide.
    private static void CheckLayout(string path, List<SafetensorsEntry> entries, long dataLength)
    {
        entries.Sort((a, b) => (a.Begin, a.End) != (b.Begin, b.End)
            ? (a.Begin, a.End).CompareTo((b.Begin, b.End))
            : string.CompareOrdinal(a.Name, b.Name));
        long at = 0;
        foreach (var entry in entries)
        {
            if (entry.Begin != at)
            {
                var found = $"\"{entry.Name}\" begins at byte {entry.Begin} of the data, {at} was expected";
                throw Error(path, $"{found}: tensors must not overlap or leave holes");
            }

            at = entry.End;
        }

        if (at != dataLength) throw Error(path, $"the tensors end at byte {at} of the data, {dataLength - at} more bytes follow: the file is damaged");
    }

    private static DataException Error(string path, string problem) => new($"{path}: not a valid safetensors file: {problem}.");
}

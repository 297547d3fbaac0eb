using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text.Json;
using DiffusionSharp.Tensors;
using Microsoft.Win32.SafeHandles;

namespace DiffusionSharp.Data.Formats;

/// <summary>Named tensors in the safetensors format: 8 bytes of header length, a JSON header, then the numbers, little-endian.</summary>
/// <remarks>
/// Opening checks the whole header against the length of the file; reading then goes to the disk tensor by tensor, from any thread.
/// Format: Hugging Face safetensors 0.4, https://github.com/huggingface/safetensors.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>The longest header that is read, in bytes: 100 MB, as in the reference implementation.</summary>
    public const long HeaderLimit = 100_000_000;

    private readonly string path;
    private readonly SafeFileHandle handle;
    private readonly long dataStart;
    private readonly Dictionary<string, SafetensorsEntry> byName;

    private SafetensorsFile(string path, SafeFileHandle handle, long dataStart, List<SafetensorsEntry> entries, SortedDictionary<string, string> metadata)
    {
        (this.path, this.handle, this.dataStart, Entries, Metadata) = (path, handle, dataStart, entries, metadata);
        byName = entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
    }

    /// <summary>The tensors, in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The names of the tensors, in the order of their bytes.</summary>
    public IEnumerable<string> Names => Entries.Select(e => e.Name);

    /// <summary>The file's own words about itself, sorted by key; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">A safetensors file, whatever its name.</param>
    /// <exception cref="DataException">The file cannot be read or is not a valid safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = InputFile.OpenHandle(path);
            var length = RandomAccess.GetLength(handle);
            if (length < 8) throw new DataException($"{path}: not a valid safetensors file: {length} bytes, at least 8 were expected.");
            var prefix = new byte[8];
            InputFile.ReadExactly(path, handle, prefix, 0);
            var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerLength > HeaderLimit || (long)headerLength > length - 8)
            {
                var claim = $"its first 8 bytes claim a header of {headerLength} bytes, the file holds {length - 8} after them and {HeaderLimit} are the limit";
                throw new DataException($"{path}: not a valid safetensors file: {claim}.");
            }

            var json = new byte[headerLength];
            InputFile.ReadExactly(path, handle, json, 8);
            var dataStart = 8 + (long)headerLength;
            var (entries, metadata) = SafetensorsHeader.Parse(path, json, length - dataStart);
            var file = new SafetensorsFile(path, handle, dataStart, entries, metadata);
            handle = null;
            return file;
        }
        finally
        {
            // Null once the file owns it.
            handle?.Dispose();
        }
    }

    /// <summary>
    /// Writes tensors in the given order, those that are kept exact first; the same input gives the same bytes. The file is replaced whole or not at all.
    /// </summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="tensors">Names, all different, and values.</param>
    /// <param name="metadata">Texts to keep with the tensors; written sorted by key.</param>
    /// <param name="type">F32, or F16 or BF16: then values are rounded to nearest, ties to even.</param>
    /// <param name="exact">Names of tensors that are F32 whatever the type; null: none.</param>
    /// <exception cref="ArgumentException">A name comes twice, is empty or is reserved; or a finite value is too large for the type.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path,
        IEnumerable<(string Name, FloatTensor Value)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        StorageType type = StorageType.F32,
        IReadOnlySet<string>? exact = null)
    {
        // The wider first, so that every tensor begins at a multiple of its size, as readers that map the file need.
        var list = tensors
            .Select(t => (t.Name, t.Value, Type: exact?.Contains(t.Name) == true ? StorageType.F32 : type))
            .OrderByDescending(t => StorageDecoder.Size(t.Type))
            .ToList();
        CheckNames(list.Select(t => t.Name));
        foreach (var (name, value, own) in list) CheckFits(name, value, own);
        var header = Header(list, metadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            var buffer = new byte[1 << 16];
            foreach (var (_, value, own) in list) WriteValues(stream, value.Values, own, buffer);
        });
    }

    /// <summary>Whether the file holds a tensor of this name.</summary>
    /// <param name="name">Compared letter by letter.</param>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>Type, shape and place of a tensor.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="DataException">There is none of this name.</exception>
    public SafetensorsEntry Entry(string name) => byName.GetValueOrDefault(name)
        ?? throw new DataException($"{path}: no tensor \"{name}\" among its {byName.Count}.");

    /// <summary>A tensor of any type as float32, rounded to nearest where the type is wider.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="DataException">There is none of this name, or the file changed since it was opened.</exception>
    public FloatTensor Read(string name) => new(Entry(name).Shape, Values<float>(name));

    /// <summary>A tensor of any type as doubles; integers beyond 2⁵³ are rounded.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="DataException">There is none of this name, or the file changed since it was opened.</exception>
    public Tensor ReadDouble(string name) => new(Entry(name).Shape, Values<double>(name));

    /// <summary>The values of an integer or boolean tensor, exactly.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="DataException">
    /// There is none of this name, it holds fractions or values of 2⁶³ and more, or the file changed since it was opened.
    /// </exception>
    public long[] ReadIntegers(string name)
    {
        var type = Entry(name).Type;
        if (type is StorageType.F16 or StorageType.BF16 or StorageType.F32 or StorageType.F64)
            throw new DataException($"{path}: \"{name}\" is {type}, integers were expected.");
        var values = Values<long>(name);
        if (type == StorageType.U64 && values.Any(v => v < 0))
            throw new DataException($"{path}: \"{name}\" holds integers of 2^63 and more, which do not fit.");
        return values;
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private static void CheckNames(IEnumerable<string> tensors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { "", SafetensorsHeader.MetadataKey };
        foreach (var name in tensors)
        {
            if (seen.Add(name)) continue;
            var problem = $"\"{name}\" is twice among the tensors to write, empty or reserved; each needs a name of its own";
            throw new ArgumentException($"Safetensors: {problem}.", nameof(tensors));
        }
    }

    private static void CheckFits(string name, FloatTensor value, StorageType type)
    {
        if (StorageEncoder.FirstTooLarge(value.Values, type) is not { } large) return;
        var problem = FormattableString.Invariant($"\"{name}\" holds {large}, {type} ends at {StorageEncoder.Largest(type)}");
        throw new ArgumentException($"Safetensors: {problem}; store {(type == StorageType.F16 ? "bfloat16 or " : "")}float32.");
    }

    private T[] Values<T>(string name)
        where T : struct, INumberBase<T>
    {
        var entry = Entry(name);
        var values = new T[entry.Shape.Count];
        StorageDecoder.Read(path, handle, dataStart + entry.Begin, entry.Type, bigEndian: false, values.AsSpan());
        return values;
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "A memory stream holds nothing to release.")]
    private static byte[] Header(List<(string Name, FloatTensor Value, StorageType Type)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var stream = new MemoryStream();
        stream.Write(new byte[8]);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, text) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, text);
                json.WriteEndObject();
            }

            long at = 0;
            foreach (var (name, value, type) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", StorageEncoder.NameOf(type));
                json.WriteStartArray("shape");
                foreach (var d in value.Shape) json.WriteNumberValue(d);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += (long)StorageDecoder.Size(type) * value.Shape.Count);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces after the JSON bring the numbers to a multiple of 8, so that readers may map them in place.
        while (stream.Length % 8 != 0) stream.WriteByte((byte)' ');
        var length = stream.Length - 8;
        if (length > HeaderLimit)
            throw new ArgumentException($"Safetensors: the header would take {length} bytes, {HeaderLimit} are the limit.", nameof(tensors));
        var header = stream.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        return header;
    }

    private static void WriteValues(Stream stream, ReadOnlySpan<float> values, StorageType type, byte[] buffer)
    {
        while (values.Length > 0)
        {
            var count = Math.Min(values.Length, buffer.Length / sizeof(float));
            StorageEncoder.Encode(values[..count], type, buffer);
            stream.Write(buffer, 0, count * StorageDecoder.Size(type));
            values = values[count..];
        }
    }
}

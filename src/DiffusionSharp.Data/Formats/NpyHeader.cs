using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DiffusionSharp.Tensors;
using Microsoft.Win32.SafeHandles;

namespace DiffusionSharp.Data.Formats;

/// <summary>What the header of a .npy file says about its array.</summary>
/// <param name="Type">How the numbers are stored.</param>
/// <param name="BigEndian">Whether the highest byte comes first.</param>
/// <param name="FortranOrder">Whether the first dimension, not the last, is contiguous.</param>
/// <param name="Shape">The dimensions.</param>
/// <param name="DataOffset">The first byte of the numbers in the file.</param>
public sealed record NpyHeader(StorageType Type, bool BigEndian, bool FortranOrder, Shape Shape, long DataOffset)
{
    private const int Limit = 1 << 16;
    private const string Known = "read are b1, u1, i1, u2, i2, u4, i4, u8, i8, f2, f4, f8";

    /// <summary>Reads and checks a header against the length of its file.</summary>
    internal static NpyHeader Read(string path, SafeFileHandle handle)
    {
        var length = RandomAccess.GetLength(handle);
        var prefix = new byte[12];
        if (length < prefix.Length) throw Error(path, $"{length} bytes are too few");
        InputFile.ReadExactly(path, handle, prefix, 0);
        if (prefix[0] != 0x93 || !prefix.AsSpan(1, 5).SequenceEqual("NUMPY"u8)) throw Error(path, "it does not begin with \\x93NUMPY");
        if (prefix[6] is < 1 or > 3 || prefix[7] != 0) throw Error(path, $"version {prefix[6]}.{prefix[7]} came, 1.0, 2.0 and 3.0 are known");
        var start = prefix[6] == 1 ? 10 : 12;
        var claimed = prefix.AsSpan(8);
        long textLength = prefix[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(claimed) : BinaryPrimitives.ReadUInt32LittleEndian(claimed);
        if (textLength > Limit || textLength > length - start)
            throw Error(path, $"it claims a header of {textLength} bytes; {length - start} follow and {Limit} are the limit");
        var text = new byte[textLength];
        InputFile.ReadExactly(path, handle, text, start);
        var header = Parse(path, Encoding.UTF8.GetString(text), start + textLength);
        var expected = (long)header.Shape.Count * StorageDecoder.Size(header.Type);
        if (length - header.DataOffset != expected)
            throw Error(path, $"{header.Shape} of {header.Type} needs {expected} bytes after the header, {length - header.DataOffset} are there");
        return header;
    }

    private static NpyHeader Parse(string path, string text, long dataOffset)
    {
        var at = new Cursor(path, text);
        string? descriptor = null;
        bool? fortran = null;
        Shape? shape = null;
        at.Expect('{');
        while (!at.Take('}'))
        {
            var key = at.Text();
            at.Expect(':');
            switch (key)
            {
                case "descr" when descriptor is null: descriptor = at.Text(); break;
                case "fortran_order" when fortran is null: fortran = at.Boolean(); break;
                case "shape" when shape is null: shape = at.Tuple(); break;
                default: throw Error(path, $"the key \"{key}\" is unknown or comes twice; descr, fortran_order and shape are expected once each");
            }

            if (at.Take(',')) continue;
            at.Expect('}');
            break;
        }

        at.End();
        if (descriptor is null || fortran is null || shape is null) throw Error(path, "its header needs descr, fortran_order and shape");
        var (type, bigEndian) = ReadType(path, descriptor);
        return new NpyHeader(type, bigEndian, fortran.Value, shape.Value, dataOffset);
    }

    private static (StorageType Type, bool BigEndian) ReadType(string path, string descriptor)
    {
        StorageType? type = descriptor.Length == 3 ? descriptor[1..] switch
        {
            "b1" => StorageType.Bool,
            "u1" => StorageType.U8,
            "i1" => StorageType.I8,
            "u2" => StorageType.U16,
            "i2" => StorageType.I16,
            "u4" => StorageType.U32,
            "i4" => StorageType.I32,
            "u8" => StorageType.U64,
            "i8" => StorageType.I64,
            "f2" => StorageType.F16,
            "f4" => StorageType.F32,
            "f8" => StorageType.F64,
            _ => null,
        }
        : null;
        if (type is not { } known) throw Error(path, $"numbers of type '{descriptor}' came; {Known}");

        // '|' says that order does not matter, which is true of single bytes only.
        var orders = StorageDecoder.Size(known) == 1 ? "|<>" : "<>";
        if (!orders.Contains(descriptor[0], StringComparison.Ordinal))
            throw Error(path, $"numbers of type '{descriptor}' came; the byte order must be '<' or '>'");
        return (known, descriptor[0] == '>');
    }

    private static DataException Error(string path, string problem) => new($"{path}: not a .npy array that can be read: {problem}.");

    // The header is a Python dictionary literal; these few words of Python are all that NumPy writes.
    private sealed class Cursor(string path, string text)
    {
        private int at;

        public bool Take(char expected)
        {
            SkipSpaces();
            if (at == text.Length || text[at] != expected) return false;
            at++;
            return true;
        }

        public void Expect(char expected)
        {
            if (!Take(expected)) throw Error(path, $"'{expected}' was expected at character {at} of its header");
        }

        public string Text()
        {
            SkipSpaces();
            var quote = at < text.Length && text[at] == '"' ? '"' : '\'';
            Expect(quote);
            var end = text.IndexOf(quote, at);
            if (end < 0) throw Error(path, $"a text that begins at character {at} of its header does not end");
            var value = text[at..end];
            at = end + 1;
            return value;
        }

        public bool Boolean()
        {
            SkipSpaces();
            foreach (var (word, value) in new[] { ("True", true), ("False", false) })
            {
                if (!text.AsSpan(at).StartsWith(word, StringComparison.Ordinal)) continue;
                at += word.Length;
                return value;
            }

            throw Error(path, $"True or False was expected at character {at} of its header");
        }

        public Shape Tuple()
        {
            var dimensions = new List<int>();
            long count = 1;
            Expect('(');
            while (!Take(')'))
            {
                var d = Integer();
                if (d > Array.MaxLength || (count *= d) > Array.MaxLength)
                    throw Error(path, "its shape asks for more values than an array can hold");
                dimensions.Add((int)d);
                if (Take(',')) continue;
                Expect(')');
                break;
            }

            return Shape.Create(dimensions.ToArray());
        }

        public void End()
        {
            SkipSpaces();
            if (at != text.Length) throw Error(path, $"its header goes on after the closing brace, at character {at}");
        }

        private long Integer()
        {
            SkipSpaces();
            var end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            if (!long.TryParse(text.AsSpan(at, end - at), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                throw Error(path, $"an integer of at least 0 was expected at character {at} of its header");
            at = end;
            return value;
        }

        private void SkipSpaces()
        {
            while (at < text.Length && text[at] is ' ' or '\n' or '\t' or '\r') at++;
        }
    }
}

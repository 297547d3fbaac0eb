using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace DiffusionSharp.Data.Formats;

/// <summary>Turns stored numbers of any type and byte order into the values of an array.</summary>
internal static class StorageDecoder
{
    private const int BlockValues = 1 << 15;

    /// <summary>Bytes per stored number.</summary>
    public static int Size(StorageType type) => type switch
    {
        StorageType.Bool or StorageType.U8 or StorageType.I8 => 1,
        StorageType.U16 or StorageType.I16 or StorageType.F16 or StorageType.BF16 => 2,
        StorageType.U32 or StorageType.I32 or StorageType.F32 => 4,
        _ => 8,
    };

    /// <summary>Reads consecutive numbers of a file; the caller has checked that the file holds them.</summary>
    public static void Read<T>(string path, SafeFileHandle handle, long offset, StorageType type, bool bigEndian, Span<T> values)
        where T : struct, INumberBase<T>
    {
        var size = Size(type);
        var buffer = new byte[Math.Min(values.Length, BlockValues) * size];
        while (values.Length > 0)
        {
            var count = Math.Min(values.Length, BlockValues);
            var bytes = buffer.AsSpan(0, count * size);
            InputFile.ReadExactly(path, handle, bytes, offset);
            Decode(bytes, type, bigEndian, values[..count]);
            values = values[count..];
            offset += bytes.Length;
        }
    }

    /// <summary>Converts each number to the nearest <typeparamref name="T"/>.</summary>
    public static void Decode<T>(ReadOnlySpan<byte> bytes, StorageType type, bool bigEndian, Span<T> values)
        where T : struct, INumberBase<T>
    {
        switch (type)
        {
            case StorageType.Bool:
                for (var i = 0; i < values.Length; i++) values[i] = bytes[i] == 0 ? T.Zero : T.One;
                break;
            case StorageType.U8:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(bytes[i]);
                break;
            case StorageType.I8:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating((sbyte)bytes[i]);
                break;
            case StorageType.U16:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(Word(bytes, i, bigEndian));
                break;
            case StorageType.I16:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating((short)Word(bytes, i, bigEndian));
                break;
            case StorageType.F16:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(BitConverter.UInt16BitsToHalf(Word(bytes, i, bigEndian)));
                break;
            case StorageType.BF16:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)Word(bytes, i, bigEndian) << 16));
                break;
            case StorageType.U32:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(Double(bytes, i, bigEndian));
                break;
            case StorageType.I32:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating((int)Double(bytes, i, bigEndian));
                break;
            case StorageType.F32:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(BitConverter.UInt32BitsToSingle(Double(bytes, i, bigEndian)));
                break;
            case StorageType.U64:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(Quad(bytes, i, bigEndian));
                break;
            case StorageType.I64:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating((long)Quad(bytes, i, bigEndian));
                break;
            default:
                for (var i = 0; i < values.Length; i++) values[i] = T.CreateTruncating(BitConverter.UInt64BitsToDouble(Quad(bytes, i, bigEndian)));
                break;
        }
    }

    private static ushort Word(ReadOnlySpan<byte> bytes, int index, bool bigEndian)
    {
        var at = bytes.Slice(index * 2, 2);
        return bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);
    }

    private static uint Double(ReadOnlySpan<byte> bytes, int index, bool bigEndian)
    {
        var at = bytes.Slice(index * 4, 4);
        return bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
    }

    private static ulong Quad(ReadOnlySpan<byte> bytes, int index, bool bigEndian)
    {
        var at = bytes.Slice(index * 8, 8);
        return bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at);
    }
}

using System.Buffers.Binary;

namespace DiffusionSharp.Data.Formats;

/// <summary>Turns float32 values into stored numbers of 16 or 32 bits, little-endian, rounded to nearest, ties to even.</summary>
internal static class StorageEncoder
{
    /// <summary>The types that can be written, as a file names them.</summary>
    public static string NameOf(StorageType type) => type switch
    {
        StorageType.F32 => "F32",
        StorageType.F16 => "F16",
        StorageType.BF16 => "BF16",
        _ => throw new ArgumentException($"Safetensors: F32, F16 and BF16 are written, {type} was asked for.", nameof(type)),
    };

    /// <summary>The largest value of a type; what would round beyond it has no place in it.</summary>
    public static float Largest(StorageType type) => type switch
    {
        StorageType.F16 => (float)Half.MaxValue,
        StorageType.BF16 => BitConverter.UInt32BitsToSingle(0x7F7F0000),
        _ => float.MaxValue,
    };

    /// <summary>The first finite value that the type has no place for; null where there is none.</summary>
    public static float? FirstTooLarge(ReadOnlySpan<float> values, StorageType type)
    {
        if (type == StorageType.F32) return null;
        foreach (var value in values)
            if (float.IsFinite(value) && !IsFinite(value, type)) return value;
        return null;
    }

    /// <summary>Encodes as many values as the bytes have room for.</summary>
    public static void Encode(ReadOnlySpan<float> values, StorageType type, Span<byte> bytes)
    {
        switch (type)
        {
            case StorageType.F16:
                for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteHalfLittleEndian(bytes[(2 * i)..], (Half)values[i]);
                break;
            case StorageType.BF16:
                for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * i)..], Brain(values[i]));
                break;
            default:
                for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes[(4 * i)..], values[i]);
                break;
        }
    }

    // Adding half of the last place, less one where the last place is even, carries into it as rounding to nearest, ties to even, asks.
    private static ushort Brain(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);

        // Rounding could make an infinity of NaN: its upper half, made quiet, stays one.
        return (ushort)(float.IsNaN(value) ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static bool IsFinite(float value, StorageType type) => type == StorageType.F16 ? Half.IsFinite((Half)value) : (Brain(value) & 0x7F80) != 0x7F80;
}

using System.Buffers.Binary;

namespace DiffusionSharp.Data.Formats;

/// <summary>The pixels of a PNG's colour type and bit depth, and how they become bytes.</summary>
internal sealed class PngPixels(int colourType, int depth)
{
    private byte[]? palette;
    private byte[]? paletteAlpha;
    private int[]? transparent;

    public int ColourType => colourType;

    /// <summary>Bits per pixel in the file.</summary>
    public int Bits => depth * Samples;

    /// <summary>Bytes per pixel in the picture: the file's channels, with alpha where there is transparency.</summary>
    public int Channels => (colourType == 3 ? 3 : Samples) + (paletteAlpha is null && transparent is null ? 0 : 1);

    public bool NeedsPalette => colourType == 3 && palette is null;

    private int Samples => colourType switch { 0 or 3 => 1, 4 => 2, 2 => 3, _ => 4 };

    public static bool IsKnown(int colourType, int depth) => colourType switch
    {
        0 => depth is 1 or 2 or 4 or 8 or 16,
        3 => depth is 1 or 2 or 4 or 8,
        2 or 4 or 6 => depth is 8 or 16,
        _ => false,
    };

    // In colours with RGB a palette is a hint for poor screens; it is checked and left aside.
    public bool TrySetPalette(ReadOnlySpan<byte> body)
    {
        if (palette is not null || body.Length is 0 or > 768 || body.Length % 3 != 0 || colourType is 0 or 4) return false;
        palette = body.ToArray();
        return true;
    }

    public bool TrySetTransparency(ReadOnlySpan<byte> body)
    {
        if (paletteAlpha is not null || transparent is not null) return false;
        if (colourType == 3)
        {
            if (palette is null || body.Length == 0 || body.Length > palette.Length / 3) return false;
            paletteAlpha = body.ToArray();
            return true;
        }

        if (colourType is not (0 or 2) || body.Length != 2 * Samples) return false;
        transparent = new int[Samples];
        for (var i = 0; i < Samples; i++) transparent[i] = BinaryPrimitives.ReadUInt16BigEndian(body[(2 * i)..]);
        return true;
    }

    /// <summary>Writes a row of pixels, <paramref name="stride"/> bytes from one to the next.</summary>
    public void Expand(ReadOnlySpan<byte> row, int count, Span<byte> target, int stride)
    {
        var samples = Samples;
        var largest = (1 << depth) - 1;
        var at = 0;
        for (var x = 0; x < count; x++, at += stride)
        {
            if (palette is not null && colourType == 3)
            {
                // An index beyond the palette is black, as in the reference decoder.
                var index = Sample(row, x);
                var known = index < palette.Length / 3;
                for (var c = 0; c < 3; c++) target[at + c] = known ? palette[(3 * index) + c] : (byte)0;
                if (paletteAlpha is not null) target[at + 3] = index < paletteAlpha.Length ? paletteAlpha[index] : (byte)255;
                continue;
            }

            var matches = transparent is not null;
            for (var c = 0; c < samples; c++)
            {
                var value = Sample(row, (x * samples) + c);
                matches = matches && value == transparent![c];
                target[at + c] = (byte)(((value * 255L) + (largest / 2)) / largest);
            }

            if (transparent is not null) target[at + samples] = matches ? (byte)0 : (byte)255;
        }
    }

    private int Sample(ReadOnlySpan<byte> row, int index)
    {
        if (depth == 8) return row[index];
        if (depth == 16) return (row[2 * index] << 8) | row[(2 * index) + 1];
        var bit = (long)index * depth;
        return (row[(int)(bit >> 3)] >> (8 - depth - (int)(bit & 7))) & ((1 << depth) - 1);
    }
}

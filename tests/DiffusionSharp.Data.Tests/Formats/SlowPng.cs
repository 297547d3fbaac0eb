using System.Buffers.Binary;
using System.IO.Compression;

namespace DiffusionSharp.Data.Tests.Formats;

/// <summary>A PNG writer for tests: every colour type, depth and interlace, written straight from the standard, bit by bit.</summary>
internal static class SlowPng
{
    public static byte[] Encode(int width, int height, int colourType, int depth, bool interlace, Func<int, int, int, int> sample, byte[]? palette = null, byte[]? transparency = null)
    {
        var samples = Samples(colourType);
        List<byte> raw = [];
        if (interlace)
        {
            for (var pass = 0; pass < 7; pass++)
            {
                var (x0, y0, dx, dy) = new[] { (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2) }[pass];
                AddPass(x0, y0, dx, dy);
            }
        }
        else
        {
            AddPass(0, 0, 1, 1);
        }

        List<byte> file = [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A];
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)colourType, interlace ? (byte)1 : (byte)0);
        file.AddRange(Chunk("IHDR", header));
        file.AddRange(Chunk("teXt", [1, 2, 3]));
        if (palette is not null) file.AddRange(Chunk("PLTE", palette));
        if (transparency is not null) file.AddRange(Chunk("tRNS", transparency));
        var data = Deflate([.. raw]);
        file.AddRange(Chunk("IDAT", data[..(data.Length / 2)]));
        file.AddRange(Chunk("IDAT", data[(data.Length / 2)..]));
        file.AddRange(Chunk("IEND", []));
        return [.. file];

        void AddPass(int x0, int y0, int dx, int dy)
        {
            byte[]? above = null;
            var rowNumber = 0;
            for (var y = y0; y < height; y += dy, rowNumber++)
            {
                var bits = new List<int>();
                for (var x = x0; x < width; x += dx)
                    for (var c = 0; c < samples; c++)
                        for (var b = depth - 1; b >= 0; b--)
                            bits.Add((sample(y, x, c) >> b) & 1);
                if (bits.Count == 0) return;
                var row = new byte[(bits.Count + 7) / 8];
                for (var i = 0; i < bits.Count; i++) row[i / 8] |= (byte)(bits[i] << (7 - (i % 8)));
                above ??= new byte[row.Length];
                var filter = rowNumber % 5;
                var step = Math.Max(1, samples * depth / 8);
                raw.Add((byte)filter);
                for (var i = 0; i < row.Length; i++)
                {
                    int a = i < step ? 0 : row[i - step], b = above[i], c = i < step ? 0 : above[i - step];
                    var p = a + b - c;
                    var paeth = new[] { a, b, c }.MinBy(v => Math.Abs(p - v));
                    raw.Add((byte)(row[i] - new[] { 0, a, b, (a + b) / 2, paeth }[filter]));
                }

                above = row;
            }
        }
    }

    public static int Samples(int colourType) => colourType switch { 0 or 3 => 1, 4 => 2, 2 => 3, _ => 4 };

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. type.Select(c => (byte)c), .. data];
        var ends = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(ends, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(ends.AsSpan(4), Crc(body));
        return [.. ends[..4], .. body, .. ends[4..]];
    }

    public static byte[] Deflate(byte[] raw)
    {
        using var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(raw);
        return stream.ToArray();
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var k = 0; k < 8; k++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return ~crc;
    }
}

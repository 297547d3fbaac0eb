using System.Buffers.Binary;
using System.IO.Compression;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Formats;

/// <summary>Writes a picture as PNG: 8 bits, no interlace, each row with the filter whose differences are smallest in sum.</summary>
internal static class PngEncoder
{
    private const int ChunkBytes = 1 << 20;

    public static byte[] Encode(Picture picture)
    {
        using var file = new MemoryStream();
        file.Write(PngFormat.Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Height);
        header[8] = 8;
        header[9] = picture.Channels switch { 1 => 0, 2 => 4, 3 => 2, _ => 6 };
        WriteChunk(file, "IHDR"u8, header);
        using var compressed = Compress(picture);
        var data = compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
        for (var at = 0; at < data.Length; at += ChunkBytes) WriteChunk(file, "IDAT"u8, data.Slice(at, Math.Min(ChunkBytes, data.Length - at)));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static MemoryStream Compress(Picture picture)
    {
        var stride = picture.Width * picture.Channels;
        var above = new byte[stride];
        var trial = new byte[stride + 1];
        var best = new byte[stride + 1];
        var compressed = new MemoryStream();
        using var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true);
        for (var y = 0; y < picture.Height; y++)
        {
            var row = picture.Pixels.Slice(y * stride, stride);
            var bestCost = long.MaxValue;
            for (byte filter = 0; filter <= 4; filter++)
            {
                var cost = Filter(filter, row, above, picture.Channels, trial);
                if (cost >= bestCost) continue;
                bestCost = cost;
                (best, trial) = (trial, best);
            }

            zlib.Write(best);
            row.CopyTo(above);
        }

        return compressed;
    }

    /// <summary>Filters a row behind its filter byte; returns the sum of the differences taken as signed bytes.</summary>
    private static long Filter(byte filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> filtered)
    {
        long cost = 0;
        filtered[0] = filter;
        for (var i = 0; i < row.Length; i++)
        {
            var left = i >= step ? row[i - step] : (byte)0;
            var aboveLeft = i >= step ? above[i - step] : (byte)0;
            var prediction = filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                _ => PngFormat.Paeth(left, above[i], aboveLeft),
            };
            var difference = (byte)(row[i] - prediction);
            filtered[i + 1] = difference;
            cost += difference < 128 ? difference : 256 - difference;
        }

        return cost;
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), PngFormat.Crc(chunk.AsSpan(4, data.Length + 4)));
        file.Write(chunk);
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Formats;

/// <summary>Decodes one PNG file. Chunks are checked as they come; nothing of the picture's size is allocated before the size is believable.</summary>
internal sealed class PngDecoder(byte[] bytes, string source)
{
    private static readonly (int X, int Y, int StepX, int StepY)[] Interlaced =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private int width;
    private int height;
    private PngPixels? pixels;
    private bool interlaced;

    public Picture Decode()
    {
        if (!bytes.AsSpan().StartsWith(PngFormat.Signature)) throw Error("it does not begin with the PNG signature");
        using var data = ReadChunks();
        if (pixels is null || data.Length == 0) throw Error("it holds no picture data (IDAT)");
        var raw = RawLength();
        var decoded = (long)width * height * pixels.Channels;
        if (Math.Max(raw, decoded) > Png.DecodedLimit)
            throw Error($"{width}×{height} would take {Math.Max(raw, decoded)} bytes, {Png.DecodedLimit} are the limit");
        if (raw > Deflate.MostBytes(data.Length))
            throw Error($"{width}×{height} needs {raw} bytes, its {data.Length} compressed bytes cannot hold them: it is truncated or lies about its size");
        var picture = new byte[decoded];
        try
        {
            data.Position = 0;
            using var zlib = new ZLibStream(data, CompressionMode.Decompress);
            ReadPasses(zlib, pixels, picture);

            // The read beyond the last row also makes the inflater check its sum.
            if (zlib.ReadByte() >= 0) throw Error("more picture data than the picture holds");
        }
        catch (InvalidDataException error)
        {
            throw Error($"its compressed data is damaged ({error.Message.TrimEnd('.')})");
        }

        return new Picture(height, width, pixels.Channels, picture);
    }

    private MemoryStream ReadChunks()
    {
        var data = new MemoryStream();
        var at = PngFormat.Signature.Length;
        var dataEnded = false;
        while (true)
        {
            if (bytes.Length - at < 12) throw Error($"it ends at byte {bytes.Length}, before its IEND chunk: it is truncated");
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
            var type = Encoding.Latin1.GetString(bytes, at + 4, 4);
            var left = bytes.Length - at - 12;
            if (length > left) throw Error($"chunk {type} at byte {at} claims {length} bytes, {left} are left: it is truncated or damaged");
            var body = bytes.AsSpan(at + 8, (int)length);
            var crc = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 8 + body.Length));
            if (crc != PngFormat.Crc(bytes.AsSpan(at + 4, 4 + body.Length)))
                throw Error($"chunk {type} at byte {at} fails its checksum: it is damaged");
            if (pixels is null != (type == "IHDR")) throw Error($"chunk {type} came at byte {at}, IHDR was expected first and once");
            dataEnded |= data.Length > 0 && type != "IDAT";
            switch (type)
            {
                case "IHDR":
                    ReadHeader(body);
                    break;
                case "PLTE":
                    if (data.Length > 0 || !pixels!.TrySetPalette(body))
                        throw Error($"its palette of {body.Length} bytes is not 1 to 256 colours of 3 bytes, once, before the picture data");
                    break;
                case "tRNS":
                    if (data.Length > 0 || !pixels!.TrySetTransparency(body))
                        throw Error($"its transparency of {body.Length} bytes does not fit colour type {pixels!.ColourType}");
                    break;
                case "IDAT":
                    if (dataEnded) throw Error("its picture data is not consecutive");
                    if (pixels!.NeedsPalette) throw Error("its palette is missing");
                    data.Write(body);
                    break;
                case "IEND":
                    return data;
                default:
                    // A capital first letter means that the picture cannot be shown without it.
                    if (char.IsAsciiLetterUpper(type[0])) throw Error($"it needs an unknown chunk {type}");
                    break;
            }

            at += 12 + body.Length;
        }
    }

    private void ReadHeader(ReadOnlySpan<byte> body)
    {
        if (body.Length != 13) throw Error($"its header has {body.Length} bytes, 13 were expected");
        var (w, h) = (BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadUInt32BigEndian(body[4..]));
        if (w is 0 or > int.MaxValue || h is 0 or > int.MaxValue) throw Error($"its size {w}×{h} is not between 1 and 2^31 − 1");
        (width, height) = ((int)w, (int)h);
        if (!PngPixels.IsKnown(body[9], body[8])) throw Error($"colour type {body[9]} with {body[8]} bits is not in the format");
        if (body[10] != 0 || body[11] != 0 || body[12] > 1)
            throw Error($"compression {body[10]}, filter {body[11]}, interlace {body[12]} came; 0, 0 and 0 or 1 are known");
        pixels = new PngPixels(body[9], body[8]);
        interlaced = body[12] == 1;
    }

    // Before the size is limited, rows times their length may pass 2⁶³.
    private long RawLength()
    {
        Int128 total = 0;
        foreach (var (passWidth, passHeight, _) in Passes()) total += (Int128)passHeight * (1 + RowLength(passWidth));
        return total > long.MaxValue ? long.MaxValue : (long)total;
    }

    private long RowLength(int passWidth) => (((long)passWidth * pixels!.Bits) + 7) / 8;

    private IEnumerable<(int Width, int Height, (int X, int Y, int StepX, int StepY) Grid)> Passes()
    {
        foreach (var grid in interlaced ? Interlaced : [(0, 0, 1, 1)])
        {
            var passWidth = (int)(((long)width - grid.X + grid.StepX - 1) / grid.StepX);
            var passHeight = (int)(((long)height - grid.Y + grid.StepY - 1) / grid.StepY);
            if (passWidth > 0 && passHeight > 0) yield return (passWidth, passHeight, grid);
        }
    }

    private void ReadPasses(ZLibStream zlib, PngPixels format, byte[] picture)
    {
        var step = Math.Max(1, format.Bits / 8);
        foreach (var (passWidth, passHeight, grid) in Passes())
        {
            var row = new byte[1 + RowLength(passWidth)];
            var above = new byte[row.Length];
            for (var y = 0; y < passHeight; y++)
            {
                if (zlib.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length)
                    throw Error("its compressed data ends before the picture does: it is truncated");
                if (!TryUnfilter(row, above, step)) throw Error($"row {y} has filter {row[0]}, 0 to 4 are known");
                var target = (((long)grid.Y + ((long)y * grid.StepY)) * width) + grid.X;
                format.Expand(row.AsSpan(1), passWidth, picture.AsSpan((int)(target * format.Channels)), grid.StepX * format.Channels);
                (row, above) = (above, row);
            }
        }
    }

    private static bool TryUnfilter(Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        switch (row[0])
        {
            case 0:
                return true;
            case 1:
                for (var i = 1 + step; i < row.Length; i++) row[i] += row[i - step];
                return true;
            case 2:
                for (var i = 1; i < row.Length; i++) row[i] += above[i];
                return true;
            case 3:
                for (var i = 1; i < row.Length; i++) row[i] += (byte)(((i > step ? row[i - step] : 0) + above[i]) / 2);
                return true;
            case 4:
                for (var i = 1; i < row.Length; i++)
                    row[i] += i > step ? PngFormat.Paeth(row[i - step], above[i], above[i - step]) : above[i];
                return true;
            default:
                return false;
        }
    }

    private DataException Error(string problem) => new($"{source}: not a PNG picture that can be read: {problem}.");
}

using System.Buffers.Binary;
using System.IO.Compression;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Formats;

/// <summary>Reads arrays of bytes in the IDX format, plain or gzip-compressed.</summary>
/// <remarks>
/// Two zero bytes, the type (8: unsigned byte), the number of dimensions, each dimension as big-endian uint32, then the bytes.
/// LeCun, http://yann.lecun.com/exdb/mnist.
/// </remarks>
internal static class IdxFile
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">Ending in .gz where it is compressed.</param>
    /// <param name="rank">How many dimensions the array must have.</param>
    /// <exception cref="DataException">The file cannot be read, or is no such array; damage is noticed to the last byte.</exception>
    public static (Shape Shape, byte[] Bytes) Read(string path, int rank)
    {
        using var file = InputFile.OpenStream(path);
        var compressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        try
        {
            if (!compressed) return Read(path, file, rank, file.Length);
            var length = GzipLength(path, file);
            using var stream = new GZipStream(file, CompressionMode.Decompress);
            var (shape, bytes) = Read(path, stream, rank, Deflate.MostBytes(file.Length));

            // The inflater stays silent when the end of the file is cut off behind the last byte of data.
            if (length != (uint)(4 + (4 * rank) + bytes.Length))
                throw new DataException($"{path} is truncated or damaged: its gzip trailer does not give the length of its data.");
            return (shape, bytes);
        }
        catch (InvalidDataException error)
        {
            throw new DataException($"{path}: its gzip data is damaged ({error.Message.TrimEnd('.')}).");
        }
        catch (IOException error)
        {
            throw new DataException($"{path} could not be read: {error.Message}");
        }
    }

    // The last four bytes: the length of the data modulo 2³².
    private static uint GzipLength(string path, FileStream file)
    {
        if (file.Length < 18) throw new DataException($"{path} is truncated: {file.Length} bytes are too few for a gzip file.");
        var trailer = new byte[4];
        file.Position = file.Length - trailer.Length;
        Fill(path, file, trailer, "its trailer");
        file.Position = 0;
        return BinaryPrimitives.ReadUInt32LittleEndian(trailer);
    }

    private static (Shape Shape, byte[] Bytes) Read(string path, Stream stream, int rank, long mostBytes)
    {
        var header = new byte[4 + (4 * rank)];
        Fill(path, stream, header, "its header");
        if (header[0] != 0 || header[1] != 0 || header[2] != 8 || header[3] != rank)
        {
            var (first, expected) = (Convert.ToHexString(header.AsSpan(0, 4)), $"an IDX file of unsigned bytes with {rank} dimension{(rank == 1 ? "" : "s")}");
            throw new DataException($"{path}: its first four bytes are {first}, 000008{rank:X2} were expected: {expected}.");
        }

        var dimensions = new int[rank];
        long count = 1;
        for (var i = 0; i < rank; i++)
        {
            var d = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + (4 * i)));
            if (d == 0 || d > Array.MaxLength || (count *= d) > Array.MaxLength)
                throw new DataException($"{path}: dimension {i} is {d}; each must be at least 1 and the array at most {Array.MaxLength} bytes.");
            dimensions[i] = (int)d;
        }

        if (count > mostBytes)
            throw new DataException($"{path}: its header asks for {count} bytes, which the file cannot hold: it is truncated or lies about its size.");
        var bytes = new byte[count];
        Fill(path, stream, bytes, "its data");
        if (stream.ReadByte() >= 0) throw new DataException($"{path}: more bytes follow the {count} that its header promises.");
        return (Shape.Create(dimensions), bytes);
    }

    private static void Fill(string path, Stream stream, byte[] buffer, string part)
    {
        var read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (read < buffer.Length) throw new DataException($"{path} is truncated: {part} ends after {read} of {buffer.Length} bytes.");
    }
}

using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Formats;

/// <summary>One array in a NumPy .npy file.</summary>
/// <remarks>Versions 1 to 3, either byte order, C and Fortran order. Format: NumPy Enhancement Proposal 1.</remarks>
public static class NpyFile
{
    /// <summary>Reads and checks the header alone.</summary>
    /// <param name="path">A .npy file.</param>
    /// <exception cref="DataException">The file cannot be read or is not a .npy array of numbers.</exception>
    public static NpyHeader ReadHeader(string path)
    {
        using var handle = InputFile.OpenHandle(path);
        return NpyHeader.Read(path, handle);
    }

    /// <summary>The array as float32, rounded to nearest where the file's numbers are wider; innermost dimension contiguous.</summary>
    /// <param name="path">A .npy file.</param>
    /// <exception cref="DataException">The file cannot be read or is not a .npy array of numbers.</exception>
    public static FloatTensor Read(string path)
    {
        var (shape, values) = ReadValues<float>(path);
        return new FloatTensor(shape, values);
    }

    /// <summary>The array as doubles; integers beyond 2⁵³ are rounded.</summary>
    /// <param name="path">A .npy file.</param>
    /// <exception cref="DataException">The file cannot be read or is not a .npy array of numbers.</exception>
    public static Tensor ReadDouble(string path)
    {
        var (shape, values) = ReadValues<double>(path);
        return new Tensor(shape, values);
    }

    /// <summary>Writes float32 numbers, little-endian, C order. The file is replaced whole or not at all.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="value">Any shape and range.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, FloatTensor value) => AtomicFile.Write(path, stream =>
    {
        stream.Write(Header("<f4", value.Shape));
        var values = value.Values;
        var buffer = new byte[4];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(buffer, values[i]);
            stream.Write(buffer);
        }
    });

    /// <summary>Writes float64 numbers, little-endian, C order. The file is replaced whole or not at all.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="value">Any shape and range.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Tensor value) => AtomicFile.Write(path, stream =>
    {
        stream.Write(Header("<f8", value.Shape));
        var buffer = new byte[8];
        foreach (var v in value.Values)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(buffer, v);
            stream.Write(buffer);
        }
    });

    /// <summary>The array in a type of the caller's choice.</summary>
    internal static (Shape Shape, T[] Values) ReadValues<T>(string path)
        where T : struct, INumberBase<T>
    {
        using var handle = InputFile.OpenHandle(path);
        var header = NpyHeader.Read(path, handle);
        var values = new T[header.Shape.Count];
        StorageDecoder.Read(path, handle, header.DataOffset, header.Type, header.BigEndian, values.AsSpan());
        return (header.Shape, header.FortranOrder && header.Shape.Rank > 1 ? ToRowMajor(header.Shape, values) : values);
    }

    private static T[] ToRowMajor<T>(Shape shape, T[] columnMajor)
    {
        var result = new T[columnMajor.Length];
        var index = new int[shape.Rank];
        var strides = new int[shape.Rank];
        for (int axis = 0, stride = 1; axis < strides.Length; axis++)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        var from = 0;
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = columnMajor[from];
            for (var axis = shape.Rank - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++index[axis] < shape[axis]) break;
                from -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }

        return result;
    }

    private static byte[] Header(string descriptor, Shape shape)
    {
        var tuple = shape.Rank == 1 ? $"({shape[0]},)" : $"({shape.ToString()[1..^1]})";
        var text = $"{{'descr': '{descriptor}', 'fortran_order': False, 'shape': {tuple}, }}";

        // NumPy aligns the numbers to 64 bytes; the header ends in a newline.
        var total = (10 + text.Length + 1 + 63) / 64 * 64;
        var header = new byte[total];
        header[0] = 0x93;
        "NUMPY\u0001\0"u8.CopyTo(header.AsSpan(1));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(total - 10));
        Encoding.ASCII.GetBytes(text.PadRight(total - 11) + "\n", header.AsSpan(10));
        return header;
    }
}

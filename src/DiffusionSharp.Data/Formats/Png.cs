using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Formats;

/// <summary>Pictures in the PNG format: all of it read, 8 bits a channel written.</summary>
/// <remarks>
/// Portable Network Graphics, second edition, ISO/IEC 15948:2003. Palettes become RGB, transparency becomes an alpha channel,
/// 16 bits are rounded to 8; gamma and colour profiles are not applied.
/// </remarks>
public static class Png
{
    /// <summary>The largest picture that is read, in decoded bytes: 1 GiB.</summary>
    public const int DecodedLimit = 1 << 30;

    /// <summary>Reads a file.</summary>
    /// <param name="path">A PNG file, whatever its name.</param>
    /// <exception cref="DataException">The file cannot be read, is not a PNG, is damaged or too large.</exception>
    public static Picture Read(string path) => Decode(InputFile.ReadAll(path, DecodedLimit), path);

    /// <summary>Decodes the bytes of a file.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="DataException">It is not a PNG, is damaged or too large.</exception>
    public static Picture Decode(byte[] bytes, string source) => new PngDecoder(bytes, source).Decode();

    /// <summary>Writes a file; the same picture gives the same bytes. The file is replaced whole or not at all.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="picture">Any size and channels.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Picture picture) => AtomicFile.Write(path, PngEncoder.Encode(picture));

    /// <summary>Encodes a picture; the same picture gives the same bytes.</summary>
    /// <param name="picture">Any size and channels.</param>
    public static byte[] Encode(Picture picture) => PngEncoder.Encode(picture);
}

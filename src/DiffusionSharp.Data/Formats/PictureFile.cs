using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Formats;

/// <summary>Reads a picture of any known format. The first bytes decide, since names of files often err.</summary>
public static class PictureFile
{
    /// <summary>Reads a PNG or JPEG file.</summary>
    /// <param name="path">The file, whatever its name.</param>
    /// <exception cref="DataException">The file cannot be read, is of neither format, is damaged or too large.</exception>
    public static Picture Read(string path)
    {
        var bytes = InputFile.ReadAll(path, Png.DecodedLimit);
        if (bytes.AsSpan().StartsWith(PngFormat.Signature)) return Png.Decode(bytes, path);
        if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8])) return Jpeg.Decode(bytes, path);
        var first = Convert.ToHexString(bytes.AsSpan(0, Math.Min(4, bytes.Length)));
        throw new DataException($"{path}: neither a PNG nor a JPEG picture: its first bytes are {first}.");
    }

    /// <summary>Whether a name ends like that of a picture: .png, .jpg or .jpeg.</summary>
    /// <param name="path">A name, with or without its folder; no file is looked for.</param>
    public static bool IsPictureName(string path) =>
        Path.GetExtension(path).ToUpperInvariant() is ".PNG" or ".JPG" or ".JPEG";
}

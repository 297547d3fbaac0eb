using System.Runtime.InteropServices;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Formats;

/// <summary>Reads JPEG pictures with libjpeg-turbo where it is installed: grey stays grey, colour becomes RGB.</summary>
/// <remarks>Damage that other viewers pass over is an error. The orientation tag of cameras is not applied.</remarks>
public static class Jpeg
{
    private const int GreySpace = 2, CmykSpace = 3;
    private const int RgbFormat = 0, GreyFormat = 6;

    // Stop at the first warning, refuse progressive files of absurdly many scans, and decode with the accurate inverse transform.
    private const int Flags = 8192 | 32768 | 4096;

    /// <summary>Whether the library is installed.</summary>
    public static bool IsAvailable => TurboJpeg.Instance is not null;

    /// <summary>Reads a file.</summary>
    /// <param name="path">A JPEG file, whatever its name.</param>
    /// <exception cref="DataException">The file cannot be read, is not a JPEG, is damaged or too large, or the library is not installed.</exception>
    public static Picture Read(string path) => Decode(InputFile.ReadAll(path, Png.DecodedLimit), path);

    /// <summary>Decodes the bytes of a file.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="DataException">It is not a JPEG, is damaged or too large, or the library is not installed.</exception>
    public static Picture Decode(byte[] bytes, string source)
    {
        const string packages = "Debian and Ubuntu: libturbojpeg0; Fedora: turbojpeg; macOS: jpeg-turbo";
        var library = TurboJpeg.Instance ?? throw new DataException(
            $"{source}: JPEG is read with libjpeg-turbo, which is not installed; install it ({packages}) or convert the pictures to PNG.");

        // The library returns an error for an empty buffer too, but without a text.
        if (bytes.Length < 4) throw new DataException($"{source}: not a JPEG picture that can be read: it has {bytes.Length} bytes.");
        var handle = library.Begin();
        if (handle == 0) throw new DataException($"{source}: libjpeg-turbo could not start: {Text(library, 0)}.");
        try
        {
            var length = new CULong((uint)bytes.Length);
            if (library.ReadHeader(handle, bytes, length, out var width, out var height, out _, out var space) != 0)
                throw Error(source, Text(library, handle));
            if (space >= CmykSpace) throw Error(source, "its colours are CMYK; convert it to RGB");
            var channels = space == GreySpace ? 1 : 3;
            var size = (long)width * height * channels;
            if (width <= 0 || height <= 0 || size > Png.DecodedLimit)
                throw Error(source, $"{width}×{height} would take {size} bytes, {Png.DecodedLimit} are the limit");
            var pixels = new byte[size];
            var format = channels == 1 ? GreyFormat : RgbFormat;
            if (library.Decode(handle, bytes, length, pixels, width, width * channels, height, format, Flags) != 0)
                throw Error(source, Text(library, handle));
            return new Picture(height, width, channels, pixels);
        }
        finally
        {
            _ = library.End(handle);
        }
    }

    private static string Text(TurboJpeg library, nint handle) => (Marshal.PtrToStringUTF8(library.ErrorText(handle)) ?? "unknown error").TrimEnd('.');

    private static DataException Error(string source, string problem) => new($"{source}: not a JPEG picture that can be read: {problem}.");
}

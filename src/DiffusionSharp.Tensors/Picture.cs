namespace DiffusionSharp.Tensors;

/// <summary>An 8-bit picture, rows from the top, channels last: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.</summary>
public sealed class Picture
{
    private readonly byte[] pixels;

    /// <summary>Wraps pixels; the array becomes the picture's own.</summary>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.</param>
    /// <param name="pixels">[H, W, C], rows from the top.</param>
    /// <exception cref="ArgumentException">Sizes are not positive, channels are not 1 to 4, or the number of bytes differs.</exception>
    public Picture(int height, int width, int channels, byte[] pixels)
    {
        if (height <= 0 || width <= 0) throw new ArgumentException($"Picture: {width}×{height} is empty.");
        if (channels is < 1 or > 4) throw new ArgumentException($"Picture: {channels} channels, 1 to 4 are known.", nameof(channels));
        if ((long)height * width * channels != pixels.Length)
            throw new ArgumentException(
                $"Picture: {width}×{height}×{channels} needs {(long)height * width * channels} bytes, {pixels.Length} were given.",
                nameof(pixels));
        (Height, Width, Channels) = (height, width, channels);
        this.pixels = pixels;
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Values per pixel, 1 to 4.</summary>
    public int Channels { get; }

    /// <summary>The bytes, [H, W, C].</summary>
    public Span<byte> Pixels => pixels;

    /// <summary>Maps values to bytes: −1 is 0, 1 is 255, rounded to nearest and clipped.</summary>
    /// <param name="values">[H, W, C] values, any range; NaN becomes 0.</param>
    /// <param name="height">Rows of pixels.</param>
    /// <param name="width">Columns of pixels.</param>
    /// <param name="channels">1 to 4.</param>
    public static Picture FromValues(ReadOnlySpan<float> values, int height, int width, int channels)
    {
        var pixels = new byte[values.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            var level = MathF.Round((values[i] + 1) * 127.5f);
            pixels[i] = level > 0 ? (byte)Math.Min(level, 255) : (byte)0;
        }

        return new Picture(height, width, channels, pixels);
    }

    /// <summary>Maps bytes to values: byte / 127.5 − 1, so 0 is −1 and 255 is 1.</summary>
    /// <param name="pixels">Bytes in any order.</param>
    /// <param name="values">As many values, in [−1, 1].</param>
    public static void ToValues(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        for (var i = 0; i < pixels.Length; i++) values[i] = (pixels[i] / 127.5f) - 1;
    }

    /// <summary>Writes the picture as values: <see cref="ToValues"/> of its bytes.</summary>
    /// <param name="values">[H, W, C], in [−1, 1].</param>
    public void CopyTo(Span<float> values) => ToValues(pixels, values);
}

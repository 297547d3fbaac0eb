using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data;

/// <summary>Brings pictures to the size and the channels that a network asks for.</summary>
public static class PictureTransforms
{
    // ITU-R BT.601, the weights of the JPEG standard.
    private const float Red = 0.299f, Green = 0.587f, Blue = 0.114f;

    /// <summary>Resizes with a triangle filter, widened when shrinking so that every pixel counts (no aliasing).</summary>
    /// <param name="picture">Any size.</param>
    /// <param name="height">Rows of the result, 1 or more.</param>
    /// <param name="width">Columns of the result, 1 or more.</param>
    public static Picture Resize(Picture picture, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (height == picture.Height && width == picture.Width) return picture;
        var values = new float[picture.Pixels.Length];
        for (var i = 0; i < values.Length; i++) values[i] = picture.Pixels[i];
        var resized = Resize(values, picture.Height, picture.Width, picture.Channels, height, width);

        // The filter's weights are positive and sum to 1, so values stay in [0, 255].
        return new Picture(height, width, picture.Channels, Array.ConvertAll(resized, v => (byte)(v + 0.5f)));
    }

    /// <summary>The largest square in the middle, resized to <paramref name="size"/>×<paramref name="size"/>.</summary>
    /// <param name="picture">Any size and channels.</param>
    /// <param name="size">Width and height of the result in pixels, 1 or more.</param>
    public static Picture ToSquare(Picture picture, int size)
    {
        var side = Math.Min(picture.Height, picture.Width);
        return Resize(Crop(picture, (picture.Height - side) / 2, (picture.Width - side) / 2, side, side), size, size);
    }

    /// <summary>A rectangle of a picture.</summary>
    /// <param name="picture">Any size and channels.</param>
    /// <param name="top">Its first row, 0 or more.</param>
    /// <param name="left">Its first column, 0 or more.</param>
    /// <param name="height">Its rows, 1 or more.</param>
    /// <param name="width">Its columns, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not lie inside.</exception>
    public static Picture Crop(Picture picture, int top, int left, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        ArgumentOutOfRangeException.ThrowIfNegative(left);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, picture.Height - top);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, picture.Width - left);
        if (height == picture.Height && width == picture.Width) return picture;
        var channels = picture.Channels;
        var pixels = new byte[height * width * channels];
        for (var y = 0; y < height; y++)
            picture.Pixels.Slice((((top + y) * picture.Width) + left) * channels, width * channels).CopyTo(pixels.AsSpan(y * width * channels));
        return new Picture(height, width, channels, pixels);
    }

    /// <summary>Converts between grey and colour, with or without alpha.</summary>
    /// <remarks>Grey is the luma of BT.601; alpha that is dropped is laid over white, alpha that is added is opaque.</remarks>
    /// <param name="picture">Any channels.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.</param>
    public static Picture ToChannels(Picture picture, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        var from = picture.Channels;
        if (from == channels) return picture;
        bool hadAlpha = from is 2 or 4, hasAlpha = channels is 2 or 4;
        var source = picture.Pixels;
        var pixels = new byte[picture.Height * picture.Width * channels];
        for (int i = 0, at = 0; i < source.Length; i += from, at += channels)
        {
            var alpha = hadAlpha ? source[i + from - 1] : (byte)255;
            float r = source[i], g = from >= 3 ? source[i + 1] : r, b = from >= 3 ? source[i + 2] : r;
            if (!hasAlpha && alpha != 255)
                (r, g, b) = (OverWhite(r, alpha), OverWhite(g, alpha), OverWhite(b, alpha));
            if (channels <= 2)
            {
                pixels[at] = (byte)(from >= 3 ? (Red * r) + (Green * g) + (Blue * b) + 0.5f : r + 0.5f);
            }
            else
            {
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)(r + 0.5f), (byte)(g + 0.5f), (byte)(b + 0.5f));
            }

            if (hasAlpha) pixels[at + channels - 1] = alpha;
        }

        return new Picture(picture.Height, picture.Width, channels, pixels);
    }

    /// <summary>Resizes values of any range, [H, W, C]: columns first, then rows.</summary>
    internal static float[] Resize(ReadOnlySpan<float> values, int height, int width, int channels, int newHeight, int newWidth)
    {
        var columns = Weights(width, newWidth);
        var rows = Weights(height, newHeight);
        var narrow = new float[height * newWidth * channels];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < newWidth; x++)
                for (var c = 0; c < channels; c++)
                {
                    var (start, weights) = columns[x];
                    float sum = 0;
                    for (var k = 0; k < weights.Length; k++) sum += weights[k] * values[(((y * width) + start + k) * channels) + c];
                    narrow[(((y * newWidth) + x) * channels) + c] = sum;
                }

        var result = new float[newHeight * newWidth * channels];
        var stride = newWidth * channels;
        for (var y = 0; y < newHeight; y++)
        {
            var (start, weights) = rows[y];
            for (var k = 0; k < weights.Length; k++)
                for (var i = 0; i < stride; i++) result[(y * stride) + i] += weights[k] * narrow[((start + k) * stride) + i];
        }

        return result;
    }

    private static (int Start, float[] Weights)[] Weights(int size, int newSize)
    {
        var scale = (double)size / newSize;
        var reach = Math.Max(1, scale);
        var result = new (int, float[])[newSize];
        for (var i = 0; i < newSize; i++)
        {
            var centre = ((i + 0.5) * scale) - 0.5;
            var first = Math.Max(0, (int)Math.Ceiling(centre - reach));
            var last = Math.Min(size - 1, (int)Math.Floor(centre + reach));
            var weights = new double[last - first + 1];
            for (var k = 0; k < weights.Length; k++) weights[k] = Math.Max(0, 1 - (Math.Abs(first + k - centre) / reach));
            var sum = weights.Sum();
            result[i] = (first, Array.ConvertAll(weights, w => (float)(w / sum)));
        }

        return result;
    }

    private static float OverWhite(float value, byte alpha) => 255 + ((value - 255) * alpha / 255);
}

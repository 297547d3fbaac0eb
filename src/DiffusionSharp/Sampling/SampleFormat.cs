using DiffusionSharp.Tensors;

namespace DiffusionSharp;

/// <summary>What a file of samples is, by its ending and by whether a strip was asked for.</summary>
public enum SampleFormat
{
    /// <summary><c>.png</c>: a grid of pictures.</summary>
    Grid,

    /// <summary><c>.png</c>: a few pictures as rows, moments of denoising as columns.</summary>
    Strip,

    /// <summary><c>.gif</c>: the grid as it emerges.</summary>
    Animation,

    /// <summary><c>.svg</c>: points in the plane.</summary>
    Scatter,

    /// <summary><c>.svg</c>: points in the plane at several moments.</summary>
    ScatterStrip,

    /// <summary><c>.npy</c>: numbers, [N, H, W, C] in [−1, 1] or [N, D].</summary>
    Array,
}

/// <summary>Which format a path and the samples ask for, and what it shows.</summary>
public static class SampleFormats
{
    /// <summary>How many moments of the way from noise to data a format shows; 0: the samples alone.</summary>
    /// <param name="format">What is to be written.</param>
    public static int Moments(SampleFormat format) => format switch
    {
        SampleFormat.Strip => 10,
        SampleFormat.ScatterStrip => 5,
        SampleFormat.Animation => 50,
        _ => 0,
    };

    /// <summary>Whether a format shows how samples emerge, and so needs <see cref="SampleOptions.Moments"/>.</summary>
    /// <param name="format">What is to be written.</param>
    public static bool ShowsMoments(SampleFormat format) => Moments(format) > 0;

    /// <summary>The format of a path.</summary>
    /// <param name="path">A file whose ending says what it is.</param>
    /// <param name="sample">The shape of one sample.</param>
    /// <param name="strip">Whether moments of denoising stand side by side.</param>
    /// <exception cref="OptionException">The ending is unknown or does not fit the samples.</exception>
    public static SampleFormat Of(string path, Shape sample, bool strip = false)
    {
        var ending = Path.GetExtension(path).ToLowerInvariant();
        var what = $"this model's samples are {(sample.Rank == 3 ? $"{sample[0]}×{sample[1]}×{sample[2]}" : $"{sample.Count} values")}";
        var pictures = sample.Rank == 3 && sample[2] is 1 or 3;
        if (ending is not (".png" or ".gif" or ".svg" or ".npy")) throw new OptionException($"{{Out}}: {path} ends in none of .png, .gif, .svg and .npy.");
        if (ending is ".png" or ".gif" && !pictures)
            throw new OptionException($"{{Out}}: {ending} shows pictures of 1 or 3 channels, {what}; write {(sample.Count == 2 ? ".svg or .npy" : ".npy")}.");
        if (ending == ".svg" && sample != [2])
            throw new OptionException($"{{Out}}: .svg shows points in the plane, {what}; write {(pictures ? ".png, .gif or .npy" : ".npy")}.");
        if (strip && ending is not (".png" or ".svg")) throw new OptionException($"{{Strip}} is drawn as .png or .svg, not as {ending}.");
        return ending switch
        {
            ".png" => strip ? SampleFormat.Strip : SampleFormat.Grid,
            ".gif" => SampleFormat.Animation,
            ".svg" => strip ? SampleFormat.ScatterStrip : SampleFormat.Scatter,
            _ => SampleFormat.Array,
        };
    }
}

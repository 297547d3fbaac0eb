using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>What a file of samples is.</summary>
internal enum SampleFormat
{
    /// <summary>A grid of pictures.</summary>
    Grid,

    /// <summary>A few pictures as rows, moments of denoising as columns.</summary>
    Strip,

    /// <summary>The grid as it emerges.</summary>
    Animation,

    /// <summary>Points in the plane.</summary>
    Scatter,

    /// <summary>Points in the plane at several moments.</summary>
    ScatterStrip,

    /// <summary>Numbers.</summary>
    Array,
}

/// <summary>Which format a path and the samples ask for.</summary>
internal static class SampleFormats
{
    /// <summary>How many moments a format shows.</summary>
    public static int Moments(SampleFormat format) => format switch
    {
        SampleFormat.Strip => 10,
        SampleFormat.ScatterStrip => 5,
        SampleFormat.Animation => 50,
        _ => 0,
    };

    /// <summary>How many samples a format shows where none are asked for.</summary>
    public static int Count(SampleFormat format, Shape sample) => format == SampleFormat.Strip ? 8 : sample.Rank == 3 ? 64 : 2000;

    /// <summary>The format of a path.</summary>
    /// <exception cref="UsageException">The ending is unknown or does not fit the samples.</exception>
    public static SampleFormat Of(string path, bool strip, Shape sample)
    {
        var ending = Path.GetExtension(path).ToLowerInvariant();
        var what = $"this model's samples are {Say.Sample(sample)}";
        var pictures = sample.Rank == 3 && sample[2] is 1 or 3;
        if (ending is not (".png" or ".gif" or ".svg" or ".npy")) throw new UsageException($"--out: {path} ends in none of .png, .gif, .svg and .npy.");
        if (ending is ".png" or ".gif" && !pictures) throw new UsageException($"--out: {ending} shows pictures of 1 or 3 channels, {what}; write {(sample.Count == 2 ? ".svg or .npy" : ".npy")}.");
        if (ending == ".svg" && sample != [2]) throw new UsageException($"--out: .svg shows points in the plane, {what}; write {(pictures ? ".png, .gif or .npy" : ".npy")}.");
        if (strip && ending is not (".png" or ".svg")) throw new UsageException($"--strip is drawn as .png or .svg, not as {ending}.");
        return ending switch
        {
            ".png" => strip ? SampleFormat.Strip : SampleFormat.Grid,
            ".gif" => SampleFormat.Animation,
            ".svg" => strip ? SampleFormat.ScatterStrip : SampleFormat.Scatter,
            _ => SampleFormat.Array,
        };
    }
}

using DiffusionSharp.Networks;

namespace DiffusionSharp.Training.Recipes;

/// <summary>The options of a U-Net in a file: flat, as a run's configuration is.</summary>
internal static class UNetFile
{
    /// <summary>The keys in the order in which they are written.</summary>
    public static IReadOnlyList<DraftKey<UNet2DOptions>> Keys { get; } =
    [
        Key("sampleSize", o => o.SampleSize, (o, v) => o with { SampleSize = v }),
        Key("inChannels", o => o.InChannels, (o, v) => o with { InChannels = v }),
        Key("outChannels", o => o.OutChannels, (o, v) => o with { OutChannels = v }),
        Key("centerInput", o => o.CenterInput, (o, v) => o with { CenterInput = v }),
        Key("timeEmbedding", o => o.TimeEmbedding, (o, v) => o with { TimeEmbedding = v }),
        Key("timeEmbeddingWidth", o => o.TimeEmbeddingWidth, (o, v) => o with { TimeEmbeddingWidth = v }),
        Key("frequencyShift", o => o.FrequencyShift, (o, v) => o with { FrequencyShift = v }),
        Key("cosineFirst", o => o.CosineFirst, (o, v) => o with { CosineFirst = v }),
        Key("downBlocks", o => o.DownBlocks, (o, v) => o with { DownBlocks = v }),
        Key("midAttention", o => o.MidAttention, (o, v) => o with { MidAttention = v }),
        Key("upBlocks", o => o.UpBlocks, (o, v) => o with { UpBlocks = v }),
        Key("channels", o => o.Channels, (o, v) => o with { Channels = v }),
        Key("layersPerBlock", o => o.LayersPerBlock, (o, v) => o with { LayersPerBlock = v }),
        Key("midScale", o => o.MidScale, (o, v) => o with { MidScale = v }),
        Key("downsamplePadding", o => o.DownsamplePadding, (o, v) => o with { DownsamplePadding = v }),
        Key("downsampling", o => o.Downsampling, (o, v) => o with { Downsampling = v }),
        Key("upsampling", o => o.Upsampling, (o, v) => o with { Upsampling = v }),
        Key("dropout", o => o.Dropout, (o, v) => o with { Dropout = v }),

        // Null is not the default of these two: files say it.
        new DraftKey<UNet2DOptions, int?>("headWidth", o => o.HeadWidth, (o, v) => o with { HeadWidth = v }) { IsAlwaysWritten = true },
        new DraftKey<UNet2DOptions, int?>("normGroups", o => o.NormGroups, (o, v) => o with { NormGroups = v }) { IsAlwaysWritten = true },
        Key("midNormGroups", o => o.MidNormGroups, (o, v) => o with { MidNormGroups = v }),
        Key("normEpsilon", o => o.NormEpsilon, (o, v) => o with { NormEpsilon = v }),
        Key("scaleShift", o => o.ScaleShift, (o, v) => o with { ScaleShift = v }),
        Key("classes", o => o.Classes, (o, v) => o with { Classes = v }),
        Key("initialization", o => o.Initialization, (o, v) => o with { Initialization = v }),
        Key("residualScale", o => o.ResidualScale, (o, v) => o with { ResidualScale = v }),
    ];

    private static DraftKey<UNet2DOptions, T> Key<T>(string name, Func<UNet2DOptions, T> get, Func<UNet2DOptions, T, UNet2DOptions> with) =>
        new(name, get, with);
}

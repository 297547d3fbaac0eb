namespace DiffusionSharp.Networks.Tests;

/// <summary>The networks of the recorded references, and the published one.</summary>
internal static class Networks
{
    private static readonly BlockKind[] PlainThenAttention = [BlockKind.Plain, BlockKind.Attention];
    private static readonly BlockKind[] AttentionThenPlain = [BlockKind.Attention, BlockKind.Plain];

    /// <summary>google/ddpm-cifar10-32.</summary>
    public static UNet2DOptions Cifar10 { get; } = new()
    {
        SampleSize = 32,
        FrequencyShift = 1,
        CosineFirst = false,
        DownBlocks = [BlockKind.Plain, BlockKind.Attention, BlockKind.Plain, BlockKind.Plain],
        UpBlocks = [BlockKind.Plain, BlockKind.Plain, BlockKind.Attention, BlockKind.Plain],
        Channels = [128, 256, 256, 256],
        DownsamplePadding = 0,
        HeadWidth = null,
        NormEpsilon = 1e-6,
    };

    public static UNet2DOptions A { get; } = new() { SampleSize = 16, Channels = [32, 64], LayersPerBlock = 1, DownBlocks = PlainThenAttention, UpBlocks = AttentionThenPlain };

    public static UNet2DOptions B { get; } = Cifar10 with { Channels = [32, 64, 64, 64] };

    public static UNet2DOptions MiniA { get; } = A with { Channels = [8, 16], NormGroups = 4, HeadWidth = 4 };

    public static UNet2DOptions MiniSs { get; } = MiniA with { HeadWidth = 8, ScaleShift = true, Classes = 10, Downsampling = ResamplingKind.Resnet, Upsampling = ResamplingKind.Resnet };

    public static UNet2DOptions C { get; } = new()
    {
        SampleSize = 16,
        Channels = [32, 32],
        LayersPerBlock = 1,
        DownBlocks = [BlockKind.Skip, BlockKind.AttentionSkip],
        UpBlocks = [BlockKind.AttentionSkip, BlockKind.Skip],
        TimeEmbedding = TimeEmbeddingKind.Fourier,
        MidScale = Math.Sqrt(2),
        HeadWidth = null,
        NormGroups = null,
        NormEpsilon = 1e-6,
    };

    public static UNet2DOptions Named(string name) => name switch
    {
        "a" => A,
        "b" => B,
        "c" => C,
        "mini_a" => MiniA,
        _ => MiniSs,
    };
}

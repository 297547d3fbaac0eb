using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks;

/// <summary>A network that the project is measured by; exactly one of its options is given.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Description">In one line.</param>
/// <param name="Batch">Samples of a measured step.</param>
/// <param name="UNet">The network for pictures.</param>
/// <param name="Mlp">The network for vectors.</param>
public sealed record ReferenceNetwork(string Name, string Description, int Batch, UNet2DOptions? UNet, MlpOptions? Mlp)
{
    /// <summary>The shape of one sample: [H, W, C] or [D].</summary>
    public Shape SampleShape => UNet is { SampleSize: { } side } unet ? [side, side, unet.InChannels] : [Mlp!.Dimensions];
}

/// <summary>The networks that speed and memory are measured on, the same as in the peers' scripts.</summary>
public static class ReferenceNetworks
{
    /// <summary>U-Net S: 32×32×1, channels 32/64/128, two layers a block, attention with head width 8 at the lowest.</summary>
    public static ReferenceNetwork UNetS { get; } = new(
        "unet-s",
        "U-Net of 3.9 M parameters on 32×32×1",
        64,
        new UNet2DOptions
        {
            SampleSize = 32,
            InChannels = 1,
            OutChannels = 1,
            Channels = [32, 64, 128],
            DownBlocks = [BlockKind.Plain, BlockKind.Plain, BlockKind.Attention],
            UpBlocks = [BlockKind.Attention, BlockKind.Plain, BlockKind.Plain],
        },
        null);

    /// <summary>U-Net M: the CIFAR-10 network of DDPM (Ho et al. 2020, arXiv:2006.11239, appendix B), without dropout.</summary>
    public static ReferenceNetwork UNetM { get; } = new(
        "unet-m",
        "the CIFAR-10 network of DDPM, 35.7 M parameters on 32×32×3",
        4,
        new UNet2DOptions
        {
            SampleSize = 32,
            Channels = [128, 256, 256, 256],
            DownBlocks = [BlockKind.Plain, BlockKind.Attention, BlockKind.Plain, BlockKind.Plain],
            UpBlocks = [BlockKind.Plain, BlockKind.Plain, BlockKind.Attention, BlockKind.Plain],
            DownsamplePadding = 0,
            CosineFirst = false,
            FrequencyShift = 1,
            NormEpsilon = 1e-6,
            HeadWidth = null,
        },
        null);

    /// <summary>The network for points in the plane: four hidden layers of 256.</summary>
    public static ReferenceNetwork Points { get; } = new("mlp-2d", "MLP of four hidden layers of 256 on points in the plane", 1024, null, new MlpOptions(2));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ReferenceNetwork> All { get; } = [UNetS, UNetM, Points];
}

namespace DiffusionSharp.Networks;

/// <summary>The levels of a <see cref="UNet2D"/>, each of half the side of the one above.</summary>
/// <param name="Channels">Width of each level, finest first (<c>block_out_channels</c>); null: 224, 448, 672, 896.</param>
/// <param name="DownBlocks">One for each level, finest first (<c>down_block_types</c>); null: plain, then attention three times.</param>
/// <param name="UpBlocks">One for each level, coarsest first (<c>up_block_types</c>); null: attention three times, then plain.</param>
/// <param name="LayersPerBlock">Residual blocks of a level on the way down, one more on the way up (<c>layers_per_block</c>).</param>
/// <param name="Downsampling">How levels without pictures shrink (<c>downsample_type</c>; <see cref="ResamplingKind.Fir"/> has no word there).</param>
/// <param name="Upsampling">How levels without pictures grow (<c>upsample_type</c>; the same).</param>
/// <param name="DownsamplePadding">
/// Zeros around a picture before a convolution of stride 2 (<c>downsample_padding</c>): 1 on all sides, or 0 for one row below and one column to the
/// right.
/// </param>
public sealed record UNetLevels(
    IReadOnlyList<int>? Channels = null,
    IReadOnlyList<BlockKind>? DownBlocks = null,
    IReadOnlyList<BlockKind>? UpBlocks = null,
    int LayersPerBlock = 2,
    ResamplingKind Downsampling = ResamplingKind.Convolution,
    ResamplingKind Upsampling = ResamplingKind.Convolution,
    int DownsamplePadding = 1);

namespace DiffusionSharp.Networks;

/// <summary>What the blocks of a <see cref="UNet2D"/> are made of.</summary>
/// <param name="HeadWidth">Channels of an attention head (<c>attention_head_dim</c>); null: one head of the full width.</param>
/// <param name="NormGroups">
/// Groups of every norm (<c>norm_num_groups</c>); null: a quarter of the channels, at most 32, which blocks with pictures have in any case.
/// </param>
/// <param name="NormEpsilon">Added to variances (<c>norm_eps</c>).</param>
/// <param name="Dropout">Chance that a value before the second convolution of a residual block is dropped in training (<c>dropout</c>).</param>
/// <param name="ResidualScale">
/// What every sum of a residual block or an attention is divided by, the middle's aside, which have <see cref="UNet2DOptions.MidScale"/>; √2 keeps
/// variances from growing with depth (skip rescaling, Song et al. 2021, arXiv:2011.13456, appendix H). Blocks with pictures always take √2. diffusers
/// has no key for it: a network with another value than 1 cannot be written for it.
/// </param>
public sealed record UNetBlocks(
    int? HeadWidth = 8,
    int? NormGroups = 32,
    double NormEpsilon = 1e-5,
    double Dropout = 0,
    double ResidualScale = 1);

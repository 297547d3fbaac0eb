namespace DiffusionSharp.Networks;

/// <summary>The middle of a <see cref="UNet2D"/>, below its lowest level.</summary>
/// <param name="Attention">Whether the middle has attention (<c>add_attention</c>).</param>
/// <param name="Scale">What the sums of the middle are divided by (<c>mid_block_scale_factor</c>).</param>
/// <param name="NormGroups">
/// Groups of the norm before the middle's attention (<c>attn_norm_num_groups</c>); null: as the others, or no norm with <see
/// cref="UNet2DOptions.ScaleShift"/>.
/// </param>
public sealed record UNetMiddle(
    bool Attention = true,
    double Scale = 1,
    int? NormGroups = null);

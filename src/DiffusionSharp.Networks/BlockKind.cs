namespace DiffusionSharp.Networks;

/// <summary>What stands at one resolution of a U-Net.</summary>
public enum BlockKind
{
    /// <summary>Residual blocks alone: <c>DownBlock2D</c>, <c>UpBlock2D</c>.</summary>
    Plain,

    /// <summary>Self-attention after each residual block: <c>AttnDownBlock2D</c>, <c>AttnUpBlock2D</c>.</summary>
    Attention,

    /// <summary>
    /// Residual blocks beside a branch of pictures, as NCSN++ has: <c>SkipDownBlock2D</c>, <c>SkipUpBlock2D</c>. On the way down the input, made
    /// smaller, joins each level; on the way up each level adds its part to the output. Sums are divided by √2, and both branches resample
    /// through the filter [1, 3, 3, 1] (Song et al. 2021, arXiv:2011.13456, appendix H).
    /// </summary>
    Skip,

    /// <summary>
    /// The same with attention, after each residual block on the way down and after the last on the way up: <c>AttnSkipDownBlock2D</c>,
    /// <c>AttnSkipUpBlock2D</c>.
    /// </summary>
    AttentionSkip,
}

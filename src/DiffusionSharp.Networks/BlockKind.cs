namespace DiffusionSharp.Networks;

/// <summary>What stands at one resolution of a U-Net.</summary>
public enum BlockKind
{
    /// <summary>Residual blocks alone: <c>DownBlock2D</c>, <c>UpBlock2D</c>.</summary>
    Plain,

    /// <summary>Self-attention after each residual block: <c>AttnDownBlock2D</c>, <c>AttnUpBlock2D</c>.</summary>
    Attention,

    /// <summary>NCSN++ with a side branch of pictures: <c>SkipDownBlock2D</c>, <c>SkipUpBlock2D</c>. Not supported.</summary>
    Skip,

    /// <summary>NCSN++ with attention: <c>AttnSkipDownBlock2D</c>, <c>AttnSkipUpBlock2D</c>. Not supported.</summary>
    AttentionSkip,
}

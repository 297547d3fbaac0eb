namespace DiffusionSharp.Networks;

/// <summary>How a block with attention changes the resolution; blocks without always convolve.</summary>
public enum ResamplingKind
{
    /// <summary>A 3×3 convolution: of stride 2 on the way down, after repeating pixels on the way up.</summary>
    Convolution,

    /// <summary>A residual block whose both branches are averaged 2×2 or repeated 2×2.</summary>
    Resnet,
}

namespace DiffusionSharp.Networks;

/// <summary>How a level changes the resolution.</summary>
public enum ResamplingKind
{
    /// <summary>A 3×3 convolution: of stride 2 on the way down, after repeating pixels on the way up.</summary>
    Convolution,

    /// <summary>
    /// A residual block whose both branches are averaged 2×2 or repeated 2×2; levels without attention convolve all the same,
    /// as diffusers has it.
    /// </summary>
    Resnet,

    /// <summary>
    /// A residual block whose both branches are resampled through [1, 3, 3, 1], in levels with and without attention, with a convolution on
    /// the shortcut: BigGAN's block as NCSN++ has it (Song et al. 2021, arXiv:2011.13456, appendix H).
    /// </summary>
    Fir,
}

namespace DiffusionSharp;

/// <summary>Which noise levels the steps of sampling visit.</summary>
public enum Spacing
{
    /// <summary>Trained timesteps round(T − i·T/S) − 1 (Lin et al. 2023, arXiv:2305.08891, table 2).</summary>
    Trailing,

    /// <summary>Trained timesteps i·⌊T/S⌋; may stop short of the noisiest.</summary>
    Leading,

    /// <summary>Trained timesteps evenly from 0 to T − 1.</summary>
    Linspace,

    /// <summary>Trained timesteps at the squares of evenly spaced numbers, up to 0.8 T (Song et al. 2021, arXiv:2010.02502, appendix D.2).</summary>
    Quadratic,

    /// <summary>Evenly in time.</summary>
    Uniform,

    /// <summary>Evenly in the log SNR (Lu et al. 2022, arXiv:2206.00927).</summary>
    LogSnr,

    /// <summary>The seventh root of σ/α evenly (Karras et al. 2022, arXiv:2206.00364, eq. 5).</summary>
    Karras,

    /// <summary>ln σ/α by the power 1.5: more steps near the data.</summary>
    Polyexponential,

    /// <summary>Dense at both ends (Lee et al. 2024, arXiv:2407.12173).</summary>
    Beta,

    /// <summary>Aligned steps of Stable Diffusion 1.5 (Sabour et al. 2024, arXiv:2404.14507).</summary>
    AlignedSd,

    /// <summary>Aligned steps of Stable Diffusion XL.</summary>
    AlignedSdxl,

    /// <summary>Aligned steps of DeepFloyd-IF.</summary>
    AlignedDeepFloyd,

    /// <summary>Aligned steps of Stable Video Diffusion.</summary>
    AlignedSvd,
}

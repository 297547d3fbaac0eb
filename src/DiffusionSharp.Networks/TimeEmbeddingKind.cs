namespace DiffusionSharp.Networks;

/// <summary>How a network sees time.</summary>
public enum TimeEmbeddingKind
{
    /// <summary>Sines and cosines of geometric frequencies (Ho et al. 2020, arXiv:2006.11239).</summary>
    Positional,

    /// <summary>
    /// Sines and cosines of log t at random frequencies, drawn once and never trained; the output is divided by t, which is σ: the network
    /// gives the score (Tancik et al. 2020, arXiv:2006.10739; Song et al. 2021, arXiv:2011.13456, appendix C).
    /// </summary>
    Fourier,

    /// <summary>One trained row for each step. Not supported.</summary>
    Learned,

    /// <summary>
    /// Time is not seen, classes are where there are any; the output is divided by t, which is σ: one network gives the score of all levels
    /// (Song and Ermon 2020, arXiv:2006.09011, technique 3).
    /// </summary>
    None,
}

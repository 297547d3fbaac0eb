namespace DiffusionSharp.Networks;

/// <summary>How a network sees time.</summary>
public enum TimeEmbeddingKind
{
    /// <summary>Sines and cosines of geometric frequencies (Ho et al. 2020, arXiv:2006.11239).</summary>
    Positional,

    /// <summary>Sines and cosines of random frequencies of log t, the output divided by t (Song et al. 2021, arXiv:2011.13456). Not supported.</summary>
    Fourier,

    /// <summary>One trained row for each step. Not supported.</summary>
    Learned,

    /// <summary>Time is not seen; the output is divided by t, which is σ: one network for all levels (Song and Ermon 2020, arXiv:2006.09011, technique 3). Not supported.</summary>
    None,
}

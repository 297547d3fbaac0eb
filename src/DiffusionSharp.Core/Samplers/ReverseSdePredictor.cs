namespace DiffusionSharp.Samplers;

/// <summary>How a step of the reverse SDE is discretised: the predictor of a predictor–corrector sampler.</summary>
public enum ReverseSdePredictor
{
    /// <summary>The forward step between two levels, reversed: Song et al. 2021, arXiv:2011.13456, appendix E.</summary>
    ReverseDiffusion,

    /// <summary>Euler–Maruyama in the schedule's time: Song et al. 2021, arXiv:2011.13456, eq. 6.</summary>
    EulerMaruyama,

    /// <summary>Ancestral sampling: Ho et al. 2020, arXiv:2006.11239, algorithm 2.</summary>
    Ancestral,
}

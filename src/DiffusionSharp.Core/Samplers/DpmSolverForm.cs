namespace DiffusionSharp.Samplers;

/// <summary>Which of the two estimates a DPM-Solver takes for the smooth one along a step.</summary>
public enum DpmSolverForm
{
    /// <summary>D, the data: DPM-Solver++, Lu et al. 2022, arXiv:2211.01095. The choice under guidance and with constrained estimates.</summary>
    Data,

    /// <summary>ε̂, the noise: DPM-Solver, Lu et al. 2022, arXiv:2206.00927.</summary>
    Noise,
}

namespace DiffusionSharp.Samplers;

/// <summary>How a DPM-Solver weighs the slope of its estimates; both have the same order.</summary>
/// <remarks>Lu et al. 2022, arXiv:2211.01095, section 4.1 and appendix A; the names are those of the published code.</remarks>
public enum DpmSolverVariant
{
    /// <summary>The slope of two estimates counts half of a step, as with the estimate in its middle.</summary>
    Midpoint,

    /// <summary>The slope is integrated exactly against the kernel of the step, and order 3 on stages uses the curvature too.</summary>
    Heun,
}

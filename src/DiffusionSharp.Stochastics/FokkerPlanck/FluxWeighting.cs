namespace DiffusionSharp.Stochastics.FokkerPlanck;

/// <summary>How the density on a face is weighed from the two cells beside it.</summary>
public enum FluxWeighting
{
    /// <summary>
    /// Exponentially fitted: exact where the current and the coefficients are constant across two cells. Positive for any step; second order.
    /// </summary>
    ChangCooper,

    /// <summary>The mean of both cells. Second order; positive only where the cell Péclet number |C| h/D is at most 2, and wildly oscillating beyond.</summary>
    Central,

    /// <summary>The cell that the drift comes from. Positive for any step; first order: it adds the diffusion |C| h/2.</summary>
    Upwind,
}

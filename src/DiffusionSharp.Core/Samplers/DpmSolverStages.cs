namespace DiffusionSharp.Samplers;

/// <summary>Where a single-step DPM-Solver asks the denoiser beside the start of a step.</summary>
public enum DpmSolverStages
{
    /// <summary>Inside each interval of the grid: 1/2 of it, or 1/3 and 2/3, in log SNR. As many calls as the order, one state an interval.</summary>
    Inside,

    /// <summary>
    /// At the grid's own times: a step spans as many intervals as its order and leaves its stages as states between. One call an interval,
    /// the order kept only by <see cref="DpmSolverVariant.Heun"/> where the intervals differ. What other tools do.
    /// </summary>
    OnGrid,
}

namespace DiffusionSharp.Samplers;

/// <summary>Where the fresh noise of a step on stages enters.</summary>
public enum DpmSolverNoise
{
    /// <summary>At the end: a deterministic step goes below the level it aims at, then noise lifts it there.</summary>
    /// <remarks>Both keep the law, so the weak order is that of the step.</remarks>
    AfterStep,

    /// <summary>Along the path: the stages see the noise that the step has gathered by then. Weak order 2 with two stages.</summary>
    AlongPath,
}

namespace DiffusionSharp.Samplers;

/// <summary>At which level a step of DDIM inversion asks the denoiser.</summary>
internal enum DdimInversionQuery
{
    /// <summary>Where the step starts, the level that the state has; at clean data, where ε̂ is not defined by D, where the step ends.</summary>
    Start,

    /// <summary>
    /// Where the step ends, with the state of where it starts, as published tools do. One iteration towards the exact inverse
    /// of the sampling step; to pure noise, where ε̂ is the state itself, it asks where the step starts.
    /// </summary>
    End,
}

namespace DiffusionSharp.Schedules;

/// <summary>Where the last step of a grid ends.</summary>
public enum GridEnd
{
    /// <summary>At clean data: the last step starts at the smallest level and removes all noise.</summary>
    Clean,

    /// <summary>At the smallest level, whose noise the samples keep: "final sigma: sigma_min" in other tools, and where likelihoods are cut.</summary>
    Smallest,
}

namespace DiffusionSharp.Training.Recipes;

/// <summary>How the noise levels of training samples are drawn.</summary>
public enum LevelDistribution
{
    /// <summary>Evenly in time.</summary>
    Uniform,

    /// <summary>ln σ/α normal: Karras et al. 2022, arXiv:2206.00364, table 1; draws beyond the schedule's ends are made again.</summary>
    LogNormal,

    /// <summary>logit of the time's share normal: Esser et al. 2024, arXiv:2403.03206, section 3.1; made for the straight path of flow matching.</summary>
    LogitNormal,

    /// <summary>Where losses are large, by the history of losses, reweighted to be unbiased: Nichol and Dhariwal 2021, arXiv:2102.09672, section 3.3.</summary>
    Importance,
}

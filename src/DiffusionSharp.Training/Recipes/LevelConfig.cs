namespace DiffusionSharp.Training.Recipes;

/// <summary>How the noise levels of training samples are drawn.</summary>
/// <param name="Kind">The distribution.</param>
/// <param name="Mean">Of the normal: log-normal P_mean, −1.2 where null; logit-normal 0 where null. Other distributions have none.</param>
/// <param name="Deviation">Of the normal, above 0: log-normal P_std, 1.2 where null; logit-normal 1 where null. Other distributions have none.</param>
/// <param name="History">Losses of each level that importance sampling remembers, at least 1; 10 where null. Other distributions have none.</param>
public sealed record LevelConfig(LevelDistribution Kind = LevelDistribution.Uniform, double? Mean = null, double? Deviation = null, int? History = null)
{
    /// <summary>Mean of the normal.</summary>
    public double MeanOrDefault() => Mean ?? (Kind == LevelDistribution.LogNormal ? -1.2 : 0);

    /// <summary>Standard deviation of the normal.</summary>
    public double DeviationOrDefault() => Deviation ?? (Kind == LevelDistribution.LogNormal ? 1.2 : 1);

    /// <summary>Losses of each level that are remembered.</summary>
    public int HistoryOrDefault() => History ?? 10;
}

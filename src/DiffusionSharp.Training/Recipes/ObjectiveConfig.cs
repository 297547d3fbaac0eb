using DiffusionSharp.Denoisers;

namespace DiffusionSharp.Training.Recipes;

/// <summary>What the network learns: on which levels of noise, to give what, and how much each level counts.</summary>
/// <param name="Schedule">α and σ.</param>
/// <param name="Prediction">What the network learns to give.</param>
/// <param name="Weighting">How noise levels count in the loss.</param>
/// <param name="Gamma">γ of the weighting: min-SNR's cap, 5 where null, or P2's exponent, 1 where null.</param>
/// <param name="Levels">How noise levels are drawn; null: evenly in time.</param>
/// <param name="Preconditioning">Scales around the network; null: none.</param>
/// <param name="LearnedVariance">How the variance of reverse steps is learned beside their mean; null: it is not.</param>
public sealed record ObjectiveConfig(
    ScheduleConfig? Schedule = null,
    Prediction Prediction = Prediction.Noise,
    LossWeighting Weighting = LossWeighting.Simple,
    double? Gamma = null,
    LevelConfig? Levels = null,
    PreconditioningConfig? Preconditioning = null,
    LearnedVarianceConfig? LearnedVariance = null);

namespace DiffusionSharp.Training.Recipes;

/// <summary>The hybrid loss that learns the variance of reverse steps beside their mean.</summary>
/// <param name="BoundWeight">λ, the weight of the variational bound, above 0; 0.001 is the paper's.</param>
public sealed record LearnedVarianceConfig(double BoundWeight = 0.001);

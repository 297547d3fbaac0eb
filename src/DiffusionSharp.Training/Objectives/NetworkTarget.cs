namespace DiffusionSharp.Training.Objectives;

/// <summary>What a network is given at one noise level and what it is trained towards: F(c·x, τ) near a·x₀ + b·ε.</summary>
/// <param name="InputScale">c, the factor of x where the network reads it.</param>
/// <param name="TimeInput">τ, what the network is told of the level.</param>
/// <param name="OfData">a, the data's weight in the target.</param>
/// <param name="OfNoise">b, the noise's weight in the target.</param>
/// <param name="Weight">The factor of the squared error, at least 0.</param>
public readonly record struct NetworkTarget(double InputScale, double TimeInput, double OfData, double OfNoise, double Weight);

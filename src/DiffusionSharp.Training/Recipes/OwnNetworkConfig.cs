using DiffusionSharp.Networks;

namespace DiffusionSharp.Training.Recipes;

/// <summary>What a configuration says of a network that is a function of the program that trains it (<see cref="NetworkFunction"/>).</summary>
/// <param name="SampleShape">The dimensions of one sample: [D], [H, W, C], or others of up to four.</param>
public sealed record OwnNetworkConfig(IReadOnlyList<int> SampleShape);

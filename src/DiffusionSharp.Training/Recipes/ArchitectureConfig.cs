using DiffusionSharp.Networks;

namespace DiffusionSharp.Training.Recipes;

/// <summary>The network: exactly one of the three.</summary>
/// <param name="UNet">The network for pictures; exactly one network is given.</param>
/// <param name="Mlp">The network for vectors.</param>
/// <param name="OwnNetwork">The samples of a network that is a function of the program that trains: <see cref="RunConfig.Network"/>.</param>
public sealed record ArchitectureConfig(
    UNet2DOptions? UNet = null,
    MlpOptions? Mlp = null,
    OwnNetworkConfig? OwnNetwork = null);

using DiffusionSharp.Networks.Optimization;

namespace DiffusionSharp.Training.Recipes;

/// <summary>The averages of the weights.</summary>
/// <param name="Ema">The average of the weights that sampling uses.</param>
/// <param name="MoreEma">Averages of the weights beside <paramref name="Ema"/>, by name (a-z, 0-9 and -); null: none.</param>
public sealed record AveragesConfig(
    EmaOptions? Ema = null,
    IReadOnlyDictionary<string, EmaOptions>? MoreEma = null);

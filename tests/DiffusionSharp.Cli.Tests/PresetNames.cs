using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Tests;

/// <summary>The presets as messages list them.</summary>
internal static class PresetNames
{
    public static string Joined => string.Join(", ", Presets.All.Select(p => p.Name));
}

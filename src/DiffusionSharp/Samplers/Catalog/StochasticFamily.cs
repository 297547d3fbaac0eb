namespace DiffusionSharp.Samplers.Catalog;

/// <summary>The reverse SDE, predictor and corrector, error control, consistency sampling and inversion.</summary>
internal static class StochasticFamily
{
    public static IReadOnlyList<SamplerEntry> Entries { get; } = [];
}

namespace DiffusionSharp.Samplers.Catalog;

/// <summary>Methods that reuse the estimates of earlier steps: Adams, DEIS, UniPC, SA-Solver.</summary>
internal static class MultistepFamily
{
    public static IReadOnlyList<SamplerEntry> Entries { get; } = [];
}

namespace DiffusionSharp.Samplers.Catalog;

/// <summary>Langevin dynamics at one level and along levels.</summary>
internal static class LangevinFamily
{
    public static IReadOnlyList<SamplerEntry> Entries { get; } = [];
}

namespace DiffusionSharp.Samplers.Catalog;

/// <summary>Every sampler that needs nothing but a denoiser, by name.</summary>
public static class SamplerCatalog
{
    /// <summary>All of them, family by family.</summary>
    public static IReadOnlyList<SamplerEntry> All { get; } =
    [
        .. AncestralFamily.Entries,
        .. RungeKuttaFamily.Entries,
        .. DpmSolverFamily.Entries,
        .. MultistepFamily.Entries,
        .. StochasticFamily.Entries,
        .. LangevinFamily.Entries,
    ];

    /// <summary>The sampler of a name.</summary>
    /// <param name="name">As in <see cref="SamplerEntry.Name"/>.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static SamplerEntry Find(string name) =>
        All.FirstOrDefault(e => e.Name == name)
        ?? throw new ArgumentException($"There is no sampler '{name}'; there are {string.Join(", ", All.Select(e => e.Name))}.", nameof(name));
}

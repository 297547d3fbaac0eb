namespace DiffusionSharp.Samplers.Catalog;

/// <summary>Explicit Runge–Kutta methods on the probability flow in (y, s), and their churned and ancestral forms.</summary>
internal static class RungeKuttaFamily
{
    public static IReadOnlyList<SamplerEntry> Entries { get; } = [];
}

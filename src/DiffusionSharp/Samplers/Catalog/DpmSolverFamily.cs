namespace DiffusionSharp.Samplers.Catalog;

/// <summary>DPM-Solver and DPM-Solver++, exponential integrators in the log SNR, with their stochastic forms.</summary>
internal static class DpmSolverFamily
{
    public static IReadOnlyList<SamplerEntry> Entries { get; } = [];
}

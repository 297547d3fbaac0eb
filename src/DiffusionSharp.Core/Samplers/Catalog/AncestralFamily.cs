namespace DiffusionSharp.Samplers.Catalog;

/// <summary>Samplers that draw from, or interpolate, the posterior q(x_s | x_t, x₀), and those that jump to the data and noise back up.</summary>
internal static class AncestralFamily
{
    public static IReadOnlyList<SamplerEntry> Entries { get; } =
    [
        new("ddpm", "ancestral sampling: fresh noise at every step",
            "Ho et al. 2020, arXiv:2006.11239, algorithm 2", SamplerOption.Variance,
            (schedule, grid, o) => new DdpmSampler(schedule, grid, o.Variance ?? DdpmVariance.FixedSmall)),
        new("ddim", "deterministic at η = 0, ancestral at η = 1",
            "Song et al. 2021, arXiv:2010.02502, equation 12", SamplerOption.Eta,
            (schedule, grid, o) => new DdimSampler(schedule, grid, o.Eta ?? 0)),
        new("consistency", "for consistency models (CM, LCM): jump to the data, noise back up",
            "Song et al. 2023, arXiv:2303.01469, algorithm 1; Luo et al. 2023, arXiv:2310.04378", SamplerOption.None,
            (schedule, grid, o) => new ConsistencySampler(schedule, grid)),
        new("tcd", "for trajectory consistency models: jump below the target by η = γ, noise back up",
            "Zheng et al. 2024, arXiv:2402.19159, algorithm 2", SamplerOption.Eta,
            (schedule, grid, o) => new ConsistencySampler(schedule, grid, o.Eta ?? 0.3)),
    ];
}

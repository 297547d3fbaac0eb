namespace DiffusionSharp.Samplers.Catalog;

/// <summary>Explicit Runge–Kutta methods on the probability flow in (y, s), and their churned and ancestral forms.</summary>
internal static class RungeKuttaFamily
{
    public static IReadOnlyList<SamplerEntry> Entries { get; } =
    [
        new("euler", "Euler's method on the probability flow: DDIM in other words, churn optional",
            "Karras et al. 2022, arXiv:2206.00364, algorithm 1", SamplerOption.Churn,
            (schedule, grid, o) => new EulerSampler(schedule, grid, ChurnOf(o))),
        new("heun", "Heun's method on the probability flow, churn optional",
            "Karras et al. 2022, arXiv:2206.00364, algorithm 1", SamplerOption.Churn,
            (schedule, grid, o) => new HeunSampler(schedule, grid, ChurnOf(o))),
        new("heun-flow", "Heun's method on the straight path of flow matching",
            "Lipman et al. 2023, arXiv:2210.02747, section 5; Karras et al. 2022, arXiv:2206.00364", SamplerOption.None,
            (schedule, grid, o) => new HeunSampler(schedule, grid, coordinates: FlowCoordinates.Straight)),
        new("edm", "EDM's stochastic sampler: Heun with churn, S_churn 20 between σ/α 0.05 and 50",
            "Karras et al. 2022, arXiv:2206.00364, algorithm 2 and table 5", SamplerOption.Churn,
            (schedule, grid, o) => new HeunSampler(schedule, grid, new Churn(o.Churn ?? 20, 0.05, 50))),
        new("dpm2", "the midpoint method with its stage half way in ln σ, churn optional",
            "Lu et al. 2022, arXiv:2206.00927, algorithm 1", SamplerOption.Churn,
            (schedule, grid, o) => new Dpm2Sampler(schedule, grid, ChurnOf(o))),
        new("euler-ancestral", "Euler below the target, then fresh noise",
            "Song et al. 2021, arXiv:2010.02502, equation 16", SamplerOption.Eta,
            (schedule, grid, o) => new EulerAncestralSampler(schedule, grid, o.Eta ?? 1)),
        new("dpm2-ancestral", "the midpoint method below the target, then fresh noise",
            "Song et al. 2021, arXiv:2010.02502, equation 16; Lu et al. 2022, arXiv:2206.00927", SamplerOption.Eta,
            (schedule, grid, o) => new Dpm2AncestralSampler(schedule, grid, o.Eta ?? 1)),
    ];

    private static Churn ChurnOf(SamplerOptions options) => options.Churn is { } amount ? new Churn(amount) : Churn.None;
}

namespace DiffusionSharp.Samplers.Catalog;

/// <summary>The reverse SDE, predictor and corrector, error control, consistency sampling and inversion.</summary>
internal static class StochasticFamily
{
    public static IReadOnlyList<SamplerEntry> Entries { get; } =
    [
        new("euler-maruyama", "Euler–Maruyama on the reverse SDE",
            "Song et al. 2021, arXiv:2011.13456, equation 6", SamplerOption.None,
            (schedule, grid, _) => new EulerMaruyamaSampler(schedule, grid)),
        new("reverse-diffusion", "the forward step between two levels, reversed",
            "Song et al. 2021, arXiv:2011.13456, appendix E", SamplerOption.None,
            (schedule, grid, _) => new ReverseDiffusionSampler(schedule, grid)),
        new("predictor-corrector", "reverse diffusion, corrected by Langevin steps sized by the level",
            "Song et al. 2021, arXiv:2011.13456, algorithms 4 and 5, appendix G", SamplerOption.Snr | SamplerOption.LangevinSteps,
            (schedule, grid, o) => new PredictorCorrectorSampler(schedule, grid, o.Snr ?? 0.16, o.LangevinSteps ?? 1)),
        new("rk45", "adaptive Runge–Kutta on the probability flow, error control per sample",
            "Dormand and Prince 1980; Song et al. 2021, arXiv:2011.13456, appendix D.2", SamplerOption.Tolerance,
            (schedule, grid, o) => new DormandPrinceSampler(schedule, grid, o.Tolerance ?? 1e-5)),
        new("bdia", "DDIM that can be inverted exactly",
            "Zhang et al. 2024, arXiv:2307.10829, section 4", SamplerOption.None,
            (schedule, grid, _) => new BdiaSampler(schedule, grid)),
    ];
}

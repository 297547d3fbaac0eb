namespace DiffusionSharp.Samplers.Catalog;

/// <summary>Methods that reuse the estimates of earlier steps: Adams, DEIS, UniPC, SA-Solver.</summary>
internal static class MultistepFamily
{
    private const string Edm = "Adams–Bashforth in σ/α, on the flow of Karras et al. 2022, arXiv:2206.00364, equation 1";
    private const string Pndm = "Liu et al. 2022, arXiv:2202.09778, algorithm 2";
    private const string Deis = "Zhang and Chen 2022, arXiv:2204.13902, equation 15";
    private const string UniPc = "Zhao et al. 2023, arXiv:2302.04867, algorithms 5 and 6";
    private const string SaSolver = "Xue et al. 2023, arXiv:2309.05019, algorithm 1";

    public static IReadOnlyList<SamplerEntry> Entries { get; } =
    [
        new("lms-2", "linear multistep in σ/α, two estimates", Edm, SamplerOption.None, (schedule, grid, _) => new LmsSampler(schedule, grid, 2)),
        new("lms-3", "linear multistep in σ/α, three estimates", Edm, SamplerOption.None, (schedule, grid, _) => new LmsSampler(schedule, grid, 3)),
        new("lms", "linear multistep in σ/α, four estimates", Edm, SamplerOption.None, (schedule, grid, _) => new LmsSampler(schedule, grid)),
        new("pndm", "pseudo linear multistep after three pseudo Runge–Kutta steps", Pndm, SamplerOption.None, (schedule, grid, _) => new PndmSampler(schedule, grid)),
        new("plms", "pseudo linear multistep after a step of Heun's method", Pndm, SamplerOption.None, (schedule, grid, _) => new PndmSampler(schedule, grid, PndmStart.Heun)),
        new("ipndm", "pseudo linear multistep from one estimate upwards", "Zhang and Chen 2022, arXiv:2204.13902, appendix H", SamplerOption.None, (schedule, grid, _) => new PndmSampler(schedule, grid, PndmStart.Euler)),
        new("deis-2", "exponential integrator, two noise estimates, polynomial in ln(σ/α)", Deis, SamplerOption.None, (schedule, grid, _) => new DeisSampler(schedule, grid, 2)),
        new("deis-3", "exponential integrator, three noise estimates, polynomial in ln(σ/α)", Deis, SamplerOption.None, (schedule, grid, _) => new DeisSampler(schedule, grid)),
        new("deis-time-3", "exponential integrator, three noise estimates, polynomial in time (tAB-DEIS)", Deis, SamplerOption.None, (schedule, grid, _) => new DeisSampler(schedule, grid, 3, DeisVariable.Time)),
        new("unip-2", "predictor of UniPC alone, two data estimates", UniPc, SamplerOption.None, (schedule, grid, _) => new UniPcSampler(schedule, grid, corrects: _ => false)),
        new("unip-3", "predictor of UniPC alone, three data estimates", UniPc, SamplerOption.None, (schedule, grid, _) => new UniPcSampler(schedule, grid, 3, corrects: _ => false)),
        new("unipc-2", "predictor of two data estimates and corrector, one call", UniPc, SamplerOption.None, (schedule, grid, _) => new UniPcSampler(schedule, grid)),
        new("unipc-3", "predictor of three data estimates and corrector, one call", UniPc, SamplerOption.None, (schedule, grid, _) => new UniPcSampler(schedule, grid, 3)),
        new("unipc-noise-2", "predictor of two noise estimates and corrector, one call", UniPc, SamplerOption.None, (schedule, grid, _) => new UniPcSampler(schedule, grid, form: DpmSolverForm.Noise)),
        new("sa-solver", "stochastic Adams on the reverse SDE, two estimates in predictor and corrector", SaSolver, SamplerOption.None, (schedule, grid, _) => new SaSolverSampler(schedule, grid)),
        new("sa-solver-ode", "stochastic Adams without noise, two estimates in the predictor, three in the corrector", SaSolver, SamplerOption.None, (schedule, grid, _) => new SaSolverSampler(schedule, grid, 2, 3, _ => 0)),
    ];
}

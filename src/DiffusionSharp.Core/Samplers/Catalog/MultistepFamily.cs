using DiffusionSharp.Schedules;

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
        Plain("lms-2", "linear multistep in σ/α, two estimates", Edm, (schedule, grid) => new LmsSampler(schedule, grid, 2)),
        Plain("lms-3", "linear multistep in σ/α, three estimates", Edm, (schedule, grid) => new LmsSampler(schedule, grid, 3)),
        Plain("lms", "linear multistep in σ/α, four estimates", Edm, (schedule, grid) => new LmsSampler(schedule, grid)),
        Plain("pndm", "pseudo linear multistep after three pseudo Runge–Kutta steps", Pndm, (schedule, grid) => new PndmSampler(schedule, grid)),
        Plain("plms", "pseudo linear multistep after a step of Heun's method", Pndm, (schedule, grid) => new PndmSampler(schedule, grid, PndmStart.Heun)),
        Plain("ipndm", "pseudo linear multistep from one estimate upwards", "Zhang and Chen 2022, arXiv:2204.13902, appendix H",
            (schedule, grid) => new PndmSampler(schedule, grid, PndmStart.Euler)),
        Plain("deis-2", "exponential integrator, two noise estimates, polynomial in ln(σ/α)", Deis, (schedule, grid) => new DeisSampler(schedule, grid, 2)),
        Plain("deis-3", "exponential integrator, three noise estimates, polynomial in ln(σ/α)", Deis, (schedule, grid) => new DeisSampler(schedule, grid)),
        Plain("deis-time-3", "exponential integrator, three noise estimates, polynomial in time (tAB-DEIS)", Deis,
            (schedule, grid) => new DeisSampler(schedule, grid, 3, DeisVariable.Time)),
        Plain("unip-2", "predictor of UniPC alone, two data estimates", UniPc, (schedule, grid) => new UniPcSampler(schedule, grid, corrects: _ => false)),
        Plain("unip-3", "predictor of UniPC alone, three data estimates", UniPc, (schedule, grid) => new UniPcSampler(schedule, grid, 3, corrects: _ => false)),
        Plain("unipc-2", "predictor of two data estimates and corrector, one call", UniPc, (schedule, grid) => new UniPcSampler(schedule, grid)),
        Plain("unipc-3", "predictor of three data estimates and corrector, one call", UniPc, (schedule, grid) => new UniPcSampler(schedule, grid, 3)),
        Plain("unipc-noise-2", "predictor of two noise estimates and corrector, one call", UniPc,
            (schedule, grid) => new UniPcSampler(schedule, grid, form: DpmSolverForm.Noise)),
        Plain("sa-solver", "stochastic Adams on the reverse SDE, two estimates in predictor and corrector", SaSolver,
            (schedule, grid) => new SaSolverSampler(schedule, grid)),
        Plain("sa-solver-ode", "stochastic Adams without noise, two estimates in the predictor, three in the corrector", SaSolver,
            (schedule, grid) => new SaSolverSampler(schedule, grid, 2, 3, _ => 0)),
    ];

    // None of them takes an option.
    private static SamplerEntry Plain(string name, string description, string source, Func<Schedule, TimeGrid, Sampler> make) =>
        new(name, description, source, SamplerOption.None, (schedule, grid, _) => make(schedule, grid));
}

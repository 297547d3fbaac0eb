using DiffusionSharp.Langevin;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Samplers.Catalog;

/// <summary>Langevin dynamics at one level and along levels.</summary>
internal static class LangevinFamily
{
    private const SamplerOption Options = SamplerOption.StepSize | SamplerOption.LangevinSteps;

    public static IReadOnlyList<SamplerEntry> Entries { get; } =
    [
        // The papers take 100 steps at each of 10 levels and 5 at each of 232; a grid here has tens to hundreds of levels.
        new("ncsn", "annealed Langevin dynamics, without final denoising; wants fifty levels and more",
            "Song and Ermon 2019, arXiv:1907.05600, algorithm 1", Options,
            (schedule, grid, o) => new AnnealedLangevinSampler(schedule, grid, o.StepSize ?? 0.2, o.LangevinSteps ?? 5, finalDenoising: false)),
        new("ncsn-v2", "annealed Langevin dynamics whose steps come from the levels' ratios, with final denoising; wants hundreds of levels",
            "Song and Ermon 2020, arXiv:2006.09011, algorithm 1 and technique 4", Options,
            (schedule, grid, o) => Designed(schedule, grid, o.StepSize, o.LangevinSteps ?? 5)),
        new("langevin", "unadjusted Langevin dynamics at the grid's last level; for laws that are smooth there",
            "Roberts and Tweedie 1996; Welling and Teh 2011", Options,
            (schedule, grid, o) => new UnadjustedLangevinSampler(schedule, grid, o.StepSize ?? 0.02, o.LangevinSteps ?? 5)),
        new("langevin-metropolis", "Metropolis-adjusted Langevin dynamics at the grid's last level",
            "Roberts and Tweedie 1996; Girolami and Calderhead 2011, section 2", Options,
            (schedule, grid, o) => new MetropolisLangevinSampler(schedule, grid, o.StepSize ?? 0.1, o.LangevinSteps ?? 2), NeedsDensity: true),
    ];

    // The ratios are of the grid's levels: whether it has them is asked before, with the message that every sampler has.
    private static AnnealedLangevinSampler Designed(Schedule schedule, TimeGrid grid, double? stepSize, int langevinSteps)
    {
        if (stepSize is null) Sampler.CheckGrid(schedule, grid, nameof(AnnealedLangevinSampler));
        return new AnnealedLangevinSampler(schedule, grid, stepSize ?? NcsnDesign.StepSize(schedule, grid, langevinSteps), langevinSteps);
    }
}

using DiffusionSharp.Schedules;

namespace DiffusionSharp.Samplers.Catalog;

/// <summary>DPM-Solver and DPM-Solver++, exponential integrators in the log SNR, with their stochastic forms.</summary>
internal static class DpmSolverFamily
{
    private const string Noise = "Lu et al. 2022, arXiv:2206.00927";
    private const string Data = "Lu et al. 2022, arXiv:2211.01095";

    public static IReadOnlyList<SamplerEntry> Entries { get; } =
    [
        Single("dpm-solver-1s", 1, DpmSolverForm.Noise, "DPM-Solver of order 1, which is DDIM", $"{Noise}, equation 3.7"),
        Single("dpm-solver-2s", 2, DpmSolverForm.Noise, "DPM-Solver on two stages", $"{Noise}, algorithm 1"),
        Single("dpm-solver-3s", 3, DpmSolverForm.Noise, "DPM-Solver on three stages", $"{Noise}, algorithm 2"),
        Several("dpm-solver-2m", 2, DpmSolverForm.Noise, DpmSolverVariant.Midpoint, "DPM-Solver over two steps", $"{Noise}, with {Data}, algorithm 2"),
        Several("dpm-solver-3m", 3, DpmSolverForm.Noise, DpmSolverVariant.Midpoint, "DPM-Solver over three steps", $"{Noise}, with {Data}, algorithm 2"),
        Sde("dpm-solver-1m-sde", 1, DpmSolverForm.Noise, DpmSolverVariant.Midpoint, "the reverse SDE, noise estimate held", $"{Data}, appendix E"),
        Sde("dpm-solver-2m-sde", 2, DpmSolverForm.Noise, DpmSolverVariant.Midpoint,
            "the reverse SDE, noise estimate over two steps; diverges with few", $"{Data}, appendix E"),
        Single("dpmpp-2s", 2, DpmSolverForm.Data, "DPM-Solver++ on two stages", $"{Data}, algorithm 1"),
        Single("dpmpp-2s-heun", 2, DpmSolverForm.Data, "DPM-Solver++ on two stages, slope integrated", $"{Data}, algorithm 1", DpmSolverVariant.Heun),
        Single("dpmpp-3s", 3, DpmSolverForm.Data, "DPM-Solver++ on three stages", $"{Data}, appendix B"),
        Single("dpmpp-3s-heun", 3, DpmSolverForm.Data, "DPM-Solver++ on three stages, with the curvature", $"{Data}, appendix B", DpmSolverVariant.Heun),
        Several("dpmpp-1m", 1, DpmSolverForm.Data, DpmSolverVariant.Midpoint, "DPM-Solver++ of order 1, which is DDIM", $"{Data}, equation 9"),
        Several("dpmpp-2m", 2, DpmSolverForm.Data, DpmSolverVariant.Midpoint, "DPM-Solver++ over two steps: second order at one call", $"{Data}, algorithm 2"),
        Several("dpmpp-2m-heun", 2, DpmSolverForm.Data, DpmSolverVariant.Heun, "DPM-Solver++ over two steps, slope integrated", $"{Data}, algorithm 2"),
        Several("dpmpp-3m", 3, DpmSolverForm.Data, DpmSolverVariant.Midpoint, "DPM-Solver++ over three steps: third order at one call", $"{Data}, algorithm 2"),
        Sde("dpmpp-1m-sde", 1, DpmSolverForm.Data, DpmSolverVariant.Midpoint, "the reverse SDE, data estimate held", $"{Data}, appendix E"),
        Sde("dpmpp-2m-sde", 2, DpmSolverForm.Data, DpmSolverVariant.Midpoint, "the reverse SDE, data estimate over two steps", $"{Data}, appendix E"),
        Sde("dpmpp-2m-sde-heun", 2, DpmSolverForm.Data, DpmSolverVariant.Heun, "the same, slope integrated", $"{Data}, appendix E"),
        Sde("dpmpp-3m-sde", 3, DpmSolverForm.Data, DpmSolverVariant.Heun, "the reverse SDE, data estimate over three steps", $"{Data}, appendix E"),
        new("dpmpp-2s-ancestral", "DPM-Solver++ on two stages to a lower level, then fresh noise",
            $"{Data}, algorithm 1, with Song et al. 2021, arXiv:2010.02502, equation 16", SamplerOption.Eta,
            (schedule, grid, o) => new DpmSolverSingleStep(schedule, grid, 2, eta: o.Eta ?? 1)),
        new("dpmpp-3s-ancestral", "DPM-Solver++ on three stages to a lower level, then fresh noise",
            $"{Data}, appendix B, with Song et al. 2021, arXiv:2010.02502, equation 16", SamplerOption.Eta,
            (schedule, grid, o) => new DpmSolverSingleStep(schedule, grid, 3, eta: o.Eta ?? 1)),
        new("dpmpp-sde", "the reverse SDE on two stages that share its noise",
            $"{Data}, appendix E", SamplerOption.Eta,
            (schedule, grid, o) => new DpmSolverSingleStep(schedule, grid, 2, eta: o.Eta ?? 1, noise: DpmSolverNoise.AlongPath)),
        new("dpm-fast", "DPM-Solver of order 3, the last two steps of orders 2 and 1",
            $"{Noise}, appendix D.4", SamplerOption.Eta,
            (schedule, grid, o) => new DpmSolverSingleStep(schedule, grid, 3, DpmSolverForm.Noise, eta: o.Eta ?? 0, orders: DpmSolverOrders.Fast(grid.Count))),
        new("dpm-adaptive", "DPM-Solver-23 with error control per sample",
            $"{Noise}, algorithm 3", SamplerOption.Tolerance, Adaptive(3)),
        new("dpm-adaptive-12", "DPM-Solver-12 with error control per sample",
            $"{Noise}, algorithm 3", SamplerOption.Tolerance, Adaptive(2)),
    ];

    private static SamplerEntry Single(
        string name, int order, DpmSolverForm form, string description, string source, DpmSolverVariant variant = DpmSolverVariant.Midpoint) =>
        new(name, description, source, SamplerOption.None, (schedule, grid, _) => new DpmSolverSingleStep(schedule, grid, order, form, variant));

    private static SamplerEntry Several(string name, int order, DpmSolverForm form, DpmSolverVariant variant, string description, string source) =>
        new(name, description, source, SamplerOption.None, (schedule, grid, _) => new DpmSolverMultistep(schedule, grid, order, form, variant));

    private static SamplerEntry Sde(string name, int order, DpmSolverForm form, DpmSolverVariant variant, string description, string source) =>
        new(name, description, source, SamplerOption.Eta, (schedule, grid, o) => new DpmSolverMultistep(schedule, grid, order, form, variant, o.Eta ?? 1));

    private static Func<Schedule, TimeGrid, SamplerOptions, Sampler> Adaptive(int order) => (schedule, grid, o) => o.Tolerance is { } tolerance
        ? new DpmSolverAdaptive(schedule, grid, order, tolerance, tolerance)
        : new DpmSolverAdaptive(schedule, grid, order);
}

using System.Text.Json;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Grids of recorded schedulers with a schedule of their own: EDM, flow matching, variance exploding, crash, consistency.</summary>
public sealed class RecordedScheduleTestsNative
{
    [Fact]
    public void Timesteps_and_sigmas_of_schedulers_with_their_own_schedule_agree_with_the_recorded_ones() =>
        RecordedGrids.Replay(RecordedGrids.Native, 53, Ours);

    private static RecordedGrid Ours(string name, JsonElement config, int steps) => name switch
    {
        "edm_euler" or "edm_dpm" => Edm(Grids.Karras(new EdmSchedule(), steps)),
        "edm_euler_exp" or "edm_dpm_exp" => Edm(Grids.Exponential(new EdmSchedule(), steps)),

        // One of the forty levels in every ⌊40/S⌋ was trained for; the last step ends at the least noise.
        "cm" => Consistency(Grids.Karras(new EdmSchedule(), 40).Times, steps),
        "sde_ve" or "sde_ve_50" => Exploding(new VeGeometricSchedule(0.01, config.Number("sigma_max", 1348)), steps),
        "ipndm" => Crash(new VpCosineSchedule(0), steps),
        "flow_euler_karras" => Flow(new FlowSchedule(), s => Grids.Karras(s, steps, InTime)),
        "flow_euler_exponential" => Flow(new FlowSchedule(), s => Grids.Exponential(s, steps, InTime)),
        "flow_euler_beta" => Flow(new FlowSchedule(), s => Grids.Beta(s, steps)),

        // These truncate, and take even steps from 0.999 down to clean data.
        "unipc_flow" or "dpm_multi_flow" => Flow(new FlowSchedule(config.Number("flow_shift", 1)), _ => TimeGrid.Uniform(0.999, 0, steps)) with { Told = Told.Truncated },
        "flow_heun" or "flow_heun_shift3" => Heun(Shifted(config, steps)),
        _ => Shifted(config, steps),
    };

    private static GridRange InTime => new(Scale: GridScale.Time);

    // The network is told ln(σ)/4.
    private static RecordedGrid Edm(TimeGrid grid) => new([.. grid.Times.ToArray().Select(t => Math.Log(t) / 4)], [.. grid.Times, 0]);

    private static RecordedGrid Consistency(ReadOnlySpan<double> all, int steps)
    {
        var levels = new double[steps];
        for (var i = 0; i < steps; i++) levels[i] = all[i * (40 / steps)];
        return new RecordedGrid([.. levels.Select(t => 250 * Math.Log(t))], [.. levels, all[^1]]);
    }

    private static RecordedGrid Exploding(VeGeometricSchedule schedule, int steps)
    {
        var grid = Grids.Even(schedule, steps, new GridRange(1e-5, Scale: GridScale.Time));
        return new RecordedGrid(grid.Times.ToArray(), grid.Ratios(schedule)[..^1]);
    }

    // σ = sin²(πu/2) on α = cos(πt/2), σ = sin(πt/2).
    private static RecordedGrid Crash(VpCosineSchedule schedule, int steps)
    {
        double[] sigmas = [.. Enumerable.Range(0, steps).Select(i => Math.Pow(Math.Sin(Math.PI / 2 * (steps - i) / steps), 2)), 0];
        var grid = Grids.FromRatios(schedule, [.. sigmas.Select(s => s / Math.Sqrt(1 - (s * s)))]);
        return new RecordedGrid(grid.Times.ToArray(), [.. grid.Times.ToArray().Select(schedule.Sigma), 0]);
    }

    private static RecordedGrid Shifted(JsonElement config, int steps)
    {
        var shift = config.TryGetProperty("set_timesteps", out var arguments) ? Math.Exp(arguments.GetProperty("mu").GetDouble()) : config.Number("shift", 1);

        // The tool shifts its σ_min of 0.001 when it is made and once more with the grid; the dynamic shift only the second time.
        var smallest = new FlowSchedule(config.Number("shift", 1)).Sigma(1e-3);
        return Flow(new FlowSchedule(shift), s => Grids.Even(s, steps, new GridRange(smallest, Scale: GridScale.Time)));
    }

    private static RecordedGrid Flow(FlowSchedule schedule, Func<FlowSchedule, TimeGrid> grid)
    {
        double[] sigmas = [.. grid(schedule).Times.ToArray().Select(schedule.Sigma)];
        return new RecordedGrid([.. sigmas.Select(s => 1000 * s)], [.. sigmas, 0]);
    }

    private static RecordedGrid Heun(RecordedGrid grid) => new(grid.Times.Doubled(), [.. grid.Sigmas![..^1].Doubled(), 0]);
}

using System.Text.Json;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Grids of the recorded exponential integrators: DPM-Solver, DEIS, UniPC, SA-Solver.</summary>
public sealed class RecordedScheduleTestsMultistep
{
    [Fact]
    public void Timesteps_and_sigmas_of_exponential_integrators_agree_with_the_recorded_ones() =>
        RecordedGrids.Replay(RecordedGrids.OfMultistep, 504, Ours);

    private static RecordedGrid Ours(string name, JsonElement config, int steps)
    {
        var schedule = Recorded.Schedule(config, RecordedGrids.LastAlphaBar);
        var range = new GridRange(Largest: schedule.RatioAt(999));
        var (grid, told) = name.Split('_', 3) switch
        {
            [_, .., "karras"] => (Grids.Karras(schedule, steps, range), Told.Rounded),
            [_, _, "exponential"] => (Grids.Exponential(schedule, steps, range), Told.Truncated),
            [_, _, "beta"] => (Grids.Beta(schedule, steps, range), Told.Truncated),
            [_, _, "lu"] => (Grids.UniformLogSnr(schedule, steps, range), Told.Rounded),
            _ => (Spaced(config, steps), Told.Exactly),
        };
        if (name is "deis" or "sasolver" or "dpm_multi_sigma_min") grid = grid.EndingAtFirstLevel();
        return new RecordedGrid(told == Told.Exactly ? grid.Times.ToArray() : grid.ToldFrom(999), grid.Ratios(schedule), told);
    }

    private static TimeGrid Spaced(JsonElement config, int steps) => config.Text("timestep_spacing", "linspace") switch
    {
        "leading" => Timesteps.Leading(1000, steps + 1).WithLastStepsJoined(),
        "linspace" => Timesteps.Linspace(1000, steps + 1).WithLastStepsJoined(),
        _ => Timesteps.Trailing(1000, steps),
    };
}

using System.Text.Json;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Grids of the recorded samplers that count in σ/α: Euler, Heun, LMS, DPM2 and their kin.</summary>
public sealed class RecordedScheduleTestsSigmas
{
    [Fact]
    public void Timesteps_and_sigmas_of_samplers_that_count_in_sigma_agree_with_the_recorded_ones() =>
        RecordedGrids.Replay(RecordedGrids.OnSigmas, 567, Ours);

    private static RecordedGrid Ours(string name, JsonElement config, int steps)
    {
        var schedule = Recorded.Schedule(config, RecordedGrids.LastAlphaBar);
        var linspace = config.Text("timestep_spacing", "linspace") == "linspace";
        var plain = linspace ? Timesteps.UnroundedLinspace(schedule, steps) : Recorded.Grid(config, steps);

        // The tool tells the model the even time, although its σ is that of a neighbouring one.
        double[] told = linspace ? [.. Enumerable.Range(0, steps).Select(i => 999.0 * (steps - 1 - i) / (steps - 1))] : plain.Times.ToArray();
        if (name == "euler_loglinear")
            return new RecordedGrid(told, [.. Grids.UniformLogSnr(schedule, steps, new GridRange(Largest: schedule.RatioAt(999), End: GridEnd.Smallest)).Ratios(schedule), 0]);

        // Its ramps run between the first and the last level of the spacing.
        var range = new GridRange(schedule.RatioAt(plain.Times[^1]), schedule.RatioAt(plain.Start));
        var (grid, ramp) = name.Split('_')[^1] switch
        {
            "karras" => (Grids.Karras(schedule, steps, range), true),
            "exponential" => (Grids.Exponential(schedule, steps, range), true),
            "beta" => (Grids.Beta(schedule, steps, range), true),
            _ => (plain, false),
        };
        if (ramp) told = grid.ToldFrom(plain.Start);
        var sigmas = grid.Ratios(schedule);
        var levels = sigmas[..^1];
        switch (name)
        {
            case "heun" or "heun_karras":
                return new RecordedGrid(told.Doubled(), [.. levels.Doubled(), 0]);
            case "dpm_sde" or "dpm_sde_karras":
                return new RecordedGrid(Between(told, i => Math.Sqrt(levels[i] * levels[i + 1])), [.. levels.Doubled(), 0]);
            case "kdpm2" or "kdpm2_karras":
                if (ramp) told = [.. told.Select(t => Math.Round(t, MidpointRounding.ToEven))];
                return new RecordedGrid(Between(told, i => Math.Sqrt(levels[i] * levels[i + 1])), [.. levels.Doubled(), 0, 0, 0]);
            case "kdpm2_a":
                // Halfway, in ln σ, to the level σ′²/σ to which an ancestral step goes down: σ′.
                return new RecordedGrid(Between(told, i => levels[i + 1]), [.. levels.Doubled(), 0, 0, 0]);
            default:
                return new RecordedGrid(told, sigmas);
        }

        double[] Between(double[] times, Func<int, double> middle) =>
            [.. times.SelectMany((t, i) => i == times.Length - 1 ? [t] : new[] { t, schedule.AtRatio(middle(i)).Time })];
    }
}

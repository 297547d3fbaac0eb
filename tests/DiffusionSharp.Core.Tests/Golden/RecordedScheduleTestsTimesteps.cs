using System.Text.Json;
using DiffusionSharp.Schedules;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>Grids on trained timesteps against the recorded ones, exactly; and that no recorded case belongs to no group.</summary>
public sealed class RecordedScheduleTestsTimesteps
{
    [Fact]
    public void Every_recorded_case_is_replayed_by_one_of_the_groups()
    {
        using var stock = GoldenFile.Require("schedules", "schedules_stock");
        string[] all = [.. RecordedGrids.OnTimesteps, .. RecordedGrids.OnSigmas, .. RecordedGrids.OfMultistep, .. RecordedGrids.Native];
        Assert.Equal(all.Distinct().Count(), all.Length);
        Assert.Equal(1502, stock.Cases.Count());
        foreach (var (key, _) in stock.Cases) Assert.Contains(key.Split('/')[0], all);
    }

    [Fact]
    public void Timesteps_of_the_ancestral_implicit_multistep_and_distilled_schedulers_equal_the_recorded_ones() =>
        RecordedGrids.Replay(RecordedGrids.OnTimesteps, 378, (name, config, steps) => new RecordedGrid(Told(name, config, steps), null));

    private static double[] Told(string name, JsonElement config, int steps)
    {
        if (name is "lcm" or "tcd") return Timesteps.Distilled(1000, steps).Times.ToArray();
        var times = Recorded.Grid(config, steps).Times.ToArray();
        return name switch
        {
            "ddim_inverse" => [.. times.Reverse()],

            // The first step of PLMS without a Runge–Kutta start asks twice at its end.
            "pndm_skip" => [times[0], times[1], .. times[1..]],

            // Three Runge–Kutta steps: start, twice the middle, end; the middle by half of ⌊T/S⌋ whatever the spacing.
            "pndm" => [.. times[..3].SelectMany((t, i) => new[] { t, times[i + 1] + (1000 / steps / 2), times[i + 1] + (1000 / steps / 2), times[i + 1] }), .. times[3..]],
            _ => times,
        };
    }
}

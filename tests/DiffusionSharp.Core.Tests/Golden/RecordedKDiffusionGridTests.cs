using DiffusionSharp.Schedules;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>The grids of σ and the conversions between σ and t of the recorded σ-family tool.</summary>
public sealed class RecordedKDiffusionGridTests
{
    [Fact]
    public void Every_recorded_grid_of_sigmas_is_one_of_ours()
    {
        using var golden = GoldenFile.Require("kdiffusion", "samplers");
        var compared = 0;
        foreach (var entry in golden.Manifest.RootElement.GetProperty("sigmas").EnumerateObject())
        {
            var (key, c) = (entry.Name, entry.Value);
            var n = c.GetProperty("n").GetInt32();
            Schedule edm = new EdmSchedule();
            GridRange Range() => new(c.GetProperty("sigma_min").GetDouble(), c.GetProperty("sigma_max").GetDouble());
            var ours = c.GetProperty("fn").GetString() switch
            {
                "get_sigmas_karras" => Grids.Karras(edm, n, Range(), c.GetProperty("rho").GetDouble()).Ratios(edm),
                "get_sigmas_exponential" => Grids.Exponential(edm, n, Range()).Ratios(edm),
                "get_sigmas_polyexponential" => Grids.Polyexponential(edm, n, Range(), c.GetProperty("rho").GetDouble()).Ratios(edm),
                "get_sigmas_vp" => Even(new VpLinearSchedule(c.GetProperty("beta_min").GetDouble(), c.GetProperty("beta_min").GetDouble() + c.GetProperty("beta_d").GetDouble()), n, c.GetProperty("eps_s").GetDouble()),
                var other => throw new NotSupportedException(other),
            };
            Near.RelativeToEach(golden[$"sigmas/{key}"].Values, ours, 1e-9, key);
            compared++;
        }

        Assert.Equal(8, compared);
        Assert.Equal(8, golden.Names.Count(n => n.StartsWith("sigmas/", StringComparison.Ordinal)));

        static double[] Even(VpLinearSchedule schedule, int n, double least)
        {
            // The least time is the grid's by default.
            Assert.Equal(schedule.LeastNoiseTime, least);
            return Grids.Even(schedule, n).Ratios(schedule);
        }
    }

    [Fact]
    public void Sigma_and_time_of_a_discrete_model_convert_as_recorded()
    {
        // The tool draws ln σ as a straight line between the trained levels, as our schedules do with ln(α²/σ²). It takes t in float32.
        using var golden = GoldenFile.Require("kdiffusion", "samplers");
        var schedule = DiscreteSchedule.ScaledLinear();
        Near.RelativeToEach(golden["discrete/t_to_sigma"].Values, [.. golden["discrete/t_in"].Values.ToArray().Select(t => schedule.At((float)t).Ratio)], 1e-9, "σ of t");
        double[] times = [.. golden["discrete/q0/sigmas_in"].Values.ToArray().Select(s => schedule.AtRatio(s).Time)];
        Near.RelativeToEach(golden["discrete/q0/sigma_to_t"].Values, times, 1e-9, "t of σ");
        Assert.Equal(golden["discrete/q0/sigmas_in"].Values, golden["discrete/q1/sigmas_in"].Values);
        Assert.Equal(golden["discrete/q1/sigma_to_t"].Values, times.Select(t => Math.Round(t)).ToArray());
    }

    [Fact]
    public void The_sigmas_that_a_discrete_model_samples_at_are_those_of_even_times()
    {
        using var golden = GoldenFile.Require("kdiffusion", "samplers");
        var schedule = DiscreteSchedule.ScaledLinear();

        // Ten steps: evenly spaced from the last level to the first. Without a number of steps the tool visits every level; each hundredth was recorded.
        var ten = Grids.Even(schedule, 10).Ratios(schedule);
        Near.RelativeToEach(golden["discrete/get_sigmas_10"].Values, ten, 1e-9, "10 steps");
        var all = Timesteps.All(1000).Ratios(schedule);
        double[] hundredths = [.. Enumerable.Range(0, 11).Select(i => all[100 * i])];
        Near.RelativeToEach(golden["discrete/get_sigmas_all"].Values, hundredths, 1e-9, "all steps");
        var recorded = golden.Names.Where(n => n.StartsWith("discrete/", StringComparison.Ordinal));
        Assert.Equal(["get_sigmas_10", "get_sigmas_all", "q0/sigma_to_t", "q0/sigmas_in", "q1/sigma_to_t", "q1/sigmas_in", "t_in", "t_to_sigma"], recorded.Select(n => n["discrete/".Length..]).Order(StringComparer.Ordinal));
    }
}

using System.Globalization;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Runs;

/// <summary>What it means to give a run more steps than it was planned for.</summary>
public static class Lengthening
{
    /// <summary>Says how the learning rate moves in a run that is lengthened, and what that makes of the run.</summary>
    /// <param name="old">The run's configuration.</param>
    /// <param name="now">The same with more steps, and with another curve of the rate if wanted.</param>
    /// <param name="done">Steps done; null: all of the old ones.</param>
    /// <returns>One line for people; null where the run is not lengthened.</returns>
    public static string? Describe(RunConfig old, RunConfig now, int? done = null)
    {
        if (now.Steps <= old.Steps) return null;
        var at = done ?? old.Steps;
        ArgumentOutOfRangeException.ThrowIfNegative(at, nameof(done));
        var (peak, constant) = (now.OptimizerOrDefault().Rate, now.RateCurve == RateCurve.Constant);

        // The warm-up and the step after it are the same on every curve.
        var same = at <= now.WarmupSteps + 1 || (constant && old.RateCurve == RateCurve.Constant);
        var before = at == 0 ? 0 : peak * old.LearningRate().Multiplier(at - 1);
        var jump = same ? "" : $": at step {Count(at + 1)} it {Moves(before, peak * now.LearningRate().Multiplier(at), peak)}";
        var end = End(peak * now.LearningRate().Multiplier(now.Steps), peak);
        var rate = (constant, same) switch
        {
            (true, true) when at <= now.WarmupSteps => $"the rate rises to {Rate(peak, peak)} and stays there",
            (true, true) => $"the rate stays at {Rate(peak, peak)}",
            (true, false) => $"the rate is constant{jump} and stays there",
            _ => $"the rate follows {Name(now.RateCurve)} over all {Count(now.Steps)} steps{jump}{(same ? "" : ",")} and falls to {end} at the end",
        };
        var one = same ? "the one" : "not the one";
        return $"{rate}; the run is {one} that {Count(now.Steps)} steps planned from the beginning would have been";
    }

    private static string Moves(double before, double next, double peak)
    {
        var (from, to) = (Rate(before, peak), Rate(next, peak));
        return from == to ? $"goes on from {from}" : $"goes from {from} {(next > before ? "up" : "down")} to {to}";
    }

    private static string Name(RateCurve curve) => curve switch
    {
        RateCurve.Linear => "a straight line",
        RateCurve.Cosine or RateCurve.CosineWithRestarts => "a cosine",
        _ => "a power",
    };

    private static string End(double value, double peak) => Rate(value, peak) == Rate(0, peak) ? "0" : Rate(value, peak);

    // Two digits of the full rate, and four decimals at least.
    private static string Rate(double value, double peak)
    {
        var decimals = Math.Clamp(1 - (int)Math.Floor(Math.Log10(peak)), 4, 15);
        return value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
    }

    private static string Count(int steps) => steps.ToString("N0", CultureInfo.InvariantCulture);
}

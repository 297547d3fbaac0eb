using System.Globalization;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Configuration;

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
        var peak = now.OptimizerOrDefault().Rate;
        var before = at == 0 ? 0 : peak * old.LearningRate().Multiplier(at - 1);
        var (next, last) = (peak * now.LearningRate().Multiplier(at), peak * now.LearningRate().Multiplier(now.Steps - 1));

        // The warm-up and the step after it are the same on every curve.
        var same = at <= now.WarmupSteps + 1 || (old.RateCurve == RateCurve.Constant && now.RateCurve == RateCurve.Constant);
        var curve = now.RateCurve == RateCurve.Constant ? "the rate is constant" : $"the rate follows {Name(now.RateCurve)} over all {Count(now.Steps)} steps";
        var jump = same ? "" : string.Create(CultureInfo.InvariantCulture, $": at step {Count(at + 1)} it {Moves(before, next, peak)}");
        var end = now.RateCurve == RateCurve.Constant ? $"{(same ? ":" : " and")} stays at {Rate(next, peak)}" : $"{(same ? "" : ",")} and falls to {Rate(last, peak)} at the end";
        return $"{curve}{jump}{end}; the run is {(same ? "the one" : "not the one")} that {Count(now.Steps)} steps planned from the beginning would have been";
    }

    private static string Moves(double before, double next, double peak)
    {
        var (from, to) = (Rate(before, peak), Rate(next, peak));
        return from == to ? $"goes on from {from}" : $"goes from {from} {(next > before ? "up" : "down")} to {to}";
    }

    private static string Name(RateCurve curve) => curve switch
    {
        RateCurve.Linear => "a straight line",
        RateCurve.Cosine => "a cosine",
        RateCurve.CosineWithRestarts => "cosines",
        _ => "a power",
    };

    // Two digits of the full rate, and four decimals at least.
    private static string Rate(double value, double peak) => value.ToString($"F{Math.Clamp(1 - (int)Math.Floor(Math.Log10(peak)), 4, 15)}", CultureInfo.InvariantCulture);

    private static string Count(int steps) => steps.ToString("N0", CultureInfo.InvariantCulture);
}

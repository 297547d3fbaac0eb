using System.Globalization;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Runs;

/// <summary>What a run's configuration and first losses already tell: functions of these alone, so that a resumed run says the same.</summary>
public static class EarlyWarnings
{
    /// <summary>The share of its first weights in an average's last value above which a run is warned of.</summary>
    public const double MostInitialShare = 0.05;

    /// <summary>The least fall of the loss, in standard errors, that counts as one.</summary>
    public const double LeastFall = 2;

    private const int LeastSteps = 200, LeastLines = 10;

    /// <summary>What the configuration says before the first step.</summary>
    /// <param name="config">Of a run that is about to begin.</param>
    public static IReadOnlyList<TrainingWarning> Of(RunConfig config)
    {
        var warnings = new List<TrainingWarning>();
        foreach (var (name, ema) in config.MoreEmaInOrder().Prepend((Name: ModelWeights.Average, Options: config.EmaOrDefault())))
        {
            var share = InitialShare(ema, config.Steps);
            if (share <= MostInitialShare) continue;
            var key = name == ModelWeights.Average ? "ema" : $"moreEma.{name}";

            // Of the half-lives whose share stays at the limit, the longest: steps · ln 2 / ln 20.
            var longest = Math.Max(1, (int)(config.Steps * Math.Log(2) / -Math.Log(MostInitialShare)));
            warnings.Add(new TrainingWarning(
                TrainingWarningKind.EmaHorizon,
                0,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the average '{name}' remembers longer than the run: "
                    + $"after its {config.Steps} steps {100 * share:0.#} % of it are still the weights it began with; "
                    + $"train longer, or forget sooner ({(name == ModelWeights.Average ? "--ema-half-life" : $"{key}.halfLife")} up to {longest}, "
                    + $"or a lower {key}.maxDecay and minDecay).")));
        }

        if (config.WarmupSteps >= config.Steps)
        {
            var message = $"the learning rate warms up over {config.WarmupSteps} steps and the run has {config.Steps}: "
                + "it never reaches the full rate; train longer, or lower warmupSteps.";
            warnings.Add(new TrainingWarning(TrainingWarningKind.Warmup, 0, message));
        }

        return warnings;
    }

    /// <summary>The share of an average's value after some steps that is still the weights it began with: the product of its decays since.</summary>
    /// <remarks>
    /// Where a decay is 0 the average begins anew with the weights of that step; one that begins in the second half of the run has no early weights,
    /// and 0 is given.
    /// </remarks>
    /// <param name="ema">How it forgets.</param>
    /// <param name="steps">Steps of the run, at least 1.</param>
    public static double InitialShare(EmaOptions ema, int steps)
    {
        // Decays never fall: none after one above 0 is 0 again, and from where the last one is reached they stay.
        var begun = FirstStep(steps, step => ema.Decay(step) > 0) - 1;
        if (begun > steps / 2) return 0;
        var last = ema.Decay(steps);
        var risen = FirstStep(steps, step => ema.Decay(step) == last) - 1;
        var share = 1.0;
        for (var done = begun; done < risen;)
        {
            // One by one, later in stretches of a thousandth of the steps since it began, by the decay in their middle: within 1e-7 of ln share.
            var length = Math.Min((2 * ((done - begun) / 2000)) + 1, risen - done);
            var decay = ema.Decay(done + ((length + 1) / 2));
            share *= length == 1 ? decay : Math.Pow(decay, length);
            done += length;
        }

        return share * Math.Pow(last, steps - risen);
    }

    // The first of the steps from which on a condition holds; steps + 1 where it never does.
    private static long FirstStep(int steps, Func<long, bool> holds)
    {
        var (before, from) = (0L, steps + 1L);
        while (from - before > 1)
        {
            var middle = (before + from) / 2;
            if (holds(middle)) from = middle;
            else before = middle;
        }

        return from;
    }

    /// <summary>
    /// The step at which the loss is judged: a tenth of the run, but late enough for 200 steps, ten lines of metrics and a rate that has warmed up
    /// for as long as it has stayed.
    /// </summary>
    /// <param name="config">Whose steps, lines of metrics and warm-up decide.</param>
    public static int JudgementStep(RunConfig config)
    {
        var least = Math.Max(Math.Max(LeastSteps, config.Steps / 10), Math.Max(LeastLines * config.LogEvery, 2L * config.WarmupSteps));
        return (int)Math.Min(int.MaxValue, (least + config.LogEvery - 1) / config.LogEvery * config.LogEvery);
    }

    /// <summary>Judges the loss by its lines of metrics up to <see cref="JudgementStep"/>.</summary>
    /// <remarks>
    /// <code>
    /// z = (m₁ − m₂) / (s √(1/n₁ + 1/n₂))         flat where z &lt; 2
    /// </code>
    /// m₁ and m₂ are the means of the first and the second half of the lines and s is the deviation of the second. Welch's statistic would take
    /// that of the first half too; but a loss that falls within the first lines and then stays makes it large, and would pass for flat. Of a
    /// loss that does not change both halves have the same, and z follows Student's t of n₂ − 1 degrees: with ten lines a flat loss
    /// goes unwarned of in 6 runs of 100, with a hundred in 3.
    /// </remarks>
    /// <param name="config">The run's.</param>
    /// <param name="lines">Lines of its metrics.</param>
    /// <returns>A warning; null where the loss has fallen, or the step has not come.</returns>
    public static TrainingWarning? OfLosses(RunConfig config, IEnumerable<MetricsLine> lines)
    {
        var at = JudgementStep(config);
        if (at > config.Steps) return null;
        var known = lines.Where(l => l.Step <= at && l.Loss is not null).ToList();
        if (known.Count < LeastLines || known[^1].Step != at) return null;
        double[] losses = [.. known.Select(l => l.Loss!.Value)];
        var (first, second) = (losses[..(losses.Length / 2)], losses[(losses.Length / 2)..]);
        var (before, after) = (first.Average(), second.Average());
        var deviation = Math.Sqrt(second.Sum(l => (l - after) * (l - after)) / (second.Length - 1));
        var error = deviation * Math.Sqrt((1.0 / first.Length) + (1.0 / second.Length));
        if (before - after >= LeastFall * error && before > after) return null;
        return new TrainingWarning(
            TrainingWarningKind.FlatLoss,
            at,
            string.Create(
                CultureInfo.InvariantCulture,
                $"the loss does not fall: {before:G4} in the first half of {at} steps, {after:G4} in the second, "
                + $"a difference of {before - after:G3} with a standard error of {error:G2}; "
                + $"check the learning rate ({config.OptimizerOrDefault().Rate:G4}), that the data lies near [-1, 1], and that the network is large enough."));
    }
}

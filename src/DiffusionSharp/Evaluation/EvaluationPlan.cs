using DiffusionSharp.Likelihood;
using DiffusionSharp.Samplers;
using DiffusionSharp.Training.Evaluation;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp;

/// <summary>What a request to measure comes to on a model.</summary>
/// <param name="Metrics">In order.</param>
/// <param name="Count">Samples of the data.</param>
/// <param name="Bins">The values that pictures have; null measures a density.</param>
/// <param name="Settings">What is measured, and how closely.</param>
/// <param name="ExpectedPasses">Of all metrics.</param>
internal sealed record EvaluationPlan(IReadOnlyList<EvaluationMetric> Metrics, int Count, DataBins? Bins, EvaluationOptions Settings, long ExpectedPasses)
{
    // Which metrics read which option; one that none of those asked for reads is an error.
    private static readonly (string Option, Func<EvaluateOptions, bool> Given, EvaluationMetric[] Readers)[] Readers =
    [
        (nameof(EvaluateOptions.Steps), o => o.Steps is not null, [EvaluationMetric.Elbo]),
        (nameof(EvaluateOptions.Variance), o => o.Variance is not null, [EvaluationMetric.Elbo]),
        (nameof(EvaluateOptions.Probes), o => o.Probes is not null, [EvaluationMetric.Likelihood, EvaluationMetric.ScoreFokkerPlanck]),
        (nameof(EvaluateOptions.Tolerance), o => o.Tolerance is not null, [EvaluationMetric.Likelihood]),
        (nameof(EvaluateOptions.Bits), o => o.Bits is not null, [EvaluationMetric.Elbo, EvaluationMetric.Likelihood]),
    ];

    private const int LeastForDistance = 2;

    private static readonly EvaluationMetric[] BinReaders = [EvaluationMetric.Elbo, EvaluationMetric.Likelihood];

    /// <exception cref="OptionException">Options do not fit each other or the model.</exception>
    public static EvaluationPlan Of(
        DiffusionModel model, DataSource data, EvaluateOptions options, int count, int usualBits, int? usualSteps, double usualTolerance)
    {
        EvaluationMetric[] usual = model.IsPictures
            ? [EvaluationMetric.Elbo, EvaluationMetric.Likelihood, EvaluationMetric.SlicedWasserstein]
            : [EvaluationMetric.Elbo, EvaluationMetric.Likelihood, EvaluationMetric.SlicedWasserstein, EvaluationMetric.ScoreFokkerPlanck];
        IReadOnlyList<EvaluationMetric> metrics = options.Metrics is { Count: > 0 } asked ? [.. asked.Distinct()] : usual;
        foreach (var (option, given, readers) in Readers)
            if (given(options) && !readers.Any(metrics.Contains))
                throw new OptionException($"{{{option}}} is not an option of {Names(metrics)}; it belongs to {Names(readers)}.");
        if (options.Bits is < 0 or > 16) throw new OptionException($"{{Bits}}: 0 to 16 is expected, {options.Bits} was given.");
        if (options.Steps is < 1) throw new OptionException($"{{Steps}}: at least 1 step is expected, {options.Steps} was given.");
        if (options.Probes is < 1) throw new OptionException($"{{Probes}}: at least 1 probe is expected, {options.Probes} was given.");
        if (model.Conditioning is { LabelDropout: 0 } && !data.HasLabels)
            throw new OptionException(
                "{Labels}: this model was trained with every label kept and knows nothing without a class; measure it on data with labels.");
        if (options.Batch is < 1) throw new OptionException($"{{Batch}}: at least 1 sample at a time is expected, {options.Batch} was given.");
        if (options.Tolerance is { } t && !(t > 0 && double.IsFinite(t)))
            throw new OptionException(FormattableString.Invariant($"{{Tolerance}}: a finite number above 0 is expected, {t} was given."));
        if (model.Levels is { } levels && options.Steps > levels)
            throw new OptionException($"{{Steps}}: at most the {levels} levels of this model's schedule, {options.Steps} was given.");
        if (options.Bits is > 0 && !model.IsPictures)
            throw new OptionException("{Bits} is of pictures; this model's samples are vectors, which have a density.");
        if (count < LeastForDistance && metrics.Contains(EvaluationMetric.SlicedWasserstein))
            throw new OptionException($"{{Count}}: a distance of two sets needs at least {LeastForDistance} samples, {count} was given.");
        VarianceRule.Check(options.Variance, model);
        if (data.Origin?.Options.Labels is not null && model.Conditioning is null)
            throw new OptionException("{Labels}: this model was trained without classes and reads no labels; leave them out.");
        var bits = options.Bits ?? (metrics.Any(BinReaders.Contains) ? usualBits : 0);
        var bins = bits > 0 ? new DataBins(bits) : null;
        var variance = options.Variance ?? VarianceRule.Learned(model) ?? (bins is null ? DdpmVariance.FixedLarge : DdpmVariance.FixedSmall);
        var steps = options.Steps ?? (usualSteps is { } few ? Math.Min(few, model.Levels ?? few) : null);
        var settings = new EvaluationOptions(
            options.Seed, options.Batch ?? model.UsualBatch, bins, steps, variance, options.Probes, options.Tolerance ?? usualTolerance);
        return new EvaluationPlan(metrics, count, bins, settings, metrics.Sum(m => ModelEvaluation.ExpectedPasses(m, model.Trained!, settings, count)));
    }

    private static string Names(IEnumerable<EvaluationMetric> metrics) => string.Join(", ", metrics.Select(m => Words.Kebab(m)));
}

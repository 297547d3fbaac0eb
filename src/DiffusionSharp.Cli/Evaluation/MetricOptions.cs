using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Training.Evaluation;

namespace DiffusionSharp.Cli.Evaluation;

/// <summary>Which metrics read which option. An option that none of those asked for reads is an error.</summary>
internal static class MetricOptions
{
    private static readonly (string Name, Func<EvaluateRequest, bool> Given, EvaluationMetric[] Readers)[] All =
    [
        ("--steps", r => r.Steps is not null, [EvaluationMetric.Elbo]),
        ("--variance", r => r.Variance is not null, [EvaluationMetric.Elbo]),
        ("--probes", r => r.Probes is not null, [EvaluationMetric.Likelihood, EvaluationMetric.ScoreFokkerPlanck]),
        ("--bits", r => r.Bits is not null, [EvaluationMetric.Elbo, EvaluationMetric.Likelihood]),
    ];

    /// <exception cref="UsageException">An option belongs to other metrics.</exception>
    public static void Check(EvaluateRequest request)
    {
        foreach (var (name, given, readers) in All)
            if (given(request) && !readers.Any(request.Metrics.Contains)) throw new UsageException($"{name} is not an option of {Names(request.Metrics)}; it belongs to {Names(readers)}.");
    }

    /// <summary>Whether one of the metrics asked for takes pictures by the values that their bits give.</summary>
    public static bool ReadBits(EvaluateRequest request) => All.Single(o => o.Name == "--bits").Readers.Any(request.Metrics.Contains);

    private static string Names(IEnumerable<EvaluationMetric> metrics) => string.Join(", ", metrics.Select(EvaluationChoices.Metrics.NameOf));
}

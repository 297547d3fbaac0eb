using DiffusionSharp.Training.Evaluation;

namespace DiffusionSharp.Cli.Grammar;

/// <summary>What <c>diffusion evaluate</c> knows by name.</summary>
internal static class EvaluationChoices
{
    public static Choice<EvaluationMetric> Metrics { get; } = new(
        ("elbo", EvaluationMetric.Elbo, "the evidence lower bound and its parts (Ho et al. 2020, arXiv:2006.11239)"),
        ("likelihood", EvaluationMetric.Likelihood, "the likelihood of the probability flow (Song et al. 2021, arXiv:2011.13456)"),
        ("sliced-wasserstein", EvaluationMetric.SlicedWasserstein, "the distance of samples to the data"),
        (
            "score-fokker-planck",
            EvaluationMetric.ScoreFokkerPlanck,
            "whether the scores of all levels belong to one process (Lai et al. 2023, arXiv:2210.04296)"
        ));

    public static Choice<DataSplit> Splits { get; } = new(
        ("train", DataSplit.Train, "the part to learn from"),
        ("test", DataSplit.Test, "the part held back"));
}

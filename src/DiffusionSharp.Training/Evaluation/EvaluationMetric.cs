namespace DiffusionSharp.Training.Evaluation;

/// <summary>What a trained model can be measured by.</summary>
public enum EvaluationMetric
{
    /// <summary>The evidence lower bound of ancestral sampling, with its three parts.</summary>
    Elbo,

    /// <summary>The likelihood of the probability-flow ODE.</summary>
    Likelihood,

    /// <summary>The sliced Wasserstein distance of samples to the data.</summary>
    SlicedWasserstein,

    /// <summary>The residual of the score Fokker–Planck equation: whether the scores at different levels belong to one process.</summary>
    ScoreFokkerPlanck,
}

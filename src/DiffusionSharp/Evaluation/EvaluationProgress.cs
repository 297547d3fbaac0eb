using DiffusionSharp.Training.Evaluation;

namespace DiffusionSharp;

/// <summary>How far an evaluation is.</summary>
/// <param name="Metric">What is being measured.</param>
/// <param name="Passes">Passes through the network so far, of all metrics.</param>
/// <param name="ExpectedPasses">How many there will be: known for the bound and for sampling, estimated where error control decides.</param>
public readonly record struct EvaluationProgress(EvaluationMetric Metric, long Passes, long ExpectedPasses);

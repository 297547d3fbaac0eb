namespace DiffusionSharp.Training.Runs;

/// <summary>One line of <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">Mean loss since the line before; null where the run diverged.</param>
/// <param name="GradientNorm">Norm of all gradients at this step, before clipping; null where it is not finite.</param>
/// <param name="Rate">Learning rate of this step.</param>
/// <param name="EmaDecay">Decay of the average of the weights at this step.</param>
/// <param name="SamplesPerSecond">Since the line before; wall time, so not the same in every run.</param>
/// <param name="Seconds">Spent on the run so far, the time in which it was stopped left out; wall time.</param>
public sealed record MetricsLine(int Step, double? Loss, double? GradientNorm, double Rate, double EmaDecay, double SamplesPerSecond, double Seconds);

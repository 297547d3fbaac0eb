namespace DiffusionSharp.Training.Objectives;

/// <summary>What the bound of a learned variance takes of one sample beside the network's output: <see cref="HybridLoss"/>.</summary>
/// <param name="ErrorScale">c, μ − μ̃ over the error of the network's output.</param>
/// <param name="LogSmall">ln β̃, the least variance.</param>
/// <param name="LogLarge">ln β, the largest variance.</param>
/// <param name="IsFirst">Whether the step ends at the data.</param>
/// <param name="Weight">λ · T, with the factor of importance sampling.</param>
public readonly record struct BoundTerms(double ErrorScale, double LogSmall, double LogLarge, bool IsFirst, double Weight);

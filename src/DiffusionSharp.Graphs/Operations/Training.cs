using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>
/// Global-norm clipping, Adam or AdamW, and the exponential moving average of the weights, in one pass over (rates, gradients…).
/// The rates are learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ, 1 − decay of the average; then 1 − decay of each further average; then, where a step is
/// computed in parts, the number of the part. The result [1] is the gradients' norm before clipping. A norm that is not finite leaves every
/// weight as it was.
/// </summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Per step and unit of learning rate.</param>
/// <param name="Decoupled">AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101); else Adam with the decay added to the gradient.</param>
/// <param name="ClipNorm">Largest norm of all gradients together; +∞ leaves them.</param>
/// <param name="Parts">
/// Runs that make one step, at least 1: each adds its gradients, and the last, of number Parts − 1, takes their mean and updates. The runs
/// before it give 0, or NaN where their loss is not finite; then nothing is updated in this step.
/// </param>
/// <param name="MoreAverages">Averages of the weights beside the first, at least 0, each with a decay of its own.</param>
public sealed record AdamUpdate(
    double Beta1,
    double Beta2,
    double Epsilon,
    double WeightDecay,
    bool Decoupled,
    double ClipNorm,
    int Parts = 1,
    int MoreAverages = 0) : Operation
{
    /// <summary>Length of the rates of the simplest update.</summary>
    public const int LeastRates = 4;

    /// <summary>Length of the rates.</summary>
    public int RatesCount => LeastRates + MoreAverages + (Parts > 1 ? 1 : 0);

    /// <summary>Where the number of the part stands, of an update in parts.</summary>
    public int PartIndex => LeastRates + MoreAverages;

    /// <inheritdoc/>
    public override WeightUpdate? Update => new(Parts, MoreAverages);

    /// <inheritdoc/>
    public override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => new(0, inputs.Skip(1).Sum(s => (long)s.Count));
}

using System.Globalization;
using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Networks.Optimization;

/// <summary>Settings of Adam (Kingma and Ba 2014, arXiv:1412.6980) and AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101).</summary>
/// <param name="Rate">Learning rate before its schedule.</param>
/// <param name="Beta1">Decay of the mean of gradients, in [0, 1).</param>
/// <param name="Beta2">Decay of the mean of their squares, in [0, 1).</param>
/// <param name="Epsilon">Added to the root of the mean of squares.</param>
/// <param name="WeightDecay">How much weights shrink, per step and unit of learning rate.</param>
/// <param name="Decoupled">Whether decay shrinks the weights (AdamW) or is added to the gradient (Adam).</param>
/// <param name="ClipNorm">Largest norm of all gradients together; null: no clipping.</param>
public sealed record AdamOptions(
    double Rate = 1e-3,
    double Beta1 = 0.9,
    double Beta2 = 0.999,
    double Epsilon = 1e-8,
    double WeightDecay = 0,
    bool Decoupled = true,
    double? ClipNorm = null)
{
    /// <summary>The optimizer as an operation of the graph.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public AdamUpdate ToUpdate()
    {
        Validate();
        return new AdamUpdate(Beta1, Beta2, Epsilon, WeightDecay, Decoupled, ClipNorm ?? double.PositiveInfinity);
    }

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        Require(Rate is >= 0 and < double.PositiveInfinity, nameof(Rate), Rate, "a finite number of at least 0");
        Require(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "a number in [0, 1)");
        Require(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "a number in [0, 1)");
        Require(Epsilon is >= 0 and < double.PositiveInfinity, nameof(Epsilon), Epsilon, "a finite number of at least 0");
        Require(WeightDecay is >= 0 and < double.PositiveInfinity, nameof(WeightDecay), WeightDecay, "a finite number of at least 0");
        Require(ClipNorm is null or > 0, nameof(ClipNorm), ClipNorm ?? 0, "a number above 0, or null for no clipping");
    }

    private static void Require(bool holds, string name, double value, string expected)
    {
        if (!holds) throw new ArgumentException($"Adam: {name} is {value.ToString(CultureInfo.InvariantCulture)}, {expected} was expected.");
    }
}

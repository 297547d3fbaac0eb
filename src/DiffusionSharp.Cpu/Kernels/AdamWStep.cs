namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The numbers of one step of <see cref="Optimizers.AdamW"/>.</summary>
/// <remarks>Doubles, since 1 − β₂ of a float32 β₂ would be wrong in the fifth digit.</remarks>
/// <param name="Rate">Learning rate.</param>
/// <param name="Beta1">Decay of the first moment, [0, 1).</param>
/// <param name="Beta2">Decay of the second moment, [0, 1).</param>
/// <param name="Epsilon">Added to the denominator.</param>
/// <param name="WeightDecay">Decay of the weights.</param>
/// <param name="Decoupled">True: AdamW, the weights shrink by rate · decay. False: Adam, decay · weight is added to the gradient.</param>
/// <param name="BiasCorrection1">1 − β₁ᵗ at step t = 1, 2, ….</param>
/// <param name="BiasCorrection2">1 − β₂ᵗ.</param>
/// <param name="GradientScale">Factor of the gradient: that of clipping by norm, else 1.</param>
/// <param name="AverageWeight">
/// 1 − d, the weight of the new weights in their moving average, (0, 1]; unused without one. Not d itself:
/// near 1 a float32 has lost most digits of 1 − d.
/// </param>
internal readonly record struct AdamWStep(
    double Rate,
    double Beta1,
    double Beta2,
    double Epsilon,
    double WeightDecay,
    bool Decoupled,
    double BiasCorrection1,
    double BiasCorrection2,
    double GradientScale,
    double AverageWeight);

using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>A classifier of noisy samples, as far as guidance needs it: how the wanted class moves the estimate of the data.</summary>
public abstract class NoisyClassifier
{
    /// <summary>(σ²/α) ∇ ln p(c | x_t), the shift of D that guidance of scale 1 asks for, in the shape of <paramref name="x"/>.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">One level per sample; finite at α = 0 and at σ = 0 too.</param>
    public abstract Tensor Shift(Tensor x, ReadOnlySpan<NoiseLevel> levels);
}

using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>A classifier that is differentiated by its input, such as a network trained on noisy pictures.</summary>
/// <remarks>
/// At pure noise (α = 0) the gradient is 0 and the shift is its quotient by α, which a gradient cannot tell: the first step of a schedule
/// that begins there is not guided. Begin just below to have it guided.
/// </remarks>
public abstract class GradientClassifier : NoisyClassifier
{
    /// <inheritdoc/>
    public sealed override Tensor Shift(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var factors = new double[levels.Length];
        for (var k = 0; k < factors.Length; k++) factors[k] = levels[k].Alpha == 0 ? 0 : levels[k].Sigma * levels[k].Sigma / levels[k].Alpha;
        return LogLikelihoodGradient(x, levels).ScaleSamples(factors);
    }

    /// <summary>∇ ln p(c | x_t) by x_t, in the shape of <paramref name="x"/>; finite.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">One level per sample.</param>
    protected abstract Tensor LogLikelihoodGradient(Tensor x, ReadOnlySpan<NoiseLevel> levels);
}

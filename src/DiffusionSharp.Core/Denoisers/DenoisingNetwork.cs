using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A network as the core sees it: float32 in, float32 out.</summary>
public abstract class DenoisingNetwork
{
    /// <summary>The output for a batch.</summary>
    /// <param name="x">Noisy data, [N, …], channels last for pictures.</param>
    /// <param name="t">The network's own time input, one per sample: the trained timestep for discrete schedules.</param>
    /// <param name="classes">One class per sample, or none for a network without classes.</param>
    /// <returns>
    /// The prediction, in the shape of <paramref name="x"/>, with twice the last axis where a variance was learned too; the caller may keep it.
    /// </returns>
    public abstract FloatTensor Evaluate(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes);

    /// <summary>Whether it can be differentiated by its input.</summary>
    public abstract bool HasGradient { get; }

    /// <summary>The gradient by x of ⟨cotangent, output⟩, a learned variance left out; asked only where <see cref="HasGradient"/> says so.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="t">The network's time input, one per sample.</param>
    /// <param name="classes">One class per sample, or none.</param>
    /// <param name="cotangent">In the shape of <paramref name="x"/>.</param>
    /// <returns>In the shape of <paramref name="x"/>; the caller may keep it.</returns>
    public abstract FloatTensor VectorJacobian(FloatTensor x, ReadOnlySpan<float> t, ReadOnlySpan<int> classes, FloatTensor cotangent);
}

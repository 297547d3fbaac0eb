using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The step that every Langevin sampler and corrector takes: up the score, with the noise that keeps the law.</summary>
internal static class LangevinStep
{
    /// <summary>x + h s + √(2h) z.</summary>
    /// <param name="x">The state, [N, …].</param>
    /// <param name="score">s, ∇ ln p_t(x), in the same shape.</param>
    /// <param name="h">The step, in squared units of x.</param>
    /// <param name="z">Standard normal noise, in the same shape.</param>
    public static Tensor Apply(Tensor x, Tensor score, double h, Tensor z) => x + (h * score) + (Math.Sqrt(2 * h) * z);

    /// <summary>x + (h s + √(2h) z), each sample with a step of its own.</summary>
    /// <param name="x">The state, [N, …].</param>
    /// <param name="score">s, ∇ ln p_t(x), in the same shape.</param>
    /// <param name="h">One step per sample, in squared units of x.</param>
    /// <param name="z">Standard normal noise, in the same shape.</param>
    public static Tensor Apply(Tensor x, Tensor score, double[] h, Tensor z) =>
        x + (score.ScaleSamples(h) + z.ScaleSamples(Array.ConvertAll(h, step => Math.Sqrt(2 * step))));
}

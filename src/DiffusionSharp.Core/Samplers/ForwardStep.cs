using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The forward process from a level to a noisier one: q(x_t | x_s).</summary>
internal static class ForwardStep
{
    /// <summary>(α_t/α_s) x + σ_ts z.</summary>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="level">s, where the state stands.</param>
    /// <param name="noisier">t, at least as noisy and with σ above 0.</param>
    /// <param name="z">Standard normal noise, perhaps scaled.</param>
    public static Tensor Apply(Tensor x, NoiseLevel level, NoiseLevel noisier, Tensor z) =>
        (noisier.Alpha / level.Alpha * x) + (Math.Sqrt(Posterior.Between(noisier, level).ForwardVariance) * z);
}

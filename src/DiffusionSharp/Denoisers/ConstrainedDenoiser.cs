using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A denoiser whose estimate is brought back to where data can be.</summary>
public abstract class ConstrainedDenoiser : Denoiser
{
    /// <summary>Wraps a denoiser.</summary>
    protected ConstrainedDenoiser(Denoiser inner) => Inner = inner;

    /// <summary>The denoiser whose estimates are constrained.</summary>
    public Denoiser Inner { get; }

    /// <summary>Brings an estimate of x₀, [N, …], back to where data can be; each sample by itself.</summary>
    public abstract Tensor Constrain(Tensor data);

    /// <inheritdoc/>
    protected sealed override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => Constrain(Inner.Denoise(x, levels));
}

using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>A denoiser that counts how often it is asked.</summary>
internal sealed class CountingDenoiser(Denoiser inner) : Denoiser, ILogDensity
{
    public int Calls { get; private set; }

    public override bool HasGradient => inner.HasGradient;

    public Tensor LogDensity(Tensor x, NoiseLevel level) => ((ILogDensity)inner).LogDensity(x, level);

    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        Calls++;
        return inner.Denoise(x, levels);
    }

    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => inner.VectorJacobian(x, levels, cotangent);
}

using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>A denoiser that counts how often it is asked.</summary>
internal sealed class CountingDenoiser(Denoiser inner) : WrappingDenoiser(inner)
{
    public int Calls { get; private set; }

    protected override Denoiser Around(Denoiser inner) => new CountingDenoiser(inner);

    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        Calls++;
        return Inner.Denoise(x, levels);
    }
}

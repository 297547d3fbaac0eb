using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>A denoiser with a variance output that is a given function of each value of x.</summary>
internal sealed class TwoHeaded(Denoiser inner, Func<double, double> variance) : WrappingDenoiser(inner)
{
    public override bool HasVariance => true;

    protected override Denoiser Around(Denoiser inner) => new TwoHeaded(inner, variance);

    protected override (Tensor Data, Tensor Variance) EstimateWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels) => (Inner.Denoise(x, levels), x.Map(variance));
}

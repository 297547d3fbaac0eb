using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Samplers;

/// <summary>A denoiser with a variance output that is a given function of each value of x.</summary>
internal sealed class TwoHeaded(Denoiser inner, Func<double, double> variance) : Denoiser, ILearnedVariance
{
    public override bool HasGradient => inner.HasGradient;

    public bool HasVariance => true;

    public (Tensor Data, Tensor Variance) DenoiseWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels) => (inner.Denoise(x, levels), x.Map(variance));

    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels) => inner.Denoise(x, levels);

    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) => inner.VectorJacobian(x, levels, cotangent);
}

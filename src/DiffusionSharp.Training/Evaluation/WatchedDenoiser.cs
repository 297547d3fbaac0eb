using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Evaluation;

/// <summary>A denoiser that says when it is asked: progress, and a place to stop long work by an exception.</summary>
/// <param name="inner">Whose answers it gives.</param>
/// <param name="watch">Called before every answer.</param>
public sealed class WatchedDenoiser(Denoiser inner, Action watch) : WrappingDenoiser(inner)
{
    /// <inheritdoc/>
    protected override Denoiser Around(Denoiser inner) => new WatchedDenoiser(inner, watch);

    /// <inheritdoc/>
    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        watch();
        return Inner.Denoise(x, levels);
    }

    /// <inheritdoc/>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent)
    {
        watch();
        return Inner.VectorJacobian(x, levels, cotangent);
    }

    /// <inheritdoc/>
    protected override (Tensor Data, Tensor Variance) EstimateWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        watch();
        return Inner.DenoiseWithVariance(x, levels);
    }

    /// <inheritdoc/>
    protected override Tensor LogDensityOf(Tensor x, NoiseLevel level)
    {
        watch();
        return Inner.LogDensity(x, level);
    }
}

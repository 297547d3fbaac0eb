using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Evaluation;

/// <summary>A denoiser that says when it is asked: progress, and a place to stop long work by an exception.</summary>
/// <param name="inner">Whose estimates it gives.</param>
/// <param name="watch">Called before every estimate and every gradient.</param>
public sealed class WatchedDenoiser(Denoiser inner, Action watch) : Denoiser, ILearnedVariance
{
    /// <inheritdoc/>
    public bool HasVariance => inner is ILearnedVariance { HasVariance: true };

    /// <inheritdoc/>
    public (Tensor Data, Tensor Variance) DenoiseWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        watch();
        return inner is ILearnedVariance { HasVariance: true } learned ? learned.DenoiseWithVariance(x, levels) : throw new InvalidOperationException($"{inner.GetType().Name} has no learned variance; use a denoiser that was trained with one.");
    }

    /// <inheritdoc/>
    public override bool HasGradient => inner.HasGradient;

    /// <inheritdoc/>
    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        watch();
        return inner.Denoise(x, levels);
    }

    /// <inheritdoc/>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent)
    {
        watch();
        return inner.VectorJacobian(x, levels, cotangent);
    }
}

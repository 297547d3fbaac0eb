using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>A one-step method on the probability flow, before each step of which <see cref="Samplers.Churn"/> may add noise.</summary>
/// <param name="schedule">α and σ.</param>
/// <param name="grid">The steps, towards the data.</param>
/// <param name="churn">The churn; null is none, and the sampler deterministic.</param>
public abstract class ChurnedSampler(Schedule schedule, TimeGrid grid, Churn? churn) : SingleStepSampler(schedule, grid)
{
    /// <summary>The churn.</summary>
    public Churn Churn { get; } = churn ?? Churn.None;

    /// <inheritdoc/>
    public sealed override bool IsDeterministic => Churn.Amount == 0;

    /// <inheritdoc/>
    protected sealed override (Tensor X, Tensor Denoised) Step(
        Denoiser denoiser, Tensor x, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index)
    {
        var (xHat, levelHat) = (x, Churn.Raise(level, Schedule, Grid.Count));
        if (levelHat.Ratio > level.Ratio) xHat = ForwardStep.Apply(x, level, levelHat, Churn.NoiseScale * noise.Draw(x.Shape, index));
        else levelHat = level;
        var d = Churn.OutputBeforeNoise is null
            ? denoiser.Denoise(xHat, levelHat)
            : Churn.Reread(denoiser.Denoise(x, level), x, level, xHat, levelHat);
        return (Advance(denoiser, xHat, d, levelHat, levelNext), d);
    }

    /// <summary>A step of the method.</summary>
    /// <param name="denoiser">The estimate of the data.</param>
    /// <param name="x">The state at <paramref name="level"/>.</param>
    /// <param name="data">The estimate there.</param>
    /// <param name="level">Where the step starts; α may be 0.</param>
    /// <param name="levelNext">Where it ends; σ may be 0.</param>
    /// <returns>The state at <paramref name="levelNext"/>.</returns>
    protected abstract Tensor Advance(Denoiser denoiser, Tensor x, Tensor data, NoiseLevel level, NoiseLevel levelNext);
}

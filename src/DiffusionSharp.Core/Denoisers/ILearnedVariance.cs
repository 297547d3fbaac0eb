using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A denoiser with a second output that says how uncertain each value of a reverse step is.</summary>
/// <remarks>
/// Nichol and Dhariwal 2021, arXiv:2102.09672, section 3.1: a network with twice the channels, the second half of which is the variance's.
/// A denoiser around a denoiser implements this too and hands the inner one's answer on.
/// </remarks>
public interface ILearnedVariance
{
    /// <summary>Whether <see cref="DenoiseWithVariance"/> is there to be asked: false where a wrapped denoiser has no variance.</summary>
    bool HasVariance { get; }

    /// <summary>The estimate of the data and the raw variance output of one evaluation.</summary>
    /// <param name="x">Noisy data, [N, …].</param>
    /// <param name="levels">One level per sample.</param>
    /// <returns>
    /// Both in the shape of <paramref name="x"/>. What the second means is the training's choice and told to the sampler: the
    /// interpolation v in about [−1, 1] (<see cref="Samplers.DdpmVariance.LearnedRange"/>) or the variance itself
    /// (<see cref="Samplers.DdpmVariance.Learned"/>).
    /// </returns>
    (Tensor Data, Tensor Variance) DenoiseWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels);
}

using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>The variance of an ancestral step, fixed or learned: what sampling and its bound share.</summary>
internal static class ReverseVariance
{
    /// <summary>Whether a choice asks the denoiser for a variance.</summary>
    public static bool IsLearned(DdpmVariance choice) => choice is DdpmVariance.LearnedRange or DdpmVariance.Learned;

    /// <summary>The estimate of the data, and the raw variance output where the choice asks for it; one evaluation gives both.</summary>
    /// <exception cref="InvalidOperationException">A variance is asked for and the denoiser has none.</exception>
    public static (Tensor Data, Tensor? Raw) Estimates(DdpmVariance choice, Denoiser denoiser, Tensor x, NoiseLevel level, string what)
    {
        if (!IsLearned(choice)) return (denoiser.Denoise(x, level), null);
        if (denoiser.HasVariance) return denoiser.DenoiseWithVariance(x, level);
        throw new InvalidOperationException(
            $"{what}: {choice} needs a denoiser that learned a variance, and {denoiser} has none; "
            + $"use {nameof(DdpmVariance.FixedSmall)} or {nameof(DdpmVariance.FixedLarge)}.");
    }

    /// <summary>The variance of a step that does not end at clean data.</summary>
    /// <param name="choice">Which variance.</param>
    /// <param name="q">The posterior of the step.</param>
    /// <param name="raw">The network's output for the value, where the choice is learned.</param>
    /// <param name="what">Who asks.</param>
    /// <exception cref="InvalidOperationException">A learned variance is negative.</exception>
    public static double Of(DdpmVariance choice, Posterior q, double raw, string what) => choice switch
    {
        DdpmVariance.FixedSmall => q.Variance,
        DdpmVariance.FixedLarge => q.ForwardVariance,
        DdpmVariance.LearnedRange => q.LearnedVariance(raw),
        _ when raw >= 0 => raw,
        _ => throw new InvalidOperationException(
            FormattableString.Invariant($"{what}: the denoiser gave the variance {raw}; ")
            + $"if its second output is an interpolation in [−1, 1], use DdpmVariance.{nameof(DdpmVariance.LearnedRange)}."),
    };
}

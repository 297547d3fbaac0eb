using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Samplers;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>Whether a model has the variance that is asked for.</summary>
internal static class VarianceChoice
{
    /// <summary>The variance that a model learned; null where it learned none.</summary>
    public static DdpmVariance? Of(TrainedModel model) => model.Config.LearnedVariance is null ? null : DdpmVariance.LearnedRange;

    /// <exception cref="UsageException">A learned variance is asked of a model without one.</exception>
    public static void Check(DdpmVariance? variance, TrainedModel model)
    {
        if (variance == DdpmVariance.LearnedRange && model.Config.LearnedVariance is null)
            throw new UsageException($"--variance: this model learned no variance; take {Choices.Variances.NameOf(DdpmVariance.FixedSmall)} or {Choices.Variances.NameOf(DdpmVariance.FixedLarge)}.");
    }
}

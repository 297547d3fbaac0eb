using DiffusionSharp.Samplers;

namespace DiffusionSharp;

/// <summary>Whether a model has the variance of reverse steps that is asked for.</summary>
internal static class VarianceRule
{
    /// <summary>The variance that a model learned; null where it learned none.</summary>
    public static DdpmVariance? Learned(DiffusionModel model) => model.Config?.LearnedVariance is null ? null : DdpmVariance.LearnedRange;

    /// <exception cref="OptionException">A learned variance is asked of a model without one.</exception>
    public static void Check(DdpmVariance? variance, DiffusionModel model)
    {
        if (variance == DdpmVariance.LearnedRange && Learned(model) is null && model.IsTrained)
            throw new OptionException("{Variance}: this model learned no variance; take the small or the large one.");
    }
}

namespace DiffusionSharp.Graphs;

/// <summary>The state an optimizer keeps beside the weights.</summary>
/// <param name="FirstMoment">Running mean of the gradients.</param>
/// <param name="SecondMoment">Running mean of their squares.</param>
/// <param name="Average">Exponential moving average of the weights; null where none is kept.</param>
/// <param name="MoreAverages">Further averages, each with a decay of its own; null: none.</param>
public sealed record TrainingState(
    ParameterBuffer FirstMoment,
    ParameterBuffer SecondMoment,
    ParameterBuffer? Average,
    IReadOnlyList<ParameterBuffer>? MoreAverages = null)
{
    /// <summary>The name of the first parameter whose moment or average is not finite; null where all are.</summary>
    public string? FirstNonFinite()
    {
        ParameterBuffer?[] kept = [FirstMoment, SecondMoment, Average, .. MoreAverages ?? []];
        return kept.Select(b => b?.FirstNonFinite()).FirstOrDefault(n => n is not null);
    }
}

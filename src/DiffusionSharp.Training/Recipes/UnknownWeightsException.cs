namespace DiffusionSharp.Training.Recipes;

/// <summary>A run has no weights of the name that was asked for.</summary>
/// <param name="reason">The name, the one that was meant, and those that there are.</param>
public sealed class UnknownWeightsException(string reason) : ArgumentException($"weights: {reason}")
{
    /// <summary>The message without the word for what was asked for.</summary>
    public string Reason { get; } = reason;
}

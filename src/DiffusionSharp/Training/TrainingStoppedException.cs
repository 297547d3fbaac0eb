namespace DiffusionSharp;

/// <summary>Training was stopped before its last step; nothing is lost.</summary>
/// <param name="message">At which step, and how to go on.</param>
/// <param name="step">Steps done.</param>
/// <param name="checkpoint">The folder of the checkpoint that was written; null without a folder, or before the first step.</param>
/// <param name="model">The model as far as it was trained; null before the first step.</param>
public sealed class TrainingStoppedException(string message, int step, string? checkpoint, DiffusionModel? model) : OperationCanceledException(message)
{
    /// <summary>Steps done.</summary>
    public int Step { get; } = step;

    /// <summary>The folder of the checkpoint that was written; null without a folder, or before the first step.</summary>
    public string? Checkpoint { get; } = checkpoint;

    /// <summary>The model as far as it was trained; null before the first step.</summary>
    public DiffusionModel? Model { get; } = model;
}

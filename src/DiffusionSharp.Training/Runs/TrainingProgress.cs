namespace DiffusionSharp.Training.Runs;

/// <summary>What a caller sees of one training step.</summary>
/// <param name="Step">Steps done, this one included.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Loss">Loss of this step.</param>
/// <param name="GradientNorm">Norm of all gradients before clipping.</param>
/// <param name="Rate">Learning rate of this step.</param>
/// <param name="SamplesPerSecond">Samples trained on in a second of training, smoothed over the last steps.</param>
/// <param name="SecondsLeft">Until the run's end: its steps, and the checkpoints and sheets still to come where one has shown how long it takes.</param>
/// <param name="Sheet">The sheet of samples written after this step, if one was.</param>
/// <param name="Checkpoint">The checkpoint written after this step, if one was.</param>
/// <param name="Warning">What became known at this step; null: nothing.</param>
public sealed record TrainingProgress(
    int Step,
    int Steps,
    double Loss,
    double GradientNorm,
    double Rate,
    double SamplesPerSecond,
    double SecondsLeft,
    string? Sheet,
    string? Checkpoint,
    TrainingWarning? Warning = null);

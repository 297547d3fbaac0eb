namespace DiffusionSharp;

/// <summary>What a warning is about.</summary>
public enum TrainingWarningKind
{
    /// <summary>An average of the weights remembers further back than the run is long.</summary>
    EmaHorizon,

    /// <summary>The learning rate is still warming up when the run ends.</summary>
    Warmup,

    /// <summary>The loss has not fallen.</summary>
    FlatLoss,
}

/// <summary>One line about a run that is likely not what was meant; it goes on.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Step">Steps done when it was known; 0: before the first.</param>
/// <param name="Message">What is the case, how sure that is, and the mend.</param>
public sealed record TrainingWarning(TrainingWarningKind Kind, int Step, string Message);

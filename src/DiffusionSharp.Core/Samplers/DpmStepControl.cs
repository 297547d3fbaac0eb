namespace DiffusionSharp.Samplers;

/// <summary>Over what the error of an adaptive DPM-Solver step is taken.</summary>
internal enum DpmStepControl
{
    /// <summary>Over each sample alone: its step sizes are its own, and its result does not depend on its batch-mates.</summary>
    PerSample,

    /// <summary>Over the whole batch, which shares one step size, as in other tools.</summary>
    WholeBatch,
}

namespace DiffusionSharp;

/// <summary>A run whose loss or gradient is no longer finite; the message names step, layer, timestep and the last good checkpoint.</summary>
/// <param name="message">Step, layer, timestep and the last good checkpoint, and the mend.</param>
public sealed class DivergedException(string message) : Exception(message);

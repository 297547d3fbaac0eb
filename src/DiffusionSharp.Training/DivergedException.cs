namespace DiffusionSharp;

/// <summary>A run whose loss or gradient is no longer finite; the message names step, layer, timestep and the last good checkpoint.</summary>
public sealed class DivergedException(string message) : Exception(message);

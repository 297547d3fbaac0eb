using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Formats;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last.</param>
public sealed record SafetensorsEntry(string Name, StorageType Type, Shape Shape, long Begin, long End);

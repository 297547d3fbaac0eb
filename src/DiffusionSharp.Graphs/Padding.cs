namespace DiffusionSharp.Graphs;

/// <summary>Zeros around a picture before a convolution reads it.</summary>
public readonly record struct Padding(int Top, int Bottom, int Left, int Right)
{
    /// <summary>The same on all four sides.</summary>
    public static Padding All(int size) => new(size, size, size, size);
}

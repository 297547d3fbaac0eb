namespace DiffusionSharp.Graphs;

/// <summary>Zeros around a picture before a convolution reads it.</summary>
/// <param name="Top">Rows above, at least 0.</param>
/// <param name="Bottom">Rows below, at least 0.</param>
/// <param name="Left">Columns to the left, at least 0.</param>
/// <param name="Right">Columns to the right, at least 0.</param>
public readonly record struct Padding(int Top, int Bottom, int Left, int Right)
{
    /// <summary>The same on all four sides.</summary>
    /// <param name="size">Rows or columns on each side, at least 0.</param>
    public static Padding All(int size) => new(size, size, size, size);
}

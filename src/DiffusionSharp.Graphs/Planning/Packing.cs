namespace DiffusionSharp.Graphs.Planning;

/// <summary>What weights packed once need.</summary>
/// <param name="Length">Floats of the packed weights; 0: none are packed.</param>
/// <param name="Workspace">Floats of scratch of the operation that reads them packed.</param>
public readonly record struct Packing(int Length, int Workspace)
{
    /// <summary>The weights are read as they are.</summary>
    public static Packing None => default;
}

namespace DiffusionSharp.Graphs;

/// <summary>What a node computes. Records: two operations with the same settings are equal, so equal nodes are built once.</summary>
public abstract record Operation
{
    /// <summary>The name that messages use.</summary>
    public virtual string Name => GetType().Name;
}

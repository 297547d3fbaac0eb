namespace DiffusionSharp.Graphs.Operations;

/// <summary>0 with probability Rate, else 1/(1 − Rate); drawn anew each run from the run's generator, split by Stream.</summary>
/// <param name="Rate">In [0, 1).</param>
/// <param name="Stream">Its number among the masks of its graph, from 0.</param>
public sealed record DropoutMask(float Rate, int Stream) : Operation
{
    /// <inheritdoc/>
    public override bool Draws => true;

    /// <inheritdoc/>
    public override bool IsCheap => true;
}

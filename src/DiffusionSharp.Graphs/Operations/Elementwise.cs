namespace DiffusionSharp.Graphs.Operations;

/// <summary>A function of each value; operands have the result's shape or a scalar's.</summary>
public sealed record Elementwise(ElementwiseCode Code) : Operation
{
    /// <inheritdoc/>
    public override string Name => Code.ToString();
}

/// <summary>Stretches dimensions of 1, aligned at the innermost.</summary>
public sealed record BroadcastTo : Operation;

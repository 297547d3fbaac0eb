using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Operations;

/// <summary>A value that stands before a run begins: nothing computes it.</summary>
public abstract record Source : Operation
{
    /// <summary>Whether it stays from run to run as long as the weights do.</summary>
    public abstract bool Stays { get; }

    /// <inheritdoc/>
    public sealed override OperationCost Cost(IReadOnlyList<Shape> inputs, Shape output) => OperationCost.None;
}

/// <summary>Memory that the caller fills before a run.</summary>
/// <param name="Label">The name the caller asks for it by.</param>
public sealed record Input(string Label) : Source
{
    /// <inheritdoc/>
    public override bool Stays => false;
}

/// <summary>A trained value.</summary>
/// <param name="Index">Its entry in the graph's layout, from 0.</param>
public sealed record Parameter(int Index) : Source
{
    /// <inheritdoc/>
    public override bool Stays => true;
}

/// <summary>Values fixed when the graph is built.</summary>
/// <param name="Values">The values, in the node's shape.</param>
public sealed record Constant(FloatTensor Values) : Source
{
    /// <inheritdoc/>
    public override bool Stays => true;
}

/// <summary>One number, of shape [].</summary>
/// <param name="Value">The number; any float32, NaN and infinities included.</param>
public sealed record Scalar(float Value) : Source
{
    /// <inheritdoc/>
    public override bool Stays => true;

    /// <inheritdoc/>
    public override float? Number => Value;
}

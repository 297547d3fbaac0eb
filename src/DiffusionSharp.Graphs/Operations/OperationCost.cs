namespace DiffusionSharp.Graphs.Operations;

/// <summary>What an operation costs, from shapes alone.</summary>
/// <param name="MultiplyAdds">Multiply-adds of matrix products, convolutions and attention.</param>
/// <param name="Others">All other arithmetic: one for each value of the largest operand or result; moving values costs none.</param>
public readonly record struct OperationCost(long MultiplyAdds, long Others)
{
    /// <summary>Nothing: values are moved, or were there before.</summary>
    public static OperationCost None => default;

    /// <summary>Floating-point operations: two for each multiply-add, and the others.</summary>
    public long Flops => (2 * MultiplyAdds) + Others;

    /// <summary>Sum.</summary>
    /// <param name="a">One cost.</param>
    /// <param name="b">Another.</param>
    public static OperationCost operator +(OperationCost a, OperationCost b) => new(a.MultiplyAdds + b.MultiplyAdds, a.Others + b.Others);
}

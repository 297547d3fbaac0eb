using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Graphs;

/// <summary>Arithmetic on numbers known while building: gradients are full of ones, which cost nothing if they never become memory.</summary>
internal static class ScalarFolding
{
    /// <summary>The one number that fills a node; null where it is not known while building.</summary>
    public static float? Number(Node x) => x.Operation.Number ?? (x.Operation.Stretches || x.Operation.IsView ? Number(x.Inputs[0]) : null);

    /// <summary>The result on two numbers, for the codes of arithmetic; null for others.</summary>
    public static float? Fold(ElementwiseCode code, float a, float b) => code switch
    {
        ElementwiseCode.Add => a + b,
        ElementwiseCode.Subtract => a - b,
        ElementwiseCode.Multiply => a * b,
        ElementwiseCode.Divide => a / b,
        _ => null,
    };
}

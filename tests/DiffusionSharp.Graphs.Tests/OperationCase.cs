namespace DiffusionSharp.Graphs.Tests;

/// <summary>A small use of an operation. Gradients and programs are both held to the interpreter on it.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Build">Builds the result from variables.</param>
/// <param name="Large">Too large for central differences: programs only.</param>
internal sealed record OperationCase(string Name, Func<CaseBuilder, Node> Build, bool Large = false)
{
    /// <summary>The result, a random linear loss of it, and the gradients of the loss.</summary>
    public (CaseBuilder Builder, Node Result, Node Loss, IReadOnlyList<Node> Gradients) Create()
    {
        var builder = new CaseBuilder(Name);
        var y = Build(builder);
        var loss = Op.Sum(y * builder.Fixed(y.Shape, builder.Random(y.Shape, -1, 1)));
        return (builder, y, loss, Gradients.Of(loss, builder.Variables));
    }

    /// <summary>The adjoint of y in x, applied to g: how operations that only gradients build are reached.</summary>
    public static Node Adjoint(Node y, Node x, Node g) => Gradients.Of(Op.Sum(y * g), [x])[0];
}

using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs;

/// <summary>A value that a program will compute: an operation, its inputs and its shape. Nothing is computed while building.</summary>
public sealed class Node
{
    internal Node(Graph graph, int id, Operation operation, Shape shape, Node[] inputs, string scope, bool isGradient)
    {
        (Graph, Id, Operation, Shape, Inputs, Scope, IsGradient) = (graph, id, operation, shape, inputs, scope, isGradient);
    }

    /// <summary>The graph this node belongs to.</summary>
    public Graph Graph { get; }

    /// <summary>Position in building order; inputs always have smaller ones.</summary>
    public int Id { get; }

    /// <summary>What is computed.</summary>
    public Operation Operation { get; }

    /// <summary>The shape of the result.</summary>
    public Shape Shape { get; }

    /// <summary>The operands.</summary>
    public IReadOnlyList<Node> Inputs { get; }

    /// <summary>The layer that built this node, such as <c>down_blocks.0.resnets.1</c>; empty outside any.</summary>
    public string Scope { get; }

    /// <summary>Whether <see cref="Gradients"/> built it: part of the backward pass.</summary>
    public bool IsGradient { get; }

    /// <summary>Sum, with broadcasting.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node operator +(Node a, Node b) => Op.Add(a, b);

    /// <summary>Sum with a number.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Any number, rounded to float32.</param>
    public static Node operator +(Node a, double b) => Op.Add(a, a.Graph.Scalar(b));

    /// <summary>Sum with a number.</summary>
    /// <param name="a">Any number, rounded to float32.</param>
    /// <param name="b">Any shape.</param>
    public static Node operator +(double a, Node b) => Op.Add(b.Graph.Scalar(a), b);

    /// <summary>Difference, with broadcasting.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node operator -(Node a, Node b) => Op.Subtract(a, b);

    /// <summary>Difference with a number.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Any number, rounded to float32.</param>
    public static Node operator -(Node a, double b) => Op.Subtract(a, a.Graph.Scalar(b));

    /// <summary>Difference from a number.</summary>
    /// <param name="a">Any number, rounded to float32.</param>
    /// <param name="b">Any shape.</param>
    public static Node operator -(double a, Node b) => Op.Subtract(b.Graph.Scalar(a), b);

    /// <summary>Change of sign.</summary>
    /// <param name="a">Any shape.</param>
    public static Node operator -(Node a) => Op.Negate(a);

    /// <summary>Product, with broadcasting.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node operator *(Node a, Node b) => Op.Multiply(a, b);

    /// <summary>Product with a number.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Any number, rounded to float32.</param>
    public static Node operator *(Node a, double b) => Op.Multiply(a, a.Graph.Scalar(b));

    /// <summary>Product with a number.</summary>
    /// <param name="a">Any number, rounded to float32.</param>
    /// <param name="b">Any shape.</param>
    public static Node operator *(double a, Node b) => Op.Multiply(b.Graph.Scalar(a), b);

    /// <summary>Quotient, with broadcasting.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node operator /(Node a, Node b) => Op.Divide(a, b);

    /// <summary>Quotient by a number.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">Any number, rounded to float32.</param>
    public static Node operator /(Node a, double b) => Op.Divide(a, a.Graph.Scalar(b));

    /// <summary>The operation and the shape, for messages.</summary>
    public override string ToString() => Scope.Length == 0 ? $"{Operation.Name} {Shape}" : $"{Scope}: {Operation.Name} {Shape}";
}

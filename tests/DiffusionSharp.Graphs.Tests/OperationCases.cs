using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>Every operation, on odd shapes.</summary>
internal static partial class OperationCases
{
    private static readonly Dictionary<ElementwiseCode, Func<Node, Node>> Unary = new()
    {
        [ElementwiseCode.Negate] = Op.Negate,
        [ElementwiseCode.Exp] = Op.Exp,
        [ElementwiseCode.Log] = Op.Log,
        [ElementwiseCode.Sqrt] = Op.Sqrt,
        [ElementwiseCode.Rsqrt] = Op.Rsqrt,
        [ElementwiseCode.Square] = Op.Square,
        [ElementwiseCode.Reciprocal] = Op.Reciprocal,
        [ElementwiseCode.Abs] = Op.Abs,
        [ElementwiseCode.Sign] = Op.Sign,
        [ElementwiseCode.Sin] = Op.Sin,
        [ElementwiseCode.Cos] = Op.Cos,
        [ElementwiseCode.Tanh] = Op.Tanh,
        [ElementwiseCode.Sigmoid] = Op.Sigmoid,
        [ElementwiseCode.Silu] = Op.Silu,
        [ElementwiseCode.Relu] = Op.Relu,
        [ElementwiseCode.Erf] = Op.Erf,
        [ElementwiseCode.Softplus] = Op.Softplus,
    };

    private static readonly Dictionary<ElementwiseCode, Func<Node, Node, Node>> Binary = new()
    {
        [ElementwiseCode.Add] = Op.Add,
        [ElementwiseCode.Subtract] = Op.Subtract,
        [ElementwiseCode.Multiply] = Op.Multiply,
        [ElementwiseCode.Divide] = Op.Divide,
        [ElementwiseCode.Maximum] = Op.Maximum,
        [ElementwiseCode.Minimum] = Op.Minimum,
        [ElementwiseCode.Greater] = Op.Greater,
        [ElementwiseCode.Equal] = Op.Equal,
        [ElementwiseCode.Pow] = Op.Pow,
    };

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, OperationCase> All { get; } =
        Elementwise().Concat(Shapes()).Concat(Products()).Concat(Networks()).ToDictionary(c => c.Name);

    private static (double Low, double High) Domain(ElementwiseCode code) =>
        code is ElementwiseCode.Log or ElementwiseCode.Sqrt or ElementwiseCode.Rsqrt or ElementwiseCode.Reciprocal or ElementwiseCode.Divide or ElementwiseCode.Pow ? (0.4, 2.5) : (-2, 2);

    private static IEnumerable<OperationCase> Elementwise()
    {
        foreach (var (code, apply) in Unary)
        {
            var (low, high) = Domain(code);
            yield return new($"{code} of [3, 7]", b => apply(b.Variable([3, 7], low, high)));
            yield return new($"{code} of a single value", b => apply(b.Variable([], low, high)));
        }

        foreach (var (code, apply) in Binary)
        {
            var (low, high) = Domain(code);
            yield return new($"{code} of equal shapes [2, 9]", b => apply(b.Variable([2, 9], low, high), b.Variable([2, 9], low, high)));
            yield return new($"{code} of [3, 1, 5] with [4, 1]", b => apply(b.Variable([3, 1, 5], low, high), b.Variable([4, 1], low, high)));
            yield return new($"{code} of [5] with [2, 3, 1]", b => apply(b.Variable([5], low, high), b.Variable([2, 3, 1], low, high)));
            yield return new($"{code} of [] with [2, 3]", b => apply(b.Variable([], low, high), b.Variable([2, 3], low, high)));
            yield return new($"{code} of [2, 3] with []", b => apply(b.Variable([2, 3], low, high), b.Variable([], low, high)));
            yield return new($"{code} with a number on the right", b => apply(b.Variable([2, 3], low, high), b.Graph.Scalar(1.25)));
            yield return new($"{code} with a number on the left", b => apply(b.Graph.Scalar(0.75), b.Variable([2, 3], low, high)));
            yield return new($"{code} of a value with itself", b =>
            {
                var x = b.Variable([6], low, high);
                return apply(x, x);
            });
        }

        yield return new("SiluGradient in both operands", b =>
        {
            var x = b.Variable([2, 5]);
            return OperationCase.Adjoint(Op.Silu(x), x, b.Variable([2, 5]));
        });
        yield return new("Maximum with ties", b => Op.Maximum(b.Variable([4], 1, 2, 3, -1), b.Variable([4], 1, 2.5, 3, -2)));
        yield return new("Minimum with ties", b => Op.Minimum(b.Variable([4], 1, 2, 3, -1), b.Variable([4], 1, 2.5, 3, -2)));
        yield return new("Silu far from zero", b => Op.Silu(b.Variable([4], -30, -8, 8, 30)));
        yield return new("Softplus far from zero", b => Op.Softplus(b.Variable([4], -30, -8, 8, 30)));
        yield return new("Tanh and sigmoid far from zero", b => Op.Tanh(b.Variable([4], -30, -8, 8, 30)) * Op.Sigmoid(b.Variable([4], -30, 30, -8, 8)));
        yield return new("Gelu", b => Op.Gelu(b.Variable([3, 5], -3, 3)));
        yield return new("Operators with numbers", b =>
        {
            var x = b.Variable([5], 0.5, 2);
            return (2 * x) - (x / 3) + (1 - x) + (-x * 0.5) + (x - 4) + (3 + x) + (x + 5);
        });
        yield return new("Numbers alone", b => (b.Graph.Scalar(2) * 3 / 4) - Op.Sqrt(b.Graph.Scalar(2)) + b.Variable([2]));
        yield return new("Numbers that fold to a stretched one", b => Op.Multiply(Op.BroadcastTo(b.Graph.Scalar(2), [3, 4]), b.Graph.Scalar(3)) + b.Variable([4]));
        yield return new("Parameters and constants", b => (b.Parameter([2, 3]) * b.Graph.Constant(new FloatTensor([3], [1.5f, -2, 0.25f]))) + b.Parameter([2, 1]));
        yield return new("Dropout", b => Op.Dropout(b.Variable([5, 7]), 0.3) + Op.Dropout(b.Variable([5, 7]), 0.6));
    }
}

using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs;

/// <summary>Builds nodes: one method per operation of the field, shapes checked, broadcasting made explicit.</summary>
/// <remarks>An error names the operation and the shapes: <c>MatMul: inner dimensions differ, [64, 10] × [12, 3].</c></remarks>
public static partial class Op
{
    /// <summary>a + b, with broadcasting.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node Add(Node a, Node b) => Binary(ElementwiseCode.Add, a, b);

    /// <summary>a − b, with broadcasting.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node Subtract(Node a, Node b) => Binary(ElementwiseCode.Subtract, a, b);

    /// <summary>a · b, with broadcasting.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node Multiply(Node a, Node b) => Binary(ElementwiseCode.Multiply, a, b);

    /// <summary>a / b, with broadcasting.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node Divide(Node a, Node b) => Binary(ElementwiseCode.Divide, a, b);

    /// <summary>The larger of a and b; at ties each takes half of the gradient.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node Maximum(Node a, Node b) => Binary(ElementwiseCode.Maximum, a, b);

    /// <summary>The smaller of a and b; at ties each takes half of the gradient.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node Minimum(Node a, Node b) => Binary(ElementwiseCode.Minimum, a, b);

    /// <summary>1 where a &gt; b, else 0; no gradient.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node Greater(Node a, Node b) => Binary(ElementwiseCode.Greater, a, b);

    /// <summary>1 where a = b, else 0; no gradient.</summary>
    /// <param name="a">Left operand.</param>
    /// <param name="b">Right operand, of a shape that broadcasts with the left one's.</param>
    public static Node Equal(Node a, Node b) => Binary(ElementwiseCode.Equal, a, b);

    /// <summary>aᵇ, for a &gt; 0.</summary>
    /// <param name="a">Base, above 0 where a gradient passes to the exponent.</param>
    /// <param name="b">Exponent, of a shape that broadcasts with the base's.</param>
    public static Node Pow(Node a, Node b) => Binary(ElementwiseCode.Pow, a, b);

    /// <summary>−x.</summary>
    /// <param name="x">Any shape.</param>
    public static Node Negate(Node x) => Unary(ElementwiseCode.Negate, x);

    /// <summary>eˣ.</summary>
    /// <param name="x">Any shape.</param>
    public static Node Exp(Node x) => Unary(ElementwiseCode.Exp, x);

    /// <summary>Natural logarithm.</summary>
    /// <param name="x">Any shape; values above 0.</param>
    public static Node Log(Node x) => Unary(ElementwiseCode.Log, x);

    /// <summary>√x.</summary>
    /// <param name="x">Any shape; values of at least 0.</param>
    public static Node Sqrt(Node x) => Unary(ElementwiseCode.Sqrt, x);

    /// <summary>1/√x.</summary>
    /// <param name="x">Any shape; values above 0.</param>
    public static Node Rsqrt(Node x) => Unary(ElementwiseCode.Rsqrt, x);

    /// <summary>x².</summary>
    /// <param name="x">Any shape.</param>
    public static Node Square(Node x) => Unary(ElementwiseCode.Square, x);

    /// <summary>1/x.</summary>
    /// <param name="x">Any shape; values other than 0.</param>
    public static Node Reciprocal(Node x) => Unary(ElementwiseCode.Reciprocal, x);

    /// <summary>|x|.</summary>
    /// <param name="x">Any shape.</param>
    public static Node Abs(Node x) => Unary(ElementwiseCode.Abs, x);

    /// <summary>−1, 0 or 1; no gradient.</summary>
    /// <param name="x">Any shape.</param>
    public static Node Sign(Node x) => Unary(ElementwiseCode.Sign, x);

    /// <summary>Sine, x in radians.</summary>
    /// <param name="x">Any shape, in radians.</param>
    public static Node Sin(Node x) => Unary(ElementwiseCode.Sin, x);

    /// <summary>Cosine, x in radians.</summary>
    /// <param name="x">Any shape, in radians.</param>
    public static Node Cos(Node x) => Unary(ElementwiseCode.Cos, x);

    /// <summary>Hyperbolic tangent.</summary>
    /// <param name="x">Any shape.</param>
    public static Node Tanh(Node x) => Unary(ElementwiseCode.Tanh, x);

    /// <summary>1/(1 + e⁻ˣ).</summary>
    /// <param name="x">Any shape.</param>
    public static Node Sigmoid(Node x) => Unary(ElementwiseCode.Sigmoid, x);

    /// <summary>x · sigmoid(x): SiLU, also called swish.</summary>
    /// <param name="x">Any shape.</param>
    public static Node Silu(Node x) => Unary(ElementwiseCode.Silu, x);

    /// <summary>max(x, 0); the gradient at 0 is 0.</summary>
    /// <param name="x">Any shape.</param>
    public static Node Relu(Node x) => Unary(ElementwiseCode.Relu, x);

    /// <summary>The error function.</summary>
    /// <param name="x">Any shape.</param>
    public static Node Erf(Node x) => Unary(ElementwiseCode.Erf, x);

    /// <summary>log(1 + eˣ).</summary>
    /// <param name="x">Any shape.</param>
    public static Node Softplus(Node x) => Unary(ElementwiseCode.Softplus, x);

    /// <summary>x Φ(x), with the exact normal distribution function: GELU (Hendrycks and Gimpel 2016, arXiv:1606.08415).</summary>
    /// <param name="x">Any shape.</param>
    public static Node Gelu(Node x) => 0.5 * x * (1 + Erf(x * Math.Sqrt(0.5)));

    /// <summary>Stretches dimensions of 1 to a shape; itself where nothing stretches.</summary>
    /// <param name="x">Dimensions of 1, or missing outermost ones, stretch.</param>
    /// <param name="shape">The shape to reach.</param>
    /// <exception cref="ArgumentException">The shape cannot be reached.</exception>
    public static Node BroadcastTo(Node x, Shape shape)
    {
        if (x.Shape == shape) return x;
        if (Shape.Broadcast(x.Shape, shape, nameof(BroadcastTo)) != shape)
            throw new ArgumentException($"BroadcastTo: {x.Shape} does not stretch to {shape}.", nameof(shape));
        return x.Graph.Build(new BroadcastTo(), shape, x);
    }

    /// <summary>x with each value zeroed with probability <paramref name="rate"/> and the rest scaled by 1/(1 − rate).</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="rate">In [0, 1); 0 builds nothing.</param>
    public static Node Dropout(Node x, double rate)
    {
        if (!(rate >= 0 && rate < 1)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "Dropout: the rate lies in [0, 1).");
        return rate == 0 ? x : x * x.Graph.Build(new DropoutMask((float)rate, x.Graph.NextDropoutStream()), x.Shape);
    }

    internal static Node SiluGradient(Node x, Node dy) => Binary(ElementwiseCode.SiluGradient, x, dy);

    private static Node Unary(ElementwiseCode code, Node x) => x.Graph.Build(new Elementwise(code), x.Shape, x);

    private static Node Binary(ElementwiseCode code, Node a, Node b)
    {
        var shape = Shape.Broadcast(a.Shape, b.Shape, code.ToString());
        // Numbers stay numbers: kernels take them as immediates, and gradients are full of ones.
        var (x, y) = (ScalarFolding.Number(a), ScalarFolding.Number(b));
        if (x is { } left && y is { } right && ScalarFolding.Fold(code, left, right) is { } folded) return BroadcastTo(a.Graph.Scalar(folded), shape);
        if (code == ElementwiseCode.Multiply && x == 1 && b.Shape == shape) return b;
        if (code is ElementwiseCode.Multiply or ElementwiseCode.Divide && y == 1 && a.Shape == shape) return a;
        return a.Graph.Build(new Elementwise(code), shape, Stretch(a, x), Stretch(b, y));

        Node Stretch(Node operand, float? number) => number is { } value ? operand.Graph.Scalar(value) : BroadcastTo(operand, shape);
    }
}

using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs;

/// <summary>Reverse-mode differentiation: builds the gradient out of nodes, so that it can be compiled, fused and differentiated again.</summary>
/// <remarks>
/// One rule per operation, all of them here. Group norm and attention have first derivatives only: differentiating their gradient
/// throws <see cref="NotSupportedException"/>. The rest is closed under differentiation.
/// </remarks>
public static class Gradients
{
    /// <summary>∂loss/∂x for each x; zeros where the loss does not depend on x.</summary>
    /// <param name="loss">A single value, of shape [] or any shape of one value.</param>
    /// <param name="wrt">The nodes to differentiate by.</param>
    /// <exception cref="ArgumentException">The loss has more than one value.</exception>
    /// <exception cref="NotSupportedException">A derivative on the way is not defined.</exception>
    public static IReadOnlyList<Node> Of(Node loss, IReadOnlyList<Node> wrt)
    {
        if (loss.Shape.Count != 1) throw new ArgumentException($"Gradients: the loss is a single value, not {loss.Shape}.", nameof(loss));
        if (wrt.FirstOrDefault(x => ScalarFolding.Number(x) is not null) is { } number) throw new ArgumentException($"Gradients: {number} is a number known while building, not a variable.", nameof(wrt));
        var graph = loss.Graph;
        var leads = LeadsTo(wrt, loss);
        var adjoints = new Dictionary<Node, Node> { [loss] = Op.BroadcastTo(graph.Scalar(1), loss.Shape) };
        for (var id = loss.Id; id >= 0; id--)
        {
            var node = graph.Nodes[id];
            if (!leads[id] || !adjoints.TryGetValue(node, out var g) || node.Inputs.Count == 0) continue;
            using (graph.ScopeOf(node))
            {
                void Give(int input, Func<Node> gradient)
                {
                    var target = node.Inputs[input];
                    if (target.Id >= leads.Length || !leads[target.Id]) return;
                    var part = gradient();
                    adjoints[target] = adjoints.TryGetValue(target, out var sum) ? sum + part : part;
                }

                Rule(node, g, Give);
            }
        }

        return [.. wrt.Select(x => adjoints.TryGetValue(x, out var g) ? g : Op.BroadcastTo(graph.Scalar(0), x.Shape))];
    }

    // Which nodes lie on a path from one of `wrt`; all others get no gradient built.
    private static bool[] LeadsTo(IReadOnlyList<Node> wrt, Node loss)
    {
        var leads = new bool[loss.Id + 1];
        foreach (var x in wrt)
            if (x.Id < leads.Length) leads[x.Id] = true;
        for (var id = 0; id < leads.Length; id++)
            foreach (var input in loss.Graph.Nodes[id].Inputs) leads[id] |= leads[input.Id];
        return leads;
    }

    private static void Rule(Node y, Node g, Action<int, Func<Node>> give)
    {
        Node In(int i) => y.Inputs[i];
        switch (y.Operation)
        {
            case Elementwise { Code: var code }:
                ElementwiseRule(code, y, g, give);
                break;
            case BroadcastTo:
                give(0, () => Op.SumTo(g, In(0).Shape));
                break;
            case Reshape { Detached: true }:
                break;
            case Reshape:
                give(0, () => Op.Reshape(g, In(0).Shape));
                break;
            case Transpose { Permutation: var permutation }:
                give(0, () =>
                {
                    var inverse = new int[permutation.Rank];
                    for (var i = 0; i < inverse.Length; i++) inverse[permutation[i]] = i;
                    return Op.Transpose(g, inverse);
                });
                break;
            case Slice { Axis: var axis, Start: var start }:
                give(0, () => Op.Pad(g, axis, start, In(0).Shape[axis] - start - y.Shape[axis]));
                break;
            case Pad { Axis: var axis, Before: var before }:
                give(0, () => Op.Slice(g, axis, before, In(0).Shape[axis]));
                break;
            case Concatenate { Axis: var axis }:
                for (int i = 0, start = 0; i < y.Inputs.Count; start += In(i).Shape[axis], i++)
                {
                    var (part, first) = (i, start);
                    give(part, () => Op.Slice(g, axis, first, In(part).Shape[axis]));
                }

                break;
            case Sum { Axis: var axis, AxisCount: var count, Scale: var scale }:
                give(0, () => Spread(scale == 1 ? g : g * scale, In(0).Shape, axis, count));
                break;
            case Max { Axis: var axis, AxisCount: var count }:
                give(0, () =>
                {
                    var largest = Op.Equal(In(0), Spread(y, In(0).Shape, axis, count));
                    var ties = Op.Sum(largest, false, [.. Enumerable.Range(axis, count)]);
                    return largest * Spread(g / ties, In(0).Shape, axis, count);
                });
                break;
            case MatMul { TransposeA: var ta, TransposeB: var tb }:
                give(0, () => ta ? Op.MatMul(In(1), g, tb, true) : Op.MatMul(g, In(1), false, !tb));
                give(1, () => tb ? Op.MatMul(g, In(0), true, ta) : Op.MatMul(In(0), g, !ta, false));
                break;
            case Conv2D { Stride: var stride, Padding: var padding }:
                give(0, () => y.Graph.Build(new Conv2DGradInput(stride, padding), In(0).Shape, g, In(1)));
                give(1, () => y.Graph.Build(new Conv2DGradWeight(stride, padding), In(1).Shape, In(0), g));
                break;
            case Conv2DGradInput { Stride: var stride, Padding: var padding }:
                give(0, () => y.Graph.Build(new Conv2D(stride, padding), In(0).Shape, g, In(1)));
                give(1, () => y.Graph.Build(new Conv2DGradWeight(stride, padding), In(1).Shape, g, In(0)));
                break;
            case Conv2DGradWeight { Stride: var stride, Padding: var padding }:
                give(0, () => y.Graph.Build(new Conv2DGradInput(stride, padding), In(0).Shape, In(1), g));
                give(1, () => y.Graph.Build(new Conv2D(stride, padding), In(1).Shape, In(0), g));
                break;
            case UpsampleNearest { Factor: var factor }:
                give(0, () => Op.SumPool(g, factor, 1));
                break;
            case SumPool { Factor: var factor, Scale: var scale }:
                give(0, () => scale == 1 ? Op.UpsampleNearest(g, factor) : Op.UpsampleNearest(g, factor) * scale);
                break;
            case GroupNormApply { Groups: var groups, Silu: var silu }:
                GroupNormRule(y, g, groups, silu, give);
                break;
            case Softmax:
                give(0, () => y * (g - Op.Sum(g * y, true, -1)));
                break;
            case Attention { Heads: var heads, Scale: var scale }:
                give(0, () => y.Graph.Build(new AttentionGrad(heads, scale), In(0).Shape, In(0), g));
                break;
            case Embedding:
                give(0, () => y.Graph.Build(new EmbeddingGrad(), In(0).Shape, g, In(1)));
                break;
            case EmbeddingGrad:
                give(0, () => Op.Embedding(g, In(1)));
                break;
            default:
                throw new NotSupportedException($"Gradients: {y.Operation.Name} has no derivative; it was reached at {y}.");
        }
    }

    private static void ElementwiseRule(ElementwiseCode code, Node y, Node g, Action<int, Func<Node>> give)
    {
        var a = y.Inputs[0];
        var b = y.Inputs.Count > 1 ? y.Inputs[1] : a;
        switch (code)
        {
            case ElementwiseCode.Add:
                give(0, () => g);
                give(1, () => g);
                break;
            case ElementwiseCode.Subtract:
                give(0, () => g);
                give(1, () => -g);
                break;
            case ElementwiseCode.Multiply:
                give(0, () => g * b);
                give(1, () => g * a);
                break;
            case ElementwiseCode.Divide:
                give(0, () => g / b);
                give(1, () => -(g * y / b));
                break;
            case ElementwiseCode.Maximum:
                give(0, () => g * (Op.Greater(a, b) + (0.5 * Op.Equal(a, b))));
                give(1, () => g * (Op.Greater(b, a) + (0.5 * Op.Equal(a, b))));
                break;
            case ElementwiseCode.Minimum:
                give(0, () => g * (Op.Greater(b, a) + (0.5 * Op.Equal(a, b))));
                give(1, () => g * (Op.Greater(a, b) + (0.5 * Op.Equal(a, b))));
                break;
            case ElementwiseCode.Pow:
                give(0, () => g * b * Op.Pow(a, b - 1));
                give(1, () => g * y * Op.Log(a));
                break;
            case ElementwiseCode.SiluGradient:
                // y = b s(1 + a(1 − s)) with s = sigmoid(a), so ∂y/∂a = b s(1 − s)(2 + a(1 − 2s)).
                give(0, () =>
                {
                    var s = Op.Sigmoid(a);
                    return g * b * s * (1 - s) * (2 + (a * (1 - (2 * s))));
                });
                give(1, () => Op.SiluGradient(a, g));
                break;
            case ElementwiseCode.Greater or ElementwiseCode.Equal or ElementwiseCode.Sign:
                break;
            default:
                give(0, () => UnaryRule(code, a, y, g));
                break;
        }
    }

    private static Node UnaryRule(ElementwiseCode code, Node x, Node y, Node g) => code switch
    {
        ElementwiseCode.Negate => -g,
        ElementwiseCode.Exp => g * y,
        ElementwiseCode.Log => g / x,
        ElementwiseCode.Sqrt => 0.5 * g / y,
        ElementwiseCode.Rsqrt => -0.5 * g * y * y * y,
        ElementwiseCode.Square => 2 * x * g,
        ElementwiseCode.Reciprocal => -(g * y * y),
        ElementwiseCode.Abs => g * Op.Sign(x),
        ElementwiseCode.Sin => g * Op.Cos(x),
        ElementwiseCode.Cos => -(g * Op.Sin(x)),
        ElementwiseCode.Tanh => g * (1 - (y * y)),
        ElementwiseCode.Sigmoid => g * y * (1 - y),
        ElementwiseCode.Silu => Op.SiluGradient(x, g),
        ElementwiseCode.Relu => g * Op.Greater(x, x.Graph.Scalar(0)),
        ElementwiseCode.Erf => g * (2 / Math.Sqrt(Math.PI)) * Op.Exp(-Op.Square(x)),
        ElementwiseCode.Softplus => g * Op.Sigmoid(x),
        _ => throw new NotSupportedException($"Gradients: {code} has no derivative."),
    };

    private static void GroupNormRule(Node y, Node g, int groups, bool silu, Action<int, Func<Node>> give)
    {
        var (x, statistics, gamma, beta) = (y.Inputs[0], y.Inputs[1], y.Inputs[2], y.Inputs[3]);
        // The gradient in x goes through the statistics too, so they get none of their own.
        Node Sums() => y.Graph.Build(new GroupNormGradSums(groups, silu), [x.Shape[0], 2, x.Shape[^1]], x, statistics, gamma, beta, g);
        Node Total(int which) => Op.Reshape(Op.Slice(Op.Sum(Sums(), false, 0), 0, which, 1), gamma.Shape);
        give(0, () => y.Graph.Build(new GroupNormGradInput(groups, silu), x.Shape, x, statistics, gamma, beta, g, Sums()));
        give(2, () => Total(1));
        give(3, () => Total(0));
    }

    private static Node Spread(Node g, Shape shape, int axis, int count)
    {
        var kept = shape.Dimensions.ToArray();
        kept.AsSpan(axis, count).Fill(1);
        return Op.BroadcastTo(Op.Reshape(g, Shape.Create(kept)), shape);
    }
}

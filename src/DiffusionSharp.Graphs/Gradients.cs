using System.Diagnostics;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs;

/// <summary>Reverse-mode differentiation: builds the gradient out of nodes, so that it can be compiled, fused and differentiated again.</summary>
/// <remarks>
/// One rule per operation, all of them here; each returns one gradient for every operand, or none where none passes. Group norm and
/// attention have first derivatives only: differentiating their gradient throws <see cref="NotSupportedException"/>. The rest is closed under differentiation.
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
        if (wrt.FirstOrDefault(x => ScalarFolding.Number(x) is not null) is { } number)
            throw new ArgumentException($"Gradients: {number} is a number known while building, not a variable.", nameof(wrt));
        var graph = loss.Graph;
        var leads = LeadsTo(wrt, loss);
        var adjoints = new Dictionary<Node, Node> { [loss] = Op.BroadcastTo(graph.Scalar(1), loss.Shape) };
        for (var id = loss.Id; id >= 0; id--)
        {
            var node = graph.Nodes[id];
            if (!leads[id] || !adjoints.TryGetValue(node, out var g) || node.Inputs.Count == 0) continue;
            using (graph.ScopeOf(node))
            {
                var gradients = Rule(node, g);
                Debug.Assert(gradients.Count == node.Inputs.Count, $"{node.Operation.Name} has a rule for {gradients.Count} of {node.Inputs.Count} operands.");
                foreach (var (target, gradient) in node.Inputs.Zip(gradients))
                {
                    if (gradient is null || target.Id >= leads.Length || !leads[target.Id]) continue;
                    var part = gradient();
                    adjoints[target] = adjoints.TryGetValue(target, out var sum) ? sum + part : part;
                }
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

    // One gradient for each input, null where none passes; built only where it is asked for, so that a graph holds no node for nothing.
    private static IReadOnlyList<Func<Node>?> Rule(Node y, Node g)
    {
        Node In(int i) => y.Inputs[i];
        return y.Operation switch
        {
            Elementwise { Code: var code } => ElementwiseRule(code, y, g),
            BroadcastTo => [() => Op.SumTo(g, In(0).Shape)],
            Reshape { Detached: true } => [null],
            Reshape => [() => Op.Reshape(g, In(0).Shape)],
            Transpose { Permutation: var permutation } => [() => Op.Transpose(g, Inverse(permutation))],
            Slice { Axis: var axis, Start: var start } => [() => Op.Pad(g, axis, start, In(0).Shape[axis] - start - y.Shape[axis])],
            Pad { Axis: var axis, Before: var before } => [() => Op.Slice(g, axis, before, In(0).Shape[axis])],
            Concatenate { Axis: var axis } => ConcatenateRule(y, g, axis),
            Sum { Axis: var axis, AxisCount: var count, Scale: var scale } => [() => Spread(scale == 1 ? g : g * scale, In(0).Shape, axis, count)],
            Max { Axis: var axis, AxisCount: var count } => [() => MaxRule(y, g, axis, count)],
            MatMul { TransposeA: var ta, TransposeB: var tb } =>
            [
                () => ta ? Op.MatMul(In(1), g, tb, true) : Op.MatMul(g, In(1), false, !tb),
                () => tb ? Op.MatMul(g, In(0), true, ta) : Op.MatMul(In(0), g, !ta, false),
            ],
            Conv2D { Stride: var stride, Padding: var padding } =>
            [
                () => y.Graph.Build(new Conv2DGradInput(stride, padding), In(0).Shape, g, In(1)),
                () => y.Graph.Build(new Conv2DGradWeight(stride, padding), In(1).Shape, In(0), g),
            ],
            Conv2DGradInput { Stride: var stride, Padding: var padding } =>
            [
                () => y.Graph.Build(new Conv2D(stride, padding), In(0).Shape, g, In(1)),
                () => y.Graph.Build(new Conv2DGradWeight(stride, padding), In(1).Shape, g, In(0)),
            ],
            Conv2DGradWeight { Stride: var stride, Padding: var padding } =>
            [
                () => y.Graph.Build(new Conv2DGradInput(stride, padding), In(0).Shape, In(1), g),
                () => y.Graph.Build(new Conv2D(stride, padding), In(1).Shape, In(0), g),
            ],
            UpsampleNearest { Factor: var factor } => [() => Op.SumPool(g, factor, 1)],
            SumPool { Factor: var factor, Scale: 1 } => [() => Op.UpsampleNearest(g, factor)],
            SumPool { Factor: var factor, Scale: var scale } => [() => Op.UpsampleNearest(g, factor) * scale],
            GroupNormApply { Groups: var groups, Silu: var silu } => GroupNormRule(y, g, groups, silu),
            Softmax => [() => y * (g - Op.Sum(g * y, true, -1))],
            Attention { Heads: var heads, Scale: var scale } => [() => y.Graph.Build(new AttentionGrad(heads, scale), In(0).Shape, In(0), g)],
            Embedding => [() => y.Graph.Build(new EmbeddingGrad(), In(0).Shape, g, In(1)), null],
            EmbeddingGrad => [() => Op.Embedding(g, In(1)), null],
            _ => throw new NotSupportedException($"Gradients: {y.Operation.Name} has no derivative; it was reached at {y}."),
        };
    }

    private static IReadOnlyList<Func<Node>?> ElementwiseRule(ElementwiseCode code, Node y, Node g)
    {
        var a = y.Inputs[0];
        var b = y.Inputs.Count > 1 ? y.Inputs[1] : a;
        return code switch
        {
            ElementwiseCode.Add => [() => g, () => g],
            ElementwiseCode.Subtract => [() => g, () => -g],
            ElementwiseCode.Multiply => [() => g * b, () => g * a],
            ElementwiseCode.Divide => [() => g / b, () => -(g * y / b)],

            // At a tie each takes half.
            ElementwiseCode.Maximum =>
            [
                () => g * (Op.Greater(a, b) + (0.5 * Op.Equal(a, b))),
                () => g * (Op.Greater(b, a) + (0.5 * Op.Equal(a, b))),
            ],
            ElementwiseCode.Minimum =>
            [
                () => g * (Op.Greater(b, a) + (0.5 * Op.Equal(a, b))),
                () => g * (Op.Greater(a, b) + (0.5 * Op.Equal(a, b))),
            ],
            ElementwiseCode.Pow => [() => g * b * Op.Pow(a, b - 1), () => g * y * Op.Log(a)],
            ElementwiseCode.SiluGradient => [() => SecondOfSilu(a, b, g), () => Op.SiluGradient(a, g)],
            ElementwiseCode.Greater or ElementwiseCode.Equal => [null, null],
            ElementwiseCode.Sign => [null],
            _ => [() => UnaryRule(code, a, y, g)],
        };
    }

    // y = b s(1 + a(1 − s)) with s = sigmoid(a), so ∂y/∂a = b s(1 − s)(2 + a(1 − 2s)).
    private static Node SecondOfSilu(Node a, Node b, Node g)
    {
        var s = Op.Sigmoid(a);
        return g * b * s * (1 - s) * (2 + (a * (1 - (2 * s))));
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

    private static IReadOnlyList<Func<Node>?> ConcatenateRule(Node y, Node g, int axis)
    {
        var gradients = new List<Func<Node>?>();
        var next = 0;
        foreach (var part in y.Inputs)
        {
            var (start, length) = (next, part.Shape[axis]);
            gradients.Add(() => Op.Slice(g, axis, start, length));
            next += length;
        }

        return gradients;
    }

    private static Node MaxRule(Node y, Node g, int axis, int count)
    {
        var x = y.Inputs[0];
        var largest = Op.Equal(x, Spread(y, x.Shape, axis, count));
        var ties = Op.Sum(largest, false, [.. Enumerable.Range(axis, count)]);
        return largest * Spread(g / ties, x.Shape, axis, count);
    }

    private static IReadOnlyList<Func<Node>?> GroupNormRule(Node y, Node g, int groups, bool silu)
    {
        var (x, statistics, gamma, beta) = (y.Inputs[0], y.Inputs[1], y.Inputs[2], y.Inputs[3]);
        Node Sums() => y.Graph.Build(new GroupNormGradSums(groups, silu), [x.Shape[0], 2, x.Shape[^1]], x, statistics, gamma, beta, g);
        Node Total(int which) => Op.Reshape(Op.Slice(Op.Sum(Sums(), false, 0), 0, which, 1), gamma.Shape);

        // The gradient in x goes through the statistics too, so they get none of their own.
        return
        [
            () => y.Graph.Build(new GroupNormGradInput(groups, silu), x.Shape, x, statistics, gamma, beta, g, Sums()),
            null,
            () => Total(1),
            () => Total(0),
        ];
    }

    private static int[] Inverse(Shape permutation)
    {
        var inverse = new int[permutation.Rank];
        for (var i = 0; i < inverse.Length; i++) inverse[permutation[i]] = i;
        return inverse;
    }

    private static Node Spread(Node g, Shape shape, int axis, int count)
    {
        var kept = shape.Dimensions.ToArray();
        kept.AsSpan(axis, count).Fill(1);
        return Op.BroadcastTo(Op.Reshape(g, Shape.Create(kept)), shape);
    }
}

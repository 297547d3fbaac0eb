using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

internal sealed partial class RandomGraph
{
    private Node Unary(Node x)
    {
        // Where the domain is the positive numbers, softplus leads there.
        Node Positive() => Op.Softplus(x) + 0.5;
        return random.Integer(18) switch
        {
            0 => -x,
            1 => Op.Exp(0.5 * Op.Tanh(x)),
            2 => Op.Log(Positive()),
            3 => Op.Sqrt(Positive()),
            4 => Op.Rsqrt(Positive()),
            5 => Op.Square(x),
            6 => Op.Reciprocal(Positive()),
            7 => Op.Abs(x),
            8 => Op.Sign(x),
            9 => Op.Sin(x),
            10 => Op.Cos(x),
            11 => Op.Tanh(x),
            12 => Op.Sigmoid(x),
            13 => Op.Silu(x),
            14 => Op.Relu(x),
            15 => Op.Erf(x),
            16 => Op.Gelu(x),
            _ => Op.Pow(Positive(), Op.Tanh(x)),
        };
    }

    private Node Binary(Node a)
    {
        var b = random.Integer(6) switch
        {
            0 => Graph.Scalar(Math.Round(random.Uniform(-2, 2), 2)),
            1 => a,
            2 => Source(Narrowed(a.Shape)),
            _ => Pick(n => Stretches(n.Shape, a.Shape)) ?? a,
        };
        if (Toss()) (a, b) = (b, a);
        return random.Integer(9) switch
        {
            0 or 1 => a + b,
            2 => a - b,
            3 or 4 => a * b,
            5 => a / (Op.Square(b) + 1),
            6 => Op.Maximum(a, b),
            7 => Op.Minimum(a, b),
            _ => Pick<Func<Node, Node, Node>>(Op.Greater, Op.Equal)(a, b),
        };
    }

    private Node Reshaped(Node x)
    {
        var count = x.Shape.Count;
        var (n, c) = (x.Shape.Rank == 0 ? 1 : x.Shape[0], x.Shape.Rank == 0 ? 1 : x.Shape[^1]);
        var (outer, inner) = (n == 0 ? 0 : count / n, c == 0 ? 0 : count / c);
        return Op.Reshape(x, Pick<Shape>([count], [inner, c], [n, outer], [1, inner, c], [n, 1, outer], [inner, 1, 1, c], [c, inner], [1, 1, inner, c]));
    }

    private Node Moved(Node x)
    {
        if (x.Shape.Rank == 0) return Op.Concatenate(0, Op.Reshape(x, [1]), Source([2]));
        var axis = random.Integer(x.Shape.Rank);
        var size = x.Shape[axis];
        switch (random.Integer(5))
        {
            case 0:
                var permutation = Enumerable.Range(0, x.Shape.Rank).OrderBy(_ => random.Uniform()).ToArray();
                return Op.Transpose(x, permutation);
            case 1:
                var start = random.Integer(size);
                return Op.Slice(x, axis, start, 1 + random.Integer(size - start));
            case 2:
                return Op.Pad(x, axis, random.Integer(3), random.Integer(3));
            case 3:
                return Op.Concatenate(axis, x, Pick(n => n.Shape == x.Shape)!, Toss() ? x : Source(x.Shape.With(axis, 1)));
            default:
                return Op.BroadcastTo(x, x.Shape.Prepend(1 + random.Integer(3)));
        }
    }

    private Node? Reduced(Node x)
    {
        if (x.Shape.Rank == 0) return null;
        var axes = Enumerable.Range(0, x.Shape.Rank).Where(_ => Toss()).ToArray();
        var keep = Toss();
        return random.Integer(4) switch
        {
            0 => Op.Sum(x, keep, axes),
            1 => Op.Max(x, keep, axes),
            _ => Op.Mean(x, keep, axes),
        };
    }

    private Node Leaf() => random.Integer(6) switch
    {
        0 => Graph.Scalar(Math.Round(random.Uniform(-2, 2), 2)),
        1 => Graph.Constant(new FloatTensor([3, 4], [.. Builder.Random([3, 4], -1, 1).Select(v => (float)v)])),
        2 => Op.BroadcastTo(Graph.Scalar(0.5), [3, 4]),
        3 => Op.SinusoidalFeatures(Source([3]), 4),
        4 => Op.Embedding(Source([4, 4]), Builder.Fixed([3], 1, 3, 1)),
        _ => Source(Pick<Shape>([2, 4, 3, 4], [3, 4], [4], [1], [2, 3, 6])),
    };

    // Longer than a chain may be, with more operands than it may read, and now and then a value that others read too.
    private Node Chain(Node x)
    {
        // Few operands reach the limit of instructions, many that of operands.
        var choices = Toss() ? 1 : 3;
        for (var left = random.Integer(Toss() ? 60 : 8); left >= 0; left--)
        {
            var operand = random.Integer(choices) switch { 0 => Graph.Scalar(0.75), 1 => Source(Narrowed(x.Shape)), _ => Pick(n => Stretches(n.Shape, x.Shape)) ?? x };
            x = random.Integer(5) switch
            {
                0 => Op.Tanh(x + operand),
                1 => Op.Sigmoid(operand - x) * x,
                2 => 0.5 * (x + Op.Sin(operand)),
                3 => Op.Silu(x) - (0.25 * operand),
                _ => Op.Cos(operand * x),
            };
            if (random.Integer(10) == 0 && IsTame(x)) pool.Add(x);
        }

        return x;
    }

    private Node Gradient()
    {
        var y = Pick();
        var loss = Op.Mean(Toss() ? Op.Square(y) : Op.Tanh(y) * Pick(n => Stretches(n.Shape, y.Shape))!);
        var reached = Differences.Between(Builder.Variables, loss).Where(n => n.Operation is Input or Parameter || pool.Contains(n));
        var wrt = reached.OrderBy(_ => random.Uniform()).Take(4).ToList();
        foreach (var g in Gradients.Of(loss, wrt))
            if (IsTame(g)) pool.Add(g);
        return loss;
    }

    private Shape Narrowed(Shape shape)
    {
        var kept = shape.Dimensions[random.Integer(shape.Rank + 1)..].ToArray();
        for (var i = 0; i < kept.Length; i++)
            if (random.Integer(3) == 0) kept[i] = 1;
        return Shape.Create(kept);
    }

    private static bool Stretches(Shape from, Shape to)
    {
        if (from.Rank > to.Rank) return false;
        for (var i = 1; i <= from.Rank; i++)
            if (from[^i] != 1 && from[^i] != to[^i]) return false;
        return true;
    }
}

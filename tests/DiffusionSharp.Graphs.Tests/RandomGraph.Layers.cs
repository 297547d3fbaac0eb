using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Tests;

internal sealed partial class RandomGraph
{
    private Node Weight(Shape shape) => Toss() ? Builder.Variable(shape, -0.5, 0.5) : Builder.Parameter(shape, -0.5, 0.5);

    private Node? MatrixProduct()
    {
        if (Pick(n => n.Shape.Rank == 2 && n.Shape[0] > 0 && n.Shape[1] > 0) is not { } a) return null;
        var (ta, tb) = (Toss(), Toss());
        var (k, width) = (ta ? a.Shape[0] : a.Shape[1], 1 + random.Integer(5));
        Node Another() => Op.MatMul(a, Weight(tb ? [width, k] : [k, width]), ta, tb);
        return WithAddends(Another(), Another);
    }

    private Node? BatchedProduct()
    {
        if (Pick(n => n.Shape.Rank == 3) is not { } a) return null;
        var (ta, tb) = (Toss(), Toss());
        var (k, width) = (ta ? a.Shape[1] : a.Shape[2], 1 + random.Integer(5));
        var y = Op.MatMul(a, Weight(tb ? [a.Shape[0], width, k] : [a.Shape[0], k, width]), ta, tb);
        return Toss() ? y : y + Source(Narrowed(y.Shape));
    }

    private Node? Convolution()
    {
        if (Pick(n => n.Shape.Rank == 4 && n.Shape[3] <= 8 && n.Shape[3] > 0) is not { } x) return null;
        var (height, width) = Pick((1, 1), (3, 3), (2, 3));
        var (stride, padding) = (Pick(1, 1, 2), Pick(Padding.All(1), new(0, 1, 1, 0), new(2, 0, 1, 1)));
        if (x.Shape[1] + padding.Top + padding.Bottom < height || x.Shape[2] + padding.Left + padding.Right < width) return null;
        var channels = Pick(x.Shape[3], 1 + random.Integer(5));
        Node Another() => Op.Conv2D(x, Weight([height, width, x.Shape[3], channels]), stride, padding);
        return WithAddends(Another(), Another);
    }

    // A product with biases, time embeddings, residuals, other products and numbers, in any order and on either side.
    private Node WithAddends(Node y, Func<Node> another)
    {
        var (shape, channels) = (y.Shape, y.Shape[^1]);
        for (var left = random.Integer(6); left > 0; left--)
        {
            var addend = random.Integer(9) switch
            {
                0 or 1 => Source([channels]),
                2 => Source([1, channels]),
                3 when shape.Rank == 4 => Source([shape[0], 1, 1, channels]),
                4 when shape.Rank == 4 => Op.Reshape(Op.Linear(Source([shape[0], 3]), Weight([3, channels])), [shape[0], 1, 1, channels]),
                5 => another(),
                6 => Source([]),
                7 => Graph.Scalar(0.25),
                _ => Pick(n => n.Shape == shape) ?? Source(shape),
            };
            y = Toss() ? y + addend : addend + y;
            // A second reader in the middle of the sum.
            if (random.Integer(5) == 0 && IsTame(y)) pool.Add(y);
        }

        return Toss() ? y : Op.Silu(y);
    }

    private Node? Layer()
    {
        if (Pick(n => n.Shape.Rank is 2 or 3 or 4 && n.Shape.Count > 0) is not { } x) return null;
        var c = x.Shape[^1];
        var groups = Pick([.. Enumerable.Range(1, c).Where(g => c % g == 0)]);
        switch (random.Integer(7))
        {
            // One value a group has no spread, and its rounding error is all that is left.
            case 0 or 1 when x.Shape.Count / x.Shape[0] / groups > 2:
                return Op.GroupNorm(x, Source([c]), Source([c]), groups, 1e-2, Toss());
            case 2 when c > 2:
                return Op.LayerNorm(x, Source([c]), Source([c]), 1e-2);
            case 3:
                return Op.Softmax(x);
            case 4 when x.Shape.Rank == 3:
                var qkv = Op.Concatenate(2, x, Pick(n => n.Shape == x.Shape)!, Source(x.Shape));
                return Op.Attention(qkv, groups);
            case 5:
                return Op.Dropout(x, 0.25);
            default:
                return x.Shape.Rank < 4 ? null : x.Shape[1] % 2 == 0 && x.Shape[2] % 2 == 0 && Toss() ? Op.AveragePool(x, 2) : Op.UpsampleNearest(x, 2);
        }
    }
}

using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>
/// A graph grown at random from every operation: values with many consumers, views, dead ends, products with addends in any order,
/// long chains, gradients and gradients of gradients. What fusing, ordering and sharing memory are tried on.
/// </summary>
internal sealed partial class RandomGraph
{
    private const int MostValues = 700;
    private const double MostMagnitude = 30;

    // Nearer than this to a jump, float32 may fall on the other side than double.
    private const double JumpMargin = 1e-3;

    private readonly RandomSequence random;
    private readonly List<Node> pool = [];
    private readonly Interpreter oracle;

    public RandomGraph(int seed, int nodes)
    {
        random = new RandomSequence(new Rng((ulong)seed).Split("graph"));
        Builder = new CaseBuilder($"random {seed}");
        oracle = Builder.Interpret();
        foreach (var shape in new Shape[] { [2, 4, 3, 4], [3, 4], [5, 3], [4], [2, 3, 6], [], [2, 1, 1, 4] }) pool.Add(Source(shape));
        while (pool.Count < nodes) Grow();
        for (var count = 1 + random.Integer(6); Outputs.Count < count;) Outputs[$"out {Outputs.Count}"] = Pick();
    }

    public CaseBuilder Builder { get; }

    public Dictionary<string, Node> Outputs { get; } = [];

    private Graph Graph => Builder.Graph;

    private Node Pick() => pool[random.Integer(pool.Count)];

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[random.Integer(choices.Length)];

    private bool Toss() => random.Integer(2) == 0;

    private Node? Pick(Func<Node, bool> condition)
    {
        var fitting = pool.Where(condition).ToList();
        return fitting.Count == 0 ? null : fitting[random.Integer(fitting.Count)];
    }

    private Node Source(Shape shape) => Toss() ? Builder.Variable(shape, -2, 2) : Builder.Parameter(shape, -2, 2);

    private void Grow()
    {
        Node? grown;
        try
        {
            grown = random.Integer(15) switch
            {
                0 or 1 => Unary(Pick()),
                2 or 3 => Binary(Pick()),
                4 => Reshaped(Pick()),
                5 => Moved(Pick()),
                6 => Reduced(Pick()),
                7 => MatrixProduct(),
                8 => BatchedProduct(),
                9 or 14 => Convolution(),
                10 => Layer(),
                11 => Chain(Pick()),
                12 => Gradient(),
                _ => Leaf(),
            };
        }
        catch (NotSupportedException)
        {
            // The second derivative of a group norm or of attention.
            return;
        }

        if (grown is not null && IsTame(grown)) pool.Add(grown);
    }

    // Float32 can follow: finite, of moderate size, and no jump is near, anywhere on the way.
    private bool IsTame(Node node)
    {
        if (node.Shape.Count is 0 or > MostValues) return false;
        oracle.Evaluate(node);
        var open = new Stack<Node>([node]);
        var seen = new HashSet<Node>(pool);
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next)) continue;
            var values = oracle.Evaluate(next);
            if (values.Any(v => !(Math.Abs(v) <= MostMagnitude)) || IsNearJump(next)) return false;
            foreach (var input in next.Inputs) open.Push(input);
        }

        return true;
    }

    private bool IsNearJump(Node node)
    {
        if (node.Operation is Max { Axis: var axis, AxisCount: var count })
        {
            // The gradient asks which value is the largest.
            var outer = Shape.Create(node.Inputs[0].Shape.Dimensions[..axis]).Count;
            var reduced = Shape.Create(node.Inputs[0].Shape.Dimensions.Slice(axis, count)).Count;
            var (x, inner) = (oracle.Evaluate(node.Inputs[0]), node.Shape.Count / outer);
            for (var i = 0; i < node.Shape.Count; i++)
            {
                var row = Enumerable.Range(0, reduced).Select(r => x[(((i / inner * reduced) + r) * inner) + (i % inner)]).OrderDescending().ToList();
                if (reduced > 1 && row[0] - row[1] < JumpMargin) return true;
            }

            return false;
        }

        if (node.Operation is not Elementwise { Code: var code }) return false;
        var a = oracle.Evaluate(node.Inputs[0]);
        switch (code)
        {
            case ElementwiseCode.Sign or ElementwiseCode.Relu or ElementwiseCode.Abs:
                return a.Any(v => Math.Abs(v) < JumpMargin);
            case ElementwiseCode.Greater or ElementwiseCode.Maximum or ElementwiseCode.Minimum:
            {
                var b = oracle.Evaluate(node.Inputs[1]);
                var n = Math.Max(a.Length, b.Length);
                return Enumerable.Range(0, n).Any(i => Math.Abs(a[i % a.Length] - b[i % b.Length]) < JumpMargin);
            }

            case ElementwiseCode.Equal:
            {
                // Equal asks for the same bits: only where the operands are the very same value, or nowhere near.
                if (node.Inputs[0] == node.Inputs[1]) return false;
                var b = oracle.Evaluate(node.Inputs[1]);
                var n = Math.Max(a.Length, b.Length);
                return Enumerable.Range(0, n).Any(i => Math.Abs(a[i % a.Length] - b[i % b.Length]) < JumpMargin && !IsMaxOf(node.Inputs[1], node.Inputs[0]));
            }

            default:
                return false;
        }
    }

    // The mask of a maximum's gradient compares values with copies of themselves.
    private static bool IsMaxOf(Node stretched, Node x)
    {
        while (stretched.Operation is BroadcastTo or Reshape) stretched = stretched.Inputs[0];
        return stretched.Operation is Max && stretched.Inputs[0] == x;
    }
}

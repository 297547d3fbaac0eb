using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.TestKit;

/// <summary>Runs a graph node by node in double, with one obvious loop for each operation: what programs and gradients are held to.</summary>
/// <param name="inputs">Values of the graph's inputs by name.</param>
/// <param name="parameters">Values of its parameters by full name.</param>
/// <param name="rng">What dropout draws from.</param>
public sealed partial class Interpreter(IReadOnlyDictionary<string, double[]> inputs, Func<string, double[]> parameters, Rng rng)
{
    private readonly Dictionary<Node, double[]> known = [];

    /// <summary>For graphs without parameters and dropout.</summary>
    public Interpreter(IReadOnlyDictionary<string, double[]> inputs)
        : this(inputs, name => throw new ArgumentException($"No values were given for the parameter '{name}'."), default)
    {
    }

    /// <summary>The values of a node; each node is computed once.</summary>
    public double[] Evaluate(Node node)
    {
        foreach (var needed in Unknown(node)) known[needed] = Compute(needed, [.. needed.Inputs.Select(i => known[i])]);
        return known[node];
    }

    private List<Node> Unknown(Node node)
    {
        var reached = new SortedDictionary<int, Node>();
        var open = new Stack<Node>([node]);
        while (open.TryPop(out var next))
        {
            if (known.ContainsKey(next) || !reached.TryAdd(next.Id, next)) continue;
            foreach (var input in next.Inputs) open.Push(input);
        }

        return [.. reached.Values];
    }

    private double[] Compute(Node y, double[][] x)
    {
        var shapes = y.Inputs.Select(i => i.Shape).ToArray();
        var result = y.Operation switch
        {
            Input o => inputs[o.Label],
            Parameter o => parameters(y.Graph.Layout.Entries[o.Index].Name),
            Constant o => Widen(o.Values.Values),
            Scalar o => [o.Value],
            Elementwise o => Pointwise(o.Code, y.Shape, shapes, x),
            BroadcastTo => Stretch(x[0], shapes[0], y.Shape),
            Reshape => x[0],
            Transpose o => Permute(x[0], shapes[0], y.Shape, o.Permutation),
            Slice o => Part(x[0], shapes[0], y.Shape, o.Axis, o.Start),
            Pad o => Padded(x[0], shapes[0], y.Shape, o.Axis, o.Before),
            Concatenate o => Joined(x, shapes, y.Shape, o.Axis),
            Sum o => Reduced(x[0], shapes[0], y.Shape, o.Axis, o.AxisCount, 0, (a, b) => a + b, o.Scale),
            Max o => Reduced(x[0], shapes[0], y.Shape, o.Axis, o.AxisCount, double.NegativeInfinity, Math.Max, 1),
            MatMul o => Product(x[0], shapes[0], o.TransposeA, x[1], shapes[1], o.TransposeB, y.Shape),
            Conv2D o => Correlate(x[0], shapes[0], x[1], shapes[1], y.Shape, o.Stride, o.Padding),
            Conv2DGradInput o => CorrelateBack(x[0], shapes[0], x[1], shapes[1], y.Shape, o.Stride, o.Padding),
            Conv2DGradWeight o => CorrelateWeight(x[0], shapes[0], x[1], shapes[1], y.Shape, o.Stride, o.Padding),
            UpsampleNearest o => Repeat(x[0], shapes[0], y.Shape, o.Factor),
            SumPool o => Pool(x[0], shapes[0], y.Shape, o.Factor, o.Scale),
            GroupNormStatistics o => Statistics(x[0], shapes[0], o.Groups, o.Epsilon),
            GroupNormApply o => Normalise(x, shapes[0], o.Groups, o.Silu),
            GroupNormGradSums o => NormaliseSums(x, shapes[0], o.Groups, o.Silu),
            GroupNormGradInput o => NormaliseBack(x, shapes[0], o.Groups, o.Silu),
            Softmax => Rows(x[0], shapes[0]),
            Attention o => Attend(x[0], y.Shape, o.Heads, o.Scale),
            AttentionGrad o => AttendBack(x[0], x[1], shapes[1], o.Heads, o.Scale),
            Embedding => Gather(x[0], x[1], shapes[0][1]),
            EmbeddingGrad => Scatter(x[0], x[1], y.Shape),
            DropoutMask o => Mask(y.Shape, o.Rate, o.Stream),
            AdamUpdate => [Norm(x[1..])],
            _ => throw new NotSupportedException($"The interpreter does not know {y.Operation.Name}."),
        };
        return result.Length == y.Shape.Count ? result : throw new InvalidOperationException($"{y} holds {y.Shape.Count} values, {result.Length} came.");
    }

    private static double[] Widen(ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = values[i];
        return wide;
    }

    private static double[] Fill(Shape shape, Func<int[], double> value)
    {
        var result = new double[shape.Count];
        for (var i = 0; i < result.Length; i++) result[i] = value(Coordinates(i, shape));
        return result;
    }

    private static int[] Coordinates(int flat, Shape shape)
    {
        var at = new int[shape.Rank];
        for (var axis = shape.Rank - 1; axis >= 0; axis--) (flat, at[axis]) = Math.DivRem(flat, shape[axis]);
        return at;
    }

    private static int Flat(Shape shape, params ReadOnlySpan<int> at)
    {
        var flat = 0;
        for (var axis = 0; axis < shape.Rank; axis++) flat = (flat * shape[axis]) + at[axis];
        return flat;
    }
}

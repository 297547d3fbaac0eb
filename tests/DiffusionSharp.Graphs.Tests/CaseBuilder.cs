using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>A graph together with values for everything it reads. Values are floats, so that programs and the interpreter read the same.</summary>
internal sealed class CaseBuilder(string name)
{
    private readonly RandomSequence random = new(new Rng(1).Split(name));

    public Graph Graph { get; } = new();

    /// <summary>What is differentiated by.</summary>
    public List<Node> Variables { get; } = [];

    /// <summary>Values of inputs and parameters.</summary>
    public Dictionary<string, double[]> Values { get; } = [];

    /// <summary>What dropout draws from.</summary>
    public static Rng Rng { get; } = new(42);

    /// <summary>An input of random values that is differentiated by.</summary>
    public Node Variable(Shape shape, double low = -1.5, double high = 1.5) => Variable(shape, Random(shape, low, high));

    /// <summary>An input of given values that is differentiated by.</summary>
    public Node Variable(Shape shape, params double[] values)
    {
        var node = Fixed(shape, values);
        Variables.Add(node);
        return node;
    }

    /// <summary>An input that is not differentiated by.</summary>
    public Node Fixed(Shape shape, params double[] values)
    {
        var label = $"x{Values.Count}";
        Values[label] = values;
        return Graph.Input(label, shape);
    }

    /// <summary>A parameter of random values that is differentiated by.</summary>
    public Node Parameter(Shape shape, double low = -1.5, double high = 1.5)
    {
        var node = Graph.Parameter($"p{Values.Count}", shape, (_, _) => { });
        Values[Graph.Layout.Entries[^1].Name] = Random(shape, low, high);
        Variables.Add(node);
        return node;
    }

    /// <summary>A parameter of random values that is never trained.</summary>
    public Node FixedParameter(Shape shape)
    {
        var node = Graph.FixedParameter($"p{Values.Count}", shape, (_, _) => { });
        Values[Graph.Layout.Entries[^1].Name] = Random(shape, -1.5, 1.5);
        return node;
    }

    /// <summary>Random floats.</summary>
    public double[] Random(Shape shape, double low, double high)
    {
        var values = new double[shape.Count];
        for (var i = 0; i < values.Length; i++) values[i] = (float)random.Uniform(low, high);
        return values;
    }

    /// <summary>An oracle on the values as they stand.</summary>
    public Interpreter Interpret() => new(Values, parameter => Values[parameter], Rng);

    /// <summary>The values in a buffer of the graph's parameters.</summary>
    public ParameterBuffer Weights()
    {
        var weights = new ParameterBuffer(Graph.Layout);
        foreach (var entry in Graph.Layout.Entries)
            for (var i = 0; i < entry.Shape.Count; i++) weights[entry.Name][i] = (float)Values[entry.Name][i];
        return weights;
    }

    /// <summary>Fills the inputs that a program reads.</summary>
    public void Fill(CompiledGraph program)
    {
        foreach (var (label, values) in Values)
        {
            if (!program.HasInput(label)) continue;
            var destination = program.Input(label);
            for (var i = 0; i < values.Length; i++) destination[i] = (float)values[i];
        }
    }
}

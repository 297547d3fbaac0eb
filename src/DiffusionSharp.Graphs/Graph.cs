using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs;

/// <summary>Builds nodes. Equal operations on equal inputs are one node; shapes are checked while building.</summary>
public sealed class Graph
{
    private readonly Dictionary<NodeKey, Node> known = [];
    private readonly Dictionary<string, Node> inputs = [];
    private readonly Dictionary<string, Node> parameters = [];
    private readonly List<Node> nodes = [];
    private string scope = "";
    private bool differentiating;
    private int dropouts;

    /// <summary>All nodes in building order.</summary>
    public IReadOnlyList<Node> Nodes => nodes;

    /// <summary>Names and shapes of the parameters, in the order they were made.</summary>
    public ParameterLayout Layout { get; } = new();

    /// <summary>Parameter nodes in the layout's order.</summary>
    public IReadOnlyList<Node> Parameters => [.. Layout.Entries.Select(e => parameters[e.Name])];

    /// <summary>Memory that the caller fills before a run.</summary>
    /// <param name="name">Not taken by another input of this graph.</param>
    /// <param name="shape">Any shape.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public Node Input(string name, Shape shape)
    {
        if (inputs.ContainsKey(name)) throw new ArgumentException($"Input: the name '{name}' is taken.", nameof(name));
        return inputs[name] = Build(new Input(name), shape);
    }

    /// <summary>A trained value. Its full name is the scope's and its own.</summary>
    /// <param name="name">Not taken in this scope; empty for the scope's own name.</param>
    /// <param name="shape">Any shape.</param>
    /// <param name="initializer">How training begins.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public Node Parameter(string name, Shape shape, Initializer initializer) => Parameter(name, shape, initializer, trained: true);

    /// <summary>
    /// A value that belongs to the weights and their files but is drawn once and stays: no gradient passes it, no optimizer moves or decays
    /// it, it has no share in clipping, and its average is itself.
    /// </summary>
    /// <param name="name">Not taken in this scope; empty for the scope's own name.</param>
    /// <param name="shape">Any shape.</param>
    /// <param name="initializer">What it is drawn by, once.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public Node FixedParameter(string name, Shape shape, Initializer initializer) => Op.StopGradient(Parameter(name, shape, initializer, trained: false));

    /// <summary>Values fixed now.</summary>
    /// <param name="values">Any shape; not to be changed afterwards.</param>
    public Node Constant(FloatTensor values) => Build(new Constant(values), values.Shape);

    /// <summary>One number, of shape [].</summary>
    /// <param name="value">Rounded to float32.</param>
    public Node Scalar(double value) => Build(new Scalar((float)value), Shape.Scalar);

    /// <summary>Names what is built until the result is disposed, inside the scope around it.</summary>
    /// <param name="name">Added to the name of the scope around it after a dot; empty adds nothing.</param>
    public ScopeMark Scope(string name)
    {
        var mark = new ScopeMark(this, scope, differentiating);
        scope = Join(scope, name);
        return mark;
    }

    /// <summary>A random stream no other dropout of this graph has.</summary>
    internal int NextDropoutStream() => dropouts++;

    /// <summary>Gives nodes that gradients build the name of the layer they are the gradient of, and marks them.</summary>
    internal ScopeMark ScopeOf(Node node)
    {
        var mark = new ScopeMark(this, scope, differentiating);
        (scope, differentiating) = (node.Scope, true);
        return mark;
    }

    internal Node Build(Operation operation, Shape shape, params Node[] operands)
    {
        foreach (var operand in operands)
            if (operand.Graph != this) throw new ArgumentException($"{operation.Name}: an operand belongs to another graph.");
        var key = new NodeKey(operation, shape, operands);
        if (known.TryGetValue(key, out var same)) return same;
        var node = new Node(this, nodes.Count, operation, shape, operands, scope, differentiating);
        nodes.Add(node);
        known[key] = node;
        return node;
    }

    private Node Parameter(string name, Shape shape, Initializer initializer, bool trained)
    {
        var full = Join(scope, name);
        if (parameters.ContainsKey(full)) throw new ArgumentException($"Parameter: the name '{full}' is taken.", nameof(name));
        return parameters[full] = Build(new Parameter(Layout.Add(full, shape, initializer, trained)), shape);
    }

    private static string Join(string scope, string name) => scope.Length == 0 ? name : name.Length == 0 ? scope : $"{scope}.{name}";

    /// <summary>Ends a scope when disposed.</summary>
    public readonly struct ScopeMark : IDisposable, IEquatable<ScopeMark>
    {
        private readonly Graph graph;
        private readonly string outer;
        private readonly bool outerDifferentiating;

        internal ScopeMark(Graph graph, string outer, bool outerDifferentiating) =>
            (this.graph, this.outer, this.outerDifferentiating) = (graph, outer, outerDifferentiating);

        /// <inheritdoc/>
        public void Dispose() => (graph.scope, graph.differentiating) = (outer, outerDifferentiating);

        /// <inheritdoc/>
        public bool Equals(ScopeMark other) => graph == other.graph && outer == other.outer && outerDifferentiating == other.outerDifferentiating;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is ScopeMark other && Equals(other);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(graph, outer, outerDifferentiating);

        /// <summary>Equality.</summary>
        public static bool operator ==(ScopeMark left, ScopeMark right) => left.Equals(right);

        /// <summary>Inequality.</summary>
        public static bool operator !=(ScopeMark left, ScopeMark right) => !left.Equals(right);
    }

    private readonly struct NodeKey(Operation operation, Shape shape, Node[] operands) : IEquatable<NodeKey>
    {
        private readonly Operation operation = operation;
        private readonly Shape shape = shape;
        private readonly Node[] operands = operands;

        public bool Equals(NodeKey other) => operation.Equals(other.operation) && shape == other.shape && operands.AsSpan().SequenceEqual(other.operands);

        public override bool Equals(object? obj) => obj is NodeKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(operation);
            hash.Add(shape);
            foreach (var operand in operands) hash.Add(operand.Id);
            return hash.ToHashCode();
        }
    }
}

using DiffusionSharp.Graphs;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Networks.Inspection;

/// <summary>One layer of a network.</summary>
/// <param name="Scope">Its dotted name; empty for what stands outside any.</param>
/// <param name="Operation">The operation that costs most.</param>
/// <param name="Output">Shape of the last value that it computes.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="Cost">Arithmetic of one run.</param>
public sealed record LayerSummary(string Scope, string Operation, Shape Output, long Parameters, OperationCost Cost);

/// <summary>Layers, parameters and arithmetic of a network, in the order they are computed.</summary>
/// <remarks>Parameters whose own layer computes nothing, such as <c>to_q</c> where one product takes three weights, count for the layer around it.</remarks>
public sealed class NetworkSummary
{
    private NetworkSummary(IReadOnlyList<LayerSummary> layers)
    {
        Layers = layers;
        Parameters = layers.Sum(l => l.Parameters);
        Cost = layers.Aggregate(default(OperationCost), (sum, l) => sum + l.Cost);
    }

    /// <summary>The layers, each where it is first computed.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>All trained numbers.</summary>
    public long Parameters { get; }

    /// <summary>Arithmetic of one run.</summary>
    public OperationCost Cost { get; }

    /// <summary>Summarises what a node needs, as built: nothing fused, gradients only if the node asks for them.</summary>
    /// <param name="output">What the network computes.</param>
    public static NetworkSummary Of(Node output)
    {
        var live = new SortedDictionary<int, Node>();
        var open = new Stack<Node>([output]);
        while (open.TryPop(out var node))
            if (live.TryAdd(node.Id, node))
                foreach (var input in node.Inputs) open.Push(input);

        var entries = output.Graph.Layout.Entries;
        var steps = live.Values
            .Where(n => n.Operation is not Source)
            .Select(n => new Item(n.Scope, n.Operation.Name, n.Shape, n.Operation.Cost([.. n.Inputs.Select(i => i.Shape)], n.Shape)));
        return Group(steps, live.Values.Select(n => n.Operation).OfType<Parameter>().Select(p => entries[p.Index]));
    }

    /// <summary>Summarises a plan: what a program runs, fused passes under the layer that ends them.</summary>
    /// <param name="plan">What a program runs.</param>
    public static NetworkSummary Of(Plan plan) =>
        Group(plan.Steps.Select(s => new Item(s.Scope, s.Operation.Name, s.Output.Shape, s.Cost())), plan.Layout.Entries);

    private static NetworkSummary Group(IEnumerable<Item> items, IEnumerable<ParameterEntry> parameters)
    {
        var order = new List<string>();
        var layers = new Dictionary<string, (Item Heaviest, Shape Output, OperationCost Cost)>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (!layers.TryGetValue(item.Scope, out var layer))
            {
                order.Add(item.Scope);
                layer = (item, item.Output, default);
            }

            layers[item.Scope] = (item.Cost.Flops > layer.Heaviest.Cost.Flops ? item : layer.Heaviest, item.Output, layer.Cost + item.Cost);
        }

        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var parameter in parameters)
        {
            var scope = Outer(parameter.Name);
            while (scope.Length > 0 && !layers.ContainsKey(scope)) scope = Outer(scope);
            counts[scope] = counts.GetValueOrDefault(scope) + parameter.Shape.Count;
        }

        if (counts.ContainsKey("") && layers.TryAdd("", (new Item("", "", Shape.Scalar, default), Shape.Scalar, default))) order.Insert(0, "");
        return new NetworkSummary([.. order.Select(scope =>
        {
            var (heaviest, output, cost) = layers[scope];
            return new LayerSummary(scope, heaviest.Operation, output, counts.GetValueOrDefault(scope), cost);
        })]);
    }

    private static string Outer(string name) => name.LastIndexOf('.') is >= 0 and var dot ? name[..dot] : "";

    private sealed record Item(string Scope, string Operation, Shape Output, OperationCost Cost);
}

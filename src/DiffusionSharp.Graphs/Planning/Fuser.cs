using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Planning;

/// <summary>
/// Decides which nodes are computed inside another's pass: chains of element-wise nodes,
/// and additions after operations that take them while they write.
/// </summary>
/// <remarks>
/// A node joins its consumer when that is its only one, so that nothing is computed twice. A joined node is computed at its
/// consumer's place in the order, where all of its operands stand.
/// </remarks>
internal sealed class Fuser
{
    // A chain's registers and operands must fit the scratch of the kernel's block.
    private const int MostInstructions = 32;
    private const int MostOperands = 12;

    private readonly IReadOnlyList<Node> live;
    private readonly HashSet<Node> outputs;
    private readonly Dictionary<Node, List<Node>> consumers = [];
    private readonly Dictionary<Node, EpiloguePlan> epilogues = [];
    private readonly HashSet<Node> joined = [];

    public Fuser(IReadOnlyList<Node> live, IEnumerable<Node> outputs)
    {
        this.live = live;
        this.outputs = [.. outputs];
        foreach (var node in live) consumers[node] = [];
        foreach (var node in live)
            foreach (var input in node.Inputs) consumers[input].Add(node);
        // From the last product backwards: of two that are added, the later takes the sum and reads the earlier as its residual.
        for (var i = live.Count - 1; i >= 0; i--) MatchEpilogue(live[i]);
        JoinChains();
    }

    /// <summary>Whether a node is computed inside another's pass.</summary>
    public bool IsJoined(Node node) => joined.Contains(node);

    /// <summary>The product that a chain of additions ends, and its addends; null where the node is none.</summary>
    public EpiloguePlan? EpilogueAt(Node node) => epilogues.GetValueOrDefault(node);

    /// <summary>Whether a node needs no memory: only element-wise passes read it, and they stretch as they read.</summary>
    public bool IsVirtual(Node node) => (node.Operation.Stretches || node.Operation.Number is not null)
        && !outputs.Contains(node)
        && consumers[node].TrueForAll(c => c.Operation.Pointwise is not null || IsVirtualStretch(c));

    private bool IsVirtualStretch(Node node) => node.Operation.Stretches && IsVirtual(node);

    /// <summary>The node whose memory an element-wise pass reads for this operand.</summary>
    public Node Unstretched(Node node) => IsVirtualStretch(node) ? Unstretched(node.Inputs[0]) : node;

    private bool HasOneConsumer(Node node) => consumers[node].Count == 1 && !outputs.Contains(node);

    private void MatchEpilogue(Node product)
    {
        if (product.Operation.AddendsFor(product.Shape) == Addends.None) return;
        var plan = new EpiloguePlan(product, null, null, null);
        var last = product;
        while (AdditionOf(last, product.Shape) is { } sum)
        {
            var addend = sum.Inputs[0] == last ? sum.Inputs[1] : sum.Inputs[0];
            if (addend == last || Absorb(plan, Unstretched(addend)) is not { } wider) break;
            joined.Add(last);
            (plan, last) = (wider, sum);
        }

        if (last != product) epilogues[last] = plan;
    }

    // The one reader of a value, where that adds something to it and does so in no other pass yet.
    private Node? AdditionOf(Node value, Shape shape) =>
        HasOneConsumer(value) && consumers[value][0] is { Operation.Pointwise: ElementwiseCode.Add } sum && sum.Shape == shape
        && !epilogues.ContainsKey(sum) && !joined.Contains(sum)
            ? sum
            : null;

    private static EpiloguePlan? Absorb(EpiloguePlan plan, Node addend)
    {
        var shape = plan.Product.Shape;
        var channels = shape[^1];
        bool Takes(Addends addends, Node? taken) => taken is null && plan.Product.Operation.AddendsFor(shape).HasFlag(addends);
        if (addend.Operation.Number is not null) return null;
        if (addend.Shape == shape) return Takes(Addends.Residual, plan.Residual) ? plan with { Residual = addend } : null;
        var isBias = addend.Shape.Rank > 0 && addend.Shape.Count == channels && addend.Shape[^1] == channels;
        if (isBias) return Takes(Addends.Bias, plan.Bias) ? plan with { Bias = addend } : null;
        var isPerSample = shape.Rank == 4 && addend.Shape == [shape[0], 1, 1, channels];
        return isPerSample && Takes(Addends.PerSample, plan.PerSample) ? plan with { PerSample = addend } : null;
    }

    private void JoinChains()
    {
        var sizes = new Dictionary<Node, (int Instructions, HashSet<Node> Operands)>();
        var chainRoot = new Dictionary<Node, Node>();
        for (var i = live.Count - 1; i >= 0; i--)
        {
            var node = live[i];
            if (node.Operation.Pointwise is null || joined.Contains(node) || epilogues.ContainsKey(node)) continue;
            var root = node;
            if (HasOneConsumer(node) && consumers[node][0].Shape == node.Shape && chainRoot.TryGetValue(consumers[node][0], out var chain)
                && sizes[chain].Instructions < MostInstructions && sizes[chain].Operands.Count + 1 < MostOperands)
            {
                root = chain;
                joined.Add(node);
            }

            chainRoot[node] = root;
            if (!sizes.TryGetValue(root, out var size)) size = (0, []);
            size.Operands.Remove(node);
            foreach (var input in node.Inputs) size.Operands.Add(input);
            sizes[root] = (size.Instructions + 1, size.Operands);
        }
    }
}

/// <summary>A product and what is added to it.</summary>
internal sealed record EpiloguePlan(Node Product, Node? Bias, Node? PerSample, Node? Residual);

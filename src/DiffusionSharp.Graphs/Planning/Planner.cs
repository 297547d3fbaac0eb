using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Planning;

/// <summary>How many floats of scratch an executor wants for an operation; a function of the shapes alone.</summary>
/// <param name="operation">What will be computed.</param>
/// <param name="inputs">Shapes of the operands.</param>
/// <param name="output">Shape of the result.</param>
public delegate int WorkspaceRule(Operation operation, IReadOnlyList<Shape> inputs, Shape output);

/// <summary>What an executor needs for an operation whose operand 1 is packed once; a function of the shapes alone.</summary>
/// <param name="operation">What will be computed.</param>
/// <param name="inputs">Shapes of the operands.</param>
/// <param name="output">Shape of the result.</param>
public delegate Packing PackingRule(Operation operation, IReadOnlyList<Shape> inputs, Shape output);

/// <summary>Time against memory.</summary>
/// <param name="RecomputeAbove">
/// Bytes of values in use at once above which cheap ones are let go in the forward pass and computed again in the backward one, where
/// that lowers the peak; 0: always, <see cref="long.MaxValue"/>: never. The default leaves networks alone that fit beside other programs:
/// computing again costs U-Net S 3 % of its step.
/// </param>
public sealed record PlanOptions(long RecomputeAbove = 640L << 20);

/// <summary>Turns nodes into a plan: what nothing needs is dropped, passes are fused, the order is fixed, memory is shared by lifetime.</summary>
public sealed class Planner
{
    // Before the first pass; floats of a cache line.
    private const int Always = -1, Alignment = 16;

    private readonly List<Node> live;
    private readonly Fuser fuser;
    private readonly Node? update;
    private readonly Dictionary<Node, Operand> places = [];
    private readonly ArenaPacking arena = new();
    private readonly List<PlanStep> steps = [];
    private readonly List<(Operand Place, FloatTensor Values)> constants = [];
    private readonly HashSet<Node> kept = [];
    private readonly HashSet<Node> afterUpdate = [];
    private Dictionary<Node, int> lastUse = [];
    private int persistent;

    private Planner(IReadOnlyDictionary<string, Node> outputs)
    {
        var reached = new SortedDictionary<int, Node>();
        foreach (var output in outputs.Values) Reach(output, reached);
        live = [.. reached.Values];
        fuser = new Fuser(live, outputs.Values);
        var updates = live.Where(n => n.Operation.Update is not null).ToList();
        if (updates.Count > 1) throw new ArgumentException($"Planner: a program trains by one optimizer update, {updates.Count} are reached.", nameof(outputs));
        update = updates.SingleOrDefault();
    }

    /// <summary>Plans the computation of named nodes of one graph, for an executor of which only the needs are known.</summary>
    /// <param name="outputs">What the program must give, by name; at most one optimizer update among all it reaches.</param>
    /// <param name="workspace">Floats of scratch.</param>
    /// <param name="packing">What packed weights need; null: none are packed.</param>
    /// <param name="options">Time against memory; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no outputs, or they belong to different graphs.</exception>
    public static Plan Plan(IReadOnlyDictionary<string, Node> outputs, WorkspaceRule workspace, PackingRule? packing = null, PlanOptions? options = null)
    {
        if (outputs.Count == 0) throw new ArgumentException("Planner: at least one output is needed.", nameof(outputs));
        var graph = outputs.Values.First().Graph;
        if (outputs.Values.Any(o => o.Graph != graph)) throw new ArgumentException("Planner: all outputs belong to one graph.", nameof(outputs));
        return new Planner(outputs).Build(graph, outputs, workspace, packing ?? ((_, _, _) => Packing.None), options ?? new PlanOptions());
    }

    private static void Reach(Node output, SortedDictionary<int, Node> reached)
    {
        var open = new Stack<Node>([output]);
        while (open.TryPop(out var node))
        {
            if (!reached.TryAdd(node.Id, node)) continue;
            foreach (var input in node.Inputs) open.Push(input);
        }
    }

    private Plan Build(Graph graph, IReadOnlyDictionary<string, Node> outputs, WorkspaceRule workspace, PackingRule packing, PlanOptions options)
    {
        var computed = UpdateLast(live.Where(n => n.Operation is not Source && !n.Operation.IsView && !fuser.IsJoined(n) && !fuser.IsVirtual(n)));
        IReadOnlyList<Pass> passes = HoldWeights([.. computed.Select(n => Describe(n, workspace))]);
        if (update is null) passes = WeightPasses.First(passes, packing);
        lastUse = Liveness.LastUse(passes);
        foreach (var output in outputs.Values) kept.Add(Storage(output));

        foreach (var node in live) PlaceSource(node, graph.Layout);
        var copies = PlaceGradients(graph.Layout);
        var held = HoldParameters(outputs.Values);
        var onceSteps = passes.Count(p => p.Phase == Phase.Once);
        foreach (var pass in passes.Take(onceSteps))
            if (kept.Contains(pass.Node) || pass.Operation is Pack || lastUse[pass.Node] >= onceSteps) places[pass.Node] = Persist(pass.Node.Shape);
        passes = Recomputation.Apply(passes, n => kept.Contains(n) || places.ContainsKey(n), options.RecomputeAbove / sizeof(float));
        lastUse = Liveness.LastUse(passes);
        for (var i = 0; i < passes.Count; i++)
        {
            if (passes[i].Node == update) steps.AddRange([.. copies.Select(c => Copy(c.From, c.To)), .. held.Select(h => Copy(h.Key, h.Value))]);
            Emit(passes[i], i);
        }

        var (starts, length) = arena.Pack();
        Operand Settled(Operand place) => place.Region == Region.Arena ? place with { Start = starts[place.Start] } : place;
        PlanStep SettledStep(PlanStep step) => step with
        {
            Inputs = [.. step.Inputs.Select(Settled)],
            Output = Settled(step.Output),
            Workspace = step.Workspace.Shape.Rank == 0 ? default : Settled(step.Workspace),
        };
        return new Plan(
            [.. steps.Select(SettledStep)],
            live.Where(n => n.Operation is Input).ToDictionary(n => ((Input)n.Operation).Label, n => Settled(places[n])),
            outputs.ToDictionary(o => o.Key, o => Settled(held.TryGetValue(o.Value, out var place) ? place : Place(o.Value))),
            [.. constants.Select(c => (Settled(c.Place), c.Values))],
            graph.Layout,
            length,
            update?.Operation.Update,
            persistent,
            onceSteps);
    }

    // All but what reads the update's own result is computed from the weights as they were.
    private List<Node> UpdateLast(IEnumerable<Node> computed)
    {
        if (update is null) return [.. computed];
        afterUpdate.Add(update);
        foreach (var node in live)
            if (node.Inputs.Any(afterUpdate.Contains)) afterUpdate.Add(node);
        return [.. computed.OrderBy(afterUpdate.Contains)];
    }

    // What reads the update's result and a weight too reads that weight as it was: a copy, made before the update.
    private List<Pass> HoldWeights(List<Pass> passes)
    {
        var at = passes.FindIndex(p => p.Node == update);
        if (at < 0) return passes;
        foreach (var weight in passes.Skip(at + 1).SelectMany(p => p.Reads).Where(n => n.Operation is Parameter).Distinct().ToList())
        {
            var copy = new Node(weight.Graph, weight.Id, new BroadcastTo(), weight.Shape, [weight], weight.Scope, false);
            for (var i = at + 1; i < passes.Count; i++)
                if (passes[i].Reads.Contains(weight)) passes[i] = passes[i].Reading(weight, copy);
            passes.Insert(at++, new Pass(copy, [weight], new ChainFusion([]), copy.Operation, 0, Phase.Update));
        }

        return passes;
    }

    private Phase PhaseOf(Node node) => afterUpdate.Contains(node) ? Phase.Update : node.IsGradient ? Phase.Backward : Phase.Forward;

    // So is an output that is a parameter: a copy of it is kept.
    private Dictionary<Node, Operand> HoldParameters(IEnumerable<Node> outputs) =>
        outputs.Distinct().Where(o => update is not null && Storage(o).Operation is Parameter).ToDictionary(o => o, o => InArena(o.Shape, Always));

    private void PlaceSource(Node node, ParameterLayout layout)
    {
        switch (node.Operation)
        {
            case Input:
                places[node] = InArena(node.Shape, Always);
                kept.Add(node);
                break;
            case Parameter { Index: var index }:
                places[node] = new Operand(Region.Weights, layout.Entries[index].Start, node.Shape);
                break;
            case Constant { Values: var values }:
                PlaceConstant(node, values);
                break;
            case Scalar { Value: var value } when !fuser.IsVirtual(node) || IsReadByStep(node):
                PlaceConstant(node, new FloatTensor(node.Shape, [value]));
                break;
        }
    }

    // A number alone in a chain (a fill) is read like any operand.
    private bool IsReadByStep(Node node) => lastUse.ContainsKey(node);

    private void PlaceConstant(Node node, FloatTensor values)
    {
        places[node] = InArena(node.Shape, Always);
        constants.Add((places[node], values));
        kept.Add(node);
    }

    // Gradients stand side by side in the parameters' layout, so that clipping and the optimizer are one pass over flat memory.
    private List<(Node From, Operand To)> PlaceGradients(ParameterLayout layout)
    {
        var copies = new List<(Node, Operand)>();
        if (update is null) return copies;
        // A parameter made after the update is none of its own.
        for (var i = 0; i < update.Inputs.Count - 1; i++)
        {
            var gradient = update.Inputs[i + 1];
            var place = new Operand(Region.Gradients, layout.Entries[i].Start, layout.Entries[i].Shape);
            var source = Storage(gradient);
            if (places.ContainsKey(source) || fuser.IsVirtual(source) || kept.Contains(source)) copies.Add((gradient, place));
            else places[source] = place with { Shape = source.Shape };
        }

        return copies;
    }

    private PlanStep Copy(Node from, Operand to)
    {
        var source = Storage(fuser.Unstretched(from));
        var operand = places[source] with { Shape = fuser.Unstretched(from).Shape };
        return new PlanStep(new BroadcastTo(), from.Scope, [operand], to, default, new ChainFusion([]), Phase.Update);
    }

    private Pass Describe(Node node, WorkspaceRule workspace)
    {
        Pass Of(IReadOnlyList<Node> operands, Fusion? fusion, Operation operation) =>
            new(node, operands, fusion, operation, workspace(operation, [.. operands.Select(o => o.Shape)], node.Shape), PhaseOf(node));

        // A gradient that is a stretched number still has to be read by its copy.
        if (node == update) return Of([.. node.Inputs.Select(fuser.Unstretched)], null, node.Operation);

        if (fuser.EpilogueAt(node) is { } epilogue)
        {
            var operands = new List<Node>(epilogue.Product.Inputs);
            int Index(Node? addend)
            {
                if (addend is null) return -1;
                operands.Add(addend);
                return operands.Count - 1;
            }

            var fusion = new EpilogueFusion(Index(epilogue.Bias), Index(epilogue.PerSample), Index(epilogue.Residual));
            return Of(operands, fusion, epilogue.Product.Operation);
        }

        if (node.Operation.Pointwise is null && !node.Operation.Stretches) return Of([.. node.Inputs], null, node.Operation);
        var chain = new ChainWriter(fuser);
        chain.Write(node);
        return Of(chain.Operands, new ChainFusion(chain.Code()), node.Operation);
    }

    private void Emit(Pass pass, int index)
    {
        var node = pass.Node;
        var inputs = pass.Operands.Select(Place).ToList();
        if (!places.TryGetValue(node, out var output))
        {
            var inherited = pass.InPlace(v => lastUse[v] == index && !kept.Contains(v) && places.TryGetValue(v, out var place) && place.Region == Region.Arena);
            output = inherited is null ? InArena(node.Shape, index) : places[inherited] with { Shape = node.Shape };
            if (inherited is not null) places.Remove(inherited);
            places[node] = output;
        }

        var scratch = default(Operand);
        if (pass.Scratch > 0)
        {
            scratch = InArena([pass.Scratch], index);
            arena.End(scratch.Start, index);
        }

        var packed = pass.Packed is null ? default : places[pass.Packed];
        steps.Add(new PlanStep(pass.Operation, node.Scope, inputs, output, scratch, pass.Fusion, pass.Phase, packed));
        foreach (var dead in pass.Reads.Append(node).Distinct())
        {
            var dies = lastUse.TryGetValue(dead, out var last) ? last == index : dead == node;
            if (!dies || kept.Contains(dead) || !places.TryGetValue(dead, out var place) || place.Region != Region.Arena) continue;
            arena.End(place.Start, index);
            places.Remove(dead);
        }
    }

    // Until all lifetimes are known, a place in the arena is the number of its stretch.
    private Operand InArena(Shape shape, int from) => new(Region.Arena, arena.Add(shape.Count, from), shape);

    private Operand Persist(Shape shape)
    {
        var place = new Operand(Region.Persistent, persistent, shape);
        persistent = checked(persistent + ((shape.Count + Alignment - 1) / Alignment * Alignment));
        return place;
    }

    private static Node Storage(Node node) => Pass.Storage(node);

    private Operand Place(Node node) => places[Storage(node)] with { Shape = node.Shape };
}

using DiffusionSharp.Tensors;

namespace DiffusionSharp.Graphs.Planning;

/// <summary>How many floats of scratch an executor wants for an operation; a function of the shapes alone.</summary>
/// <param name="operation">What will be computed.</param>
/// <param name="inputs">Shapes of the operands.</param>
/// <param name="output">Shape of the result.</param>
public delegate int WorkspaceRule(Operation operation, IReadOnlyList<Shape> inputs, Shape output);

/// <summary>Turns nodes into a plan: what nothing needs is dropped, passes are fused, the order is fixed, memory is shared by lifetime.</summary>
public sealed class Planner
{
    private readonly List<Node> live;
    private readonly Fuser fuser;
    private readonly Node? update;
    private readonly Dictionary<Node, Operand> places = [];
    private readonly Dictionary<Node, int> lastUse = [];
    private readonly ArenaAllocator arena = new();
    private readonly List<PlanStep> steps = [];
    private readonly List<(Operand, FloatTensor)> constants = [];
    private readonly HashSet<Node> kept = [];
    private readonly HashSet<Node> afterUpdate = [];

    private Planner(IReadOnlyDictionary<string, Node> outputs)
    {
        var reached = new SortedDictionary<int, Node>();
        foreach (var output in outputs.Values) Reach(output, reached);
        live = [.. reached.Values];
        fuser = new Fuser(live, outputs.Values);
        var updates = live.Where(n => n.Operation is AdamUpdate).ToList();
        if (updates.Count > 1) throw new ArgumentException($"Planner: a program trains by one optimizer update, {updates.Count} are reached.", nameof(outputs));
        update = updates.SingleOrDefault();
    }

    /// <summary>Plans the computation of named nodes of one graph.</summary>
    /// <param name="outputs">What the program must give, by name; at most one optimizer update among all it reaches.</param>
    /// <param name="workspace">The executor's needs.</param>
    /// <exception cref="ArgumentException">There are no outputs, or they belong to different graphs.</exception>
    public static Plan Plan(IReadOnlyDictionary<string, Node> outputs, WorkspaceRule workspace)
    {
        if (outputs.Count == 0) throw new ArgumentException("Planner: at least one output is needed.", nameof(outputs));
        var graph = outputs.Values.First().Graph;
        if (outputs.Values.Any(o => o.Graph != graph)) throw new ArgumentException("Planner: all outputs belong to one graph.", nameof(outputs));
        return new Planner(outputs).Build(graph, outputs, workspace);
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

    // A reshape is a view: it stands where its operand stands.
    private static Node Storage(Node node) => node.Operation is Reshape ? Storage(node.Inputs[0]) : node;

    private Plan Build(Graph graph, IReadOnlyDictionary<string, Node> outputs, WorkspaceRule workspace)
    {
        var computed = UpdateLast(live.Where(n => n.Operation is not (Input or Parameter or Constant or Scalar or Reshape) && !fuser.IsJoined(n) && !fuser.IsVirtual(n)));
        var reads = computed.Select(Describe).ToList();
        for (var i = 0; i < computed.Count; i++)
            foreach (var operand in reads[i].Operands) lastUse[Storage(operand)] = i;
        foreach (var output in outputs.Values) kept.Add(Storage(output));

        foreach (var node in live) PlaceSource(node, graph.Layout);
        var copies = PlaceGradients(graph.Layout);
        var held = HoldParameters(outputs.Values);
        for (var i = 0; i < computed.Count; i++)
        {
            if (computed[i] == update) steps.AddRange([.. copies.Select(c => Copy(c.From, c.To)), .. held.Select(h => Copy(h.Key, h.Value))]);
            Emit(computed[i], reads[i], i, workspace);
        }

        return new Plan(
            steps,
            live.Where(n => n.Operation is Input).ToDictionary(n => ((Input)n.Operation).Label, n => places[n]),
            outputs.ToDictionary(o => o.Key, o => held.TryGetValue(o.Value, out var place) ? place : Place(o.Value)),
            constants,
            graph.Layout,
            arena.Length,
            update is not null);
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

    private Phase PhaseOf(Node node) => afterUpdate.Contains(node) ? Phase.Update : node.IsGradient ? Phase.Backward : Phase.Forward;

    // So is an output that is a parameter: a copy of it is kept.
    private Dictionary<Node, Operand> HoldParameters(IEnumerable<Node> outputs) =>
        outputs.Distinct().Where(o => update is not null && Storage(o).Operation is Parameter).ToDictionary(o => o, o => new Operand(Region.Arena, arena.Take(o.Shape.Count), o.Shape));

    private void PlaceSource(Node node, ParameterLayout layout)
    {
        switch (node.Operation)
        {
            case Input:
                places[node] = new Operand(Region.Arena, arena.Take(node.Shape.Count), node.Shape);
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
        places[node] = new Operand(Region.Arena, arena.Take(node.Shape.Count), node.Shape);
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

    private Reading Describe(Node node)
    {
        if (node == update)
        {
            // A gradient that is a stretched number still has to be read by its copy.
            return new Reading([.. node.Inputs.Select(fuser.Unstretched)], null, node.Operation);
        }

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
            return new Reading(operands, fusion, epilogue.Product.Operation);
        }

        if (node.Operation is not (Elementwise or BroadcastTo)) return new Reading([.. node.Inputs], null, node.Operation);
        var chain = new ChainWriter(fuser);
        chain.Write(node);
        return new Reading(chain.Operands, new ChainFusion(chain.Code()), node.Operation);
    }

    private void Emit(Node node, Reading reading, int index, WorkspaceRule workspace)
    {
        var inputs = reading.Operands.Select(Place).ToList();
        if (!places.TryGetValue(node, out var output))
        {
            var inherited = InPlace(node, reading, index);
            output = new Operand(Region.Arena, inherited is null ? arena.Take(node.Shape.Count) : places[inherited].Start, node.Shape);
            if (inherited is not null) places.Remove(inherited);
            places[node] = output;
        }

        var scratch = default(Operand);
        var wanted = workspace(reading.Operation, [.. inputs.Select(o => o.Shape)], node.Shape);
        if (wanted > 0)
        {
            scratch = new Operand(Region.Arena, arena.Take(wanted), [wanted]);
            arena.Free(scratch.Start);
        }

        steps.Add(new PlanStep(reading.Operation, node.Scope, inputs, output, scratch, reading.Fusion, PhaseOf(node)));
        foreach (var dead in reading.Operands.Select(Storage).Append(node).Distinct())
        {
            var dies = lastUse.TryGetValue(dead, out var last) ? last == index : dead == node;
            if (!dies || kept.Contains(dead) || !places.TryGetValue(dead, out var place) || place.Region != Region.Arena) continue;
            arena.Free(place.Start);
            places.Remove(dead);
        }
    }

    // The operand whose memory the result may take over: same size, dying here, and read before it is written.
    private Node? InPlace(Node node, Reading reading, int index)
    {
        foreach (var operand in Candidates(reading))
        {
            var storage = Storage(operand);
            if (operand.Shape == node.Shape && !kept.Contains(storage) && lastUse[storage] == index && places.TryGetValue(storage, out var place) && place.Region == Region.Arena
                && reading.Operands.Count(o => Storage(o) == storage) == 1) return storage;
        }

        return null;
    }

    private static IEnumerable<Node> Candidates(Reading reading) => (reading.Fusion, reading.Operation) switch
    {
        (ChainFusion, _) => reading.Operands,
        (EpilogueFusion { Residual: >= 0 and var residual }, _) => [reading.Operands[residual]],
        (_, GroupNormApply) => [reading.Operands[0]],
        (_, GroupNormGradInput) => [reading.Operands[4]],
        _ => [],
    };

    private Operand Place(Node node) => places[Storage(node)] with { Shape = node.Shape };

    private sealed record Reading(IReadOnlyList<Node> Operands, Fusion? Fusion, Operation Operation);
}

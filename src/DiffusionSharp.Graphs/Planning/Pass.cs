using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Graphs.Planning;

/// <summary>A step before it has a place: one pass over memory that computes a node, with all that is fused into it.</summary>
internal sealed class Pass
{
    public Pass(Node node, IReadOnlyList<Node> operands, Fusion? fusion, Operation operation, int scratch, Phase phase, Node? packed = null)
    {
        (Node, Operands, Fusion, Operation, Scratch, Phase, Packed) = (node, operands, fusion, operation, scratch, phase, packed);
        Reads = [.. operands.Select(Storage).Distinct()];
    }

    /// <summary>The value.</summary>
    public Node Node { get; }

    /// <summary>What is read; may be views.</summary>
    public IReadOnlyList<Node> Operands { get; }

    /// <summary>The values read, each once.</summary>
    public IReadOnlyList<Node> Reads { get; }

    public Fusion? Fusion { get; }

    public Operation Operation { get; }

    /// <summary>Floats of scratch.</summary>
    public int Scratch { get; }

    public Phase Phase { get; }

    /// <summary>Operand 1 as the executor wants it, if it does.</summary>
    public Node? Packed { get; }

    /// <summary>The value whose memory a node is seen in: a reshape is a view, it stands where its operand stands.</summary>
    public static Node Storage(Node node) => node.Operation.IsView ? Storage(node.Inputs[0]) : node;

    /// <summary>The same pass with one value read in another's stead.</summary>
    public Pass Reading(Node other, Node instead) =>
        new(Node, [.. Operands.Select(o => Replace(o, other, instead))], Fusion, Operation, Scratch, Phase, Packed);

    /// <summary>
    /// The operand whose memory the result may take over: of its size, and read at a position before that position is written.
    /// Whether it dies here is the caller's to say.
    /// </summary>
    public Node? InPlace(Func<Node, bool> dies)
    {
        foreach (var operand in Candidates())
        {
            var storage = Storage(operand);
            if (operand.Shape == Node.Shape && Operands.Count(o => Storage(o) == storage) == 1 && dies(storage)) return storage;
        }

        return null;
    }

    private IReadOnlyList<Node> Candidates() => (Fusion, Operation.InPlace) switch
    {
        (ChainFusion, _) => Operands,
        (_, >= 0 and var operand) => [Operands[operand]],
        (EpilogueFusion { Residual: >= 0 and var residual }, _) => [Operands[residual]],
        _ => [],
    };

    private static Node Replace(Node node, Node other, Node instead)
    {
        if (node == other) return instead;
        if (!node.Operation.IsView || Storage(node) != other) return node;
        return new Node(node.Graph, node.Id, node.Operation, node.Shape, [Replace(node.Inputs[0], other, instead)], node.Scope, node.IsGradient);
    }
}

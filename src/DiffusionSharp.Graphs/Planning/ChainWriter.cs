using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Graphs.Planning;

/// <summary>Writes the instructions of a fused element-wise expression, operands before results.</summary>
internal sealed class ChainWriter(Fuser fuser)
{
    private const int Number = int.MinValue;
    private readonly List<Node> operands = [];
    private readonly List<(ElementwiseCode Code, int Left, int Right, float Constant)> instructions = [];
    private readonly Dictionary<Node, int> results = [];

    /// <summary>What the expression reads.</summary>
    public IReadOnlyList<Node> Operands => operands;

    /// <summary>Adds a node that must be computed here; the last one written is the result.</summary>
    public void Write(Node root)
    {
        if (root.Operation.Stretches) Operand(fuser.Unstretched(root.Inputs[0]));
        else Compute(root);
    }

    /// <summary>The instructions, with operands numbered first and results after them.</summary>
    public IReadOnlyList<ElementwiseInstruction> Code() =>
        [.. instructions.Select(i => new ElementwiseInstruction(i.Code, Register(i.Left), Register(i.Right), i.Constant))];

    // While writing, operand k is −1 − k and result k is k: the number of operands is not known yet.
    private int Register(int written) => written == Number ? -1 : written < 0 ? -1 - written : operands.Count + written;

    private int Compute(Node node)
    {
        if (results.TryGetValue(node, out var known)) return known;
        float? constant = null;
        int Read(Node input)
        {
            // An instruction carries one number; a second one, or that of a unary, is read from memory.
            if (input.Operation.Number is { } value && node.Inputs.Count > 1 && constant is null)
            {
                constant = value;
                return Number;
            }

            var isPart = fuser.IsJoined(input) && input.Operation.Pointwise is not null && fuser.EpilogueAt(input) is null;
            return isPart ? Compute(input) : Operand(fuser.Unstretched(input));
        }

        var left = Read(node.Inputs[0]);
        var right = node.Inputs.Count > 1 ? Read(node.Inputs[1]) : Number;
        instructions.Add((node.Operation.Pointwise!.Value, left, right, constant ?? 0));
        return results[node] = instructions.Count - 1;
    }

    private int Operand(Node node)
    {
        var index = operands.IndexOf(node);
        if (index < 0)
        {
            index = operands.Count;
            operands.Add(node);
        }

        return -1 - index;
    }
}

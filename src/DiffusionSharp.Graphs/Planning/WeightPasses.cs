using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Graphs.Planning;

/// <summary>Finds what depends on parameters and constants alone and moves it to the front, to be done once for many runs.</summary>
/// <remarks>Only for programs that do not train. A value larger than what it is made of, such as a stretched bias, is cheaper made anew than kept.</remarks>
internal static class WeightPasses
{
    /// <summary>The passes, those of weights alone first; products whose executor packs weights are given a pass that packs them.</summary>
    /// <param name="passes">In order.</param>
    /// <param name="packing">What a packed operand 1 needs.</param>
    public static IReadOnlyList<Pass> First(IReadOnlyList<Pass> passes, PackingRule packing)
    {
        var made = new HashSet<Node>();
        List<Pass> once = [], each = [];
        foreach (var pass in passes)
        {
            var ofWeights = !pass.Operation.Draws && pass.Reads.All(IsFixed) && pass.Node.Shape.Count <= pass.Reads.Sum(v => (long)v.Shape.Count);
            if (ofWeights)
            {
                made.Add(pass.Node);
                once.Add(new Pass(pass.Node, pass.Operands, pass.Fusion, pass.Operation, pass.Scratch, Phase.Once));
                continue;
            }

            each.Add(pass.Operation.TakesPacked && IsFixed(Pass.Storage(pass.Operands[1])) ? WithPacked(pass) : pass);
        }

        return [.. once, .. each];

        bool IsFixed(Node value) => value.Operation is Source { Stays: true } || made.Contains(value);

        Pass WithPacked(Pass pass)
        {
            var needs = packing(pass.Operation, [.. pass.Operands.Select(o => o.Shape)], pass.Node.Shape);
            if (needs.Length == 0) return pass;
            var weights = pass.Operands[1];
            var pack = new Pack(pass.Operation, pass.Operands[0].Shape, pass.Node.Shape);
            // Weights that two products of the same shapes read are packed once.
            var packed = once.Find(p => p.Operation.Equals(pack) && p.Operands[0] == weights)?.Node;
            if (packed is null)
            {
                packed = new Node(weights.Graph, weights.Id, pack, [needs.Length], [weights], pass.Node.Scope, false);
                once.Add(new Pass(packed, [weights], null, pack, 0, Phase.Once));
            }

            return new Pass(pass.Node, pass.Operands, pass.Fusion, pass.Operation, needs.Workspace, pass.Phase, packed);
        }
    }
}

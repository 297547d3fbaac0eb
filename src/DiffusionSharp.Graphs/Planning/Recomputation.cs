namespace DiffusionSharp.Graphs.Planning;

/// <summary>
/// Lets cheap values of the forward pass go and computes them again just before the backward pass reads them: the same kernel on
/// the same values, so the same bits; a dropout mask draws from the same stream.
/// </summary>
/// <remarks>
/// The rule, from shapes alone. Cheap are element-wise chains and what says so of itself. Such a value is computed again if the memory
/// that lets go, less what its own operands must be kept for it, is at least a share of the memory traffic of computing it again; and then
/// only if the most memory in use at once is higher without.
/// After Chen et al. 2016, arXiv:1604.06174, who drop whole segments; here nothing dear is computed twice.
/// </remarks>
internal sealed class Recomputation
{
    // Bytes let go for each byte moved; a value that is small beside the peak is not worth a step.
    private const double LeastSavedPerMoved = 1.0 / 4, LeastShareOfPeak = 1.0 / 1024;

    private readonly IReadOnlyList<Pass> passes;
    private readonly Func<Node, bool> stays;
    private readonly Dictionary<Node, Pass> computedBy;

    private Recomputation(IReadOnlyList<Pass> passes, Func<Node, bool> stays)
    {
        (this.passes, this.stays) = (passes, stays);
        computedBy = passes.ToDictionary(p => p.Node);
    }

    /// <summary>Adds passes that compute again.</summary>
    /// <param name="passes">In order.</param>
    /// <param name="stays">Values that have a place of their own, or must outlive the run.</param>
    /// <param name="above">Where the most memory in use at once is at most this many floats, nothing is computed again.</param>
    public static IReadOnlyList<Pass> Apply(IReadOnlyList<Pass> passes, Func<Node, bool> stays, long above)
    {
        var peak = Liveness.Peak(passes, stays);
        return peak <= above || passes.Count == 0 ? passes : new Recomputation(passes, stays).Choose(peak);
    }

    private IReadOnlyList<Pass> Choose(long peak)
    {
        var least = (long)(peak * LeastShareOfPeak);
        // Latest first: a consumer is rewritten before its operands, and what lies nearest the loss helps least.
        bool MayGo(Pass p) => p.Phase == Phase.Forward && IsCheap(p) && !stays(p.Node) && p.Node.Shape.Count > least;
        List<Node> candidates = [.. passes.TakeWhile(p => p.Phase <= Phase.Forward).Where(MayGo).Select(p => p.Node).Reverse()];
        var chosen = candidates.ToHashSet();
        var best = Rewrite(candidates, chosen);
        var reached = Liveness.Peak(best, stays);
        foreach (var candidate in candidates)
        {
            chosen.Remove(candidate);
            var without = Rewrite(candidates, chosen);
            var withoutIt = Liveness.Peak(without, stays);
            if (withoutIt <= reached) (best, reached) = (without, withoutIt);
            else chosen.Add(candidate);
        }

        return reached < peak ? best : passes;
    }

    private static bool IsCheap(Pass pass) => pass.Fusion is ChainFusion || pass.Operation.IsCheap;

    private List<Pass> Rewrite(List<Node> candidates, HashSet<Node> chosen)
    {
        var rewritten = passes.ToList();
        foreach (var value in candidates.Where(chosen.Contains)) ComputeAgain(rewritten, value);
        return rewritten;
    }

    private void ComputeAgain(List<Pass> list, Node value)
    {
        // Not for a reader after the update alone: it would be computed from other weights.
        var late = list.FindIndex(p => p.Phase is Phase.Recompute or Phase.Backward && p.Reads.Contains(value));
        if (late < 0) return;
        var again = new List<Pass>();
        var (copy, kept, moved) = Copy(list, value, late, again);
        var saved = value.Shape.Count - kept;
        if (saved <= 0 || saved < LeastSavedPerMoved * moved) return;
        for (var i = late; i < list.Count; i++)
            if (list[i].Reads.Contains(value)) list[i] = list[i].Reading(value, copy);
        list.InsertRange(late, again);
        // What only the backward pass reads is not computed twice but later.
        if (!list.Exists(p => p.Reads.Contains(value))) list.RemoveAll(p => p.Node == value);
    }

    // The passes that give the value once more before position `late`; floats of operands that live longer for it; floats moved.
    private (Node Copy, long Kept, long Moved) Copy(List<Pass> list, Node value, int late, List<Pass> again)
    {
        var pass = computedBy[value];
        long kept = 0, moved = (pass.Fusion is ChainFusion chain ? Math.Max(1, chain.Code.Count) : 1) * (long)value.Shape.Count;
        var copied = pass;
        foreach (var operand in pass.Reads)
        {
            moved += operand.Shape.Count;
            if (!computedBy.TryGetValue(operand, out var source) || stays(operand) || list.FindLastIndex(p => p.Reads.Contains(operand)) >= late) continue;
            var deeper = new List<Pass>();
            var (copy, keptBelow, movedBelow) = IsCheap(source) ? Copy(list, operand, late, deeper) : (operand, operand.Shape.Count, 0);
            if (keptBelow >= operand.Shape.Count)
            {
                kept += operand.Shape.Count;
                continue;
            }

            again.AddRange(deeper);
            (kept, moved, copied) = (kept + keptBelow, moved + movedBelow, copied.Reading(operand, copy));
        }

        var node = new Node(value.Graph, value.Id, value.Operation, value.Shape, [.. value.Inputs], value.Scope, value.IsGradient);
        again.Add(new Pass(node, copied.Operands, pass.Fusion, pass.Operation, pass.Scratch, Phase.Recompute));
        return (node, kept, moved);
    }
}

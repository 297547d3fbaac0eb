namespace DiffusionSharp.Graphs.Planning;

/// <summary>From when to when the values of passes are needed.</summary>
internal static class Lifetimes
{
    /// <summary>The last pass that reads each value.</summary>
    public static Dictionary<Node, int> LastUse(IReadOnlyList<Pass> passes)
    {
        var last = new Dictionary<Node, int>();
        for (var i = 0; i < passes.Count; i++)
            foreach (var value in passes[i].Reads) last[value] = i;
        return last;
    }

    /// <summary>The most floats of values and scratch in use during any one pass; values that stay elsewhere or always do not count.</summary>
    public static long Peak(IReadOnlyList<Pass> passes, Func<Node, bool> stays)
    {
        var lastUse = LastUse(passes);
        long live = 0, peak = 0;
        var standing = new HashSet<Node>();
        for (var i = 0; i < passes.Count; i++)
        {
            var pass = passes[i];
            var inherited = stays(pass.Node) ? null : pass.InPlace(v => standing.Contains(v) && lastUse[v] == i);
            if (inherited is not null) live -= inherited.Shape.Count;
            if (!stays(pass.Node) && standing.Add(pass.Node)) live += pass.Node.Shape.Count;
            peak = Math.Max(peak, live + pass.Scratch);
            foreach (var value in pass.Reads)
                if (standing.Contains(value) && lastUse[value] == i && standing.Remove(value) && value != inherited) live -= value.Shape.Count;
            if (!lastUse.ContainsKey(pass.Node) && standing.Remove(pass.Node)) live -= pass.Node.Shape.Count;
        }

        return peak;
    }
}

namespace DiffusionSharp.Graphs.Planning;

/// <summary>From when to when values are needed, and what that needs at least, wherever they stand.</summary>
public static class Liveness
{
    /// <summary>The most floats of the arena that hold a value still to be read, or scratch in use, during any one step.</summary>
    /// <remarks>No placement of these values in this order needs less; the arena's length over this is what placing them costs.</remarks>
    /// <param name="plan">Values with their places.</param>
    public static long Peak(Plan plan)
    {
        // What the caller fills and what is constant stands always, whoever reads it.
        var always = plan.Inputs.Values.Concat(plan.Constants.Select(c => c.Place)).SelectMany(InArena).ToHashSet();
        IEnumerable<Stretch> Moving(Operand place) => InArena(place).Where(s => !always.Contains(s));
        var uses = plan.Steps.Select(s =>
        {
            var scratch = s.Workspace.Shape.Rank > 0 ? s.Workspace.Shape.Count : 0;
            return new Use<Stretch>([.. Moving(s.Output)], [.. s.Inputs.SelectMany(Moving)], scratch);
        });
        return always.Sum(s => (long)s.Length) + Peak([.. uses], plan.Outputs.Values.SelectMany(Moving), s => s.Length);
    }

    /// <summary>The same of passes whose values have no places yet.</summary>
    /// <param name="passes">In order.</param>
    /// <param name="stays">Values that have a place of their own, or always one: they do not count.</param>
    internal static long Peak(IReadOnlyList<Pass> passes, Func<Node, bool> stays)
    {
        var lastUse = LastUse(passes);

        // A value that takes over the memory of an operand counts as that one still.
        var memory = new Dictionary<Node, Node>();
        var uses = new List<Use<Node>>(passes.Count);
        foreach (var (i, pass) in passes.Index())
        {
            Node[] read = [.. pass.Reads.Where(memory.ContainsKey).Select(v => memory[v])];
            if (!stays(pass.Node))
            {
                var inherited = pass.InPlace(v => memory.ContainsKey(v) && lastUse[v] == i);
                memory[pass.Node] = inherited is null ? pass.Node : memory[inherited];
            }

            uses.Add(new Use<Node>(memory.TryGetValue(pass.Node, out var written) ? [written] : [], read, pass.Scratch));
        }

        return Peak(uses, [], n => n.Shape.Count);
    }

    /// <summary>The last pass that reads each value.</summary>
    /// <param name="passes">In order.</param>
    internal static Dictionary<Node, int> LastUse(IReadOnlyList<Pass> passes)
    {
        var last = new Dictionary<Node, int>();
        for (var i = 0; i < passes.Count; i++)
            foreach (var value in passes[i].Reads) last[value] = i;
        return last;
    }

    // Followed from the last reader, which for outputs is the caller, back to the writer.
    private static long Peak<T>(IReadOnlyList<Use<T>> uses, IEnumerable<T> outputs, Func<T, long> length)
    {
        var live = new HashSet<T>();
        long floats = 0, peak = 0;
        void Add(IEnumerable<T> values)
        {
            foreach (var value in values)
                if (live.Add(value)) floats += length(value);
        }

        Add(outputs);
        for (var i = uses.Count - 1; i >= 0; i--)
        {
            var use = uses[i];
            Add(use.Written);
            Add(use.Read);
            peak = Math.Max(peak, floats + use.Scratch);

            // What is read here too is written in place, and was there before.
            foreach (var value in use.Written.Except(use.Read))
                if (live.Remove(value)) floats -= length(value);
        }

        return peak;
    }

    private static IEnumerable<Stretch> InArena(Operand place) =>
        place.Region == Region.Arena && place.Shape.Count > 0 ? [new Stretch(place.Start, place.Shape.Count)] : [];

    // What one step does with memory.
    private readonly record struct Use<T>(T[] Written, T[] Read, long Scratch);

    private readonly record struct Stretch(int Start, int Length);
}

namespace DiffusionSharp.Graphs.Planning;

/// <summary>What a plan's values need at least, wherever they stand.</summary>
public static class Liveness
{
    /// <summary>The most floats of the arena that hold a value still to be read, or scratch in use, during any one step.</summary>
    /// <remarks>No placement of these values in this order needs less; the arena's length over this is what placing them costs.</remarks>
    public static long Peak(Plan plan)
    {
        // Sources stand always; the rest is followed from its last reader, which for outputs is the caller, back to its writer.
        var always = new HashSet<Stretch>();
        foreach (var place in plan.Inputs.Values.Concat(plan.Constants.Select(c => c.Place))) Add(always, place);
        var standing = always.Sum(s => (long)s.Length);
        var live = new HashSet<Stretch>();
        foreach (var place in plan.Outputs.Values) Add(live, place);
        long peak = standing;
        foreach (var step in plan.Steps.Reverse())
        {
            Add(live, step.Output);
            var output = live.Where(s => s == Of(step.Output)).ToList();
            foreach (var input in step.Inputs) Add(live, input);
            var scratch = step.Workspace.Shape.Rank > 0 ? step.Workspace.Shape.Count : 0;
            peak = Math.Max(peak, standing + scratch + live.Where(s => !always.Contains(s)).Sum(s => (long)s.Length));
            if (!step.Inputs.Any(i => Of(i) == Of(step.Output))) live.ExceptWith(output);
        }

        return peak;
    }

    private static void Add(HashSet<Stretch> set, Operand place)
    {
        if (place.Region == Region.Arena && place.Shape.Count > 0) set.Add(Of(place));
    }

    private static Stretch Of(Operand place) => new(place.Region, place.Start, place.Shape.Count);

    private readonly record struct Stretch(Region Region, int Start, int Length);
}

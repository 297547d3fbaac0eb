using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;

namespace DiffusionSharp.Graphs.Tests;

/// <summary>Replays a plan on labels instead of numbers: every operand must still stand whole, as it was written, when it is read.</summary>
internal static class PlanCheck
{
    public static void AssertSound(Plan plan)
    {
        var owners = new Dictionary<Region, int[]>
        {
            [Region.Arena] = new int[plan.ArenaLength],
            [Region.Persistent] = new int[plan.PersistentLength],
            [Region.Weights] = new int[plan.Layout.Length],
            [Region.Gradients] = new int[plan.Layout.Length],
        };
        // Label 0: nothing or scratch; a label names one writing of one value.
        var label = 0;
        var whole = new Dictionary<int, (Region Region, int Start, int Count)>();
        var sources = new List<(Operand Place, int Label, string What)>();

        void Write(Operand place)
        {
            label++;
            whole[label] = (place.Region, place.Start, place.Shape.Count);
            owners[place.Region].AsSpan(place.Start, place.Shape.Count).Fill(label);
        }

        void Source(Operand place, string what)
        {
            foreach (var owner in owners[place.Region].AsSpan(place.Start, place.Shape.Count)) Assert.True(owner == 0, $"{what} shares memory with another source.");
            Write(place);
            sources.Add((place, label, what));
        }

        void Read(Operand place, string what)
        {
            if (place.Shape.Count == 0) return;
            var memory = owners[place.Region].AsSpan(place.Start, place.Shape.Count);
            var owner = memory[0];
            Assert.True(owner != 0, $"{what} reads memory that holds no value.");
            Assert.True(whole[owner] == (place.Region, place.Start, place.Shape.Count), $"{what} reads part of another value.");
            foreach (var o in memory) Assert.True(o == owner, $"{what} reads a value that was partly overwritten.");
        }

        foreach (var entry in plan.Layout.Entries) Source(new Operand(Region.Weights, entry.Start, entry.Shape), entry.Name);
        foreach (var (name, place) in plan.Inputs) Source(place, name);
        foreach (var (place, _) in plan.Constants) Source(place, "a constant");

        // A first run, and one more that finds what is made of the weights alone as the first left it.
        for (var n = 0; n < (2 * plan.Steps.Count) - plan.OnceSteps; n++)
        {
            var i = n < plan.Steps.Count ? n : n - plan.Steps.Count + plan.OnceSteps;
            var step = plan.Steps[i];
            var what = $"step {i} ({step.Operation.Name})";
            for (var k = 0; k < step.Inputs.Count; k++)
            {
                if (step.Operation is not AdamUpdate || k == 0) Read(step.Inputs[k], $"{what}, operand {k},");
                Assert.False(Overlap(step.Inputs[k], step.Workspace), $"{what}: scratch lies on operand {k}.");
                if (Overlap(step.Inputs[k], step.Output)) Assert.True(MayLieOn(step, k), $"{what}: the result lies on operand {k}.");
            }

            if (step.Packed.Shape.Rank > 0) Read(step.Packed, $"{what}, packed operand,");
            Assert.False(Overlap(step.Output, step.Workspace), $"{what}: scratch lies on the result.");
            if (step.Workspace.Shape.Rank > 0) owners[Region.Arena].AsSpan(step.Workspace.Start, step.Workspace.Shape.Count).Clear();
            Write(step.Output);
        }

        foreach (var (name, place) in plan.Outputs) Read(place, $"output {name}");
        foreach (var (place, expected, what) in sources)
            foreach (var owner in owners[place.Region].AsSpan(place.Start, place.Shape.Count)) Assert.True(owner == expected, $"{what} was overwritten.");
    }

    private static bool Overlap(Operand a, Operand b) =>
        b.Shape.Count > 0 && a.Shape.Count > 0 && b != default && a.Region == b.Region && a.Start < b.Start + b.Shape.Count && b.Start < a.Start + a.Shape.Count;

    // In place: the very same floats, read at a position before that position is written.
    private static bool MayLieOn(PlanStep step, int operand) =>
        step.Inputs[operand].Start == step.Output.Start && step.Inputs[operand].Shape == step.Output.Shape && step switch
        {
            { Fusion: ChainFusion } => true,
            { Operation: GroupNormGradInput } => operand == 4,
            { Fusion: EpilogueFusion { Residual: var residual } } => operand == residual,
            { Operation: GroupNormApply } => operand == 0,
            _ => false,
        };
}

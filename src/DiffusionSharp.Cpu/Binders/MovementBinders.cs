using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>Values that only change their place.</summary>
internal static class MovementBinders
{
    /// <summary>The family.</summary>
    public static IReadOnlyList<Binder> All { get; } =
    [
        new Binder<Transpose>(Reordered),
        new Binder<Slice>(Cut) { Method = (_, _) => "copy" },
        new Binder<Pad>(Padded) { Method = (_, _) => "copy" },
        new Binder<Concatenate>(Joined) { Method = (_, _) => "copy" },
    ];

    private static StepAction Reordered(Transpose t, BoundStep step)
    {
        var (shape, permutation) = (step.Call.Inputs[0], t.Permutation.Dimensions.ToArray());
        return _ => Movement.Transpose(step.Inputs[0].Span, step.Output.Span, shape, permutation, step.Parallelism);
    }

    private static StepAction Cut(Slice s, BoundStep step)
    {
        var (rows, row, inner) = Axes.Of(step.Call.Inputs[0], s.Axis);
        var (x, y) = (step.Inputs[0], step.Output);
        var (from, length) = (Math.Min(s.Start * inner, x.Length), step.Call.Output[s.Axis] * inner);
        return _ => Movement.CopyBlocks(x.Span[from..], row * inner, y.Span, length, rows, length, step.Parallelism);
    }

    private static StepAction Padded(Pad s, BoundStep step)
    {
        var (rows, row, inner) = Axes.Of(step.Call.Output, s.Axis);
        var (x, y, p) = (step.Inputs[0], step.Output, step.Parallelism);
        var (before, length, whole) = (s.Before * inner, step.Call.Inputs[0][s.Axis] * inner, row * inner);
        var after = whole - before - length;
        return _ =>
        {
            Movement.ZeroBlocks(y.Span, whole, rows, before, p);
            Movement.CopyBlocks(x.Span, length, y.Span[before..], whole, rows, length, p);
            Movement.ZeroBlocks(y.Span[(before + length)..], whole, rows, after, p);
        };
    }

    private static StepAction Joined(Concatenate c, BoundStep step)
    {
        var (rows, row, inner) = Axes.Of(step.Call.Output, c.Axis);
        var (parts, y, p) = (step.Inputs, step.Output, step.Parallelism);
        int[] lengths = [.. step.Call.Inputs.Select(s => s[c.Axis] * inner)];
        return _ =>
        {
            for (int i = 0, start = 0; i < parts.Length; start += lengths[i], i++)
                Movement.CopyBlocks(parts[i].Span, lengths[i], y.Span[start..], row * inner, rows, lengths[i], p);
        };
    }
}

using DiffusionSharp.Cpu.Kernels;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Graphs.Operations;
using DiffusionSharp.Graphs.Planning;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cpu.Binders;

/// <summary>An optimizer's update on the memories of its program: everything that is trained, in one pass after the norm.</summary>
internal sealed class BoundUpdate
{
    private readonly AdamUpdate update;
    private readonly Parallelism parallelism;
    private readonly BufferSlice rates;
    private readonly BufferSlice norm;
    private readonly BufferSlice weights;
    private readonly BufferSlice gradients;
    private readonly BufferSlice first;
    private readonly BufferSlice second;
    private readonly BufferSlice average;
    private readonly BufferSlice[] more;
    private readonly BufferSlice sum;
    private readonly (int Start, int Length)[] trained;
    private readonly (int Start, int Length)[] constant;

    /// <summary>Opens the memories.</summary>
    public BoundUpdate(AdamUpdate update, BoundStep step)
    {
        (this.update, parallelism, rates, norm) = (update, step.Parallelism, step.Inputs[0], step.Output);
        var (layout, memory) = (step.Plan.Layout, step.Memory);
        BufferSlice Whole(Region region) => memory.At(new Operand(region, 0, [layout.Length]));
        (weights, gradients, first, second) = (Whole(Region.Weights), Whole(Region.Gradients), Whole(Region.FirstMoment), Whole(Region.SecondMoment));
        average = memory.Average is null ? step.Nothing : Whole(Region.Average);
        more = [.. memory.MoreAverages.Select(a => new BufferSlice(a, 0, layout.Length))];
        sum = memory.Accumulated is { } accumulated ? new BufferSlice(accumulated, 0, layout.Length) : gradients;
        (trained, constant) = ([.. layout.TrainedRuns], [.. layout.FixedRuns]);
    }

    /// <summary>The action of the step: the whole update, or one part of it.</summary>
    public StepAction Action() => update.Parts == 1 ? _ => Step() : _ => Part();

    private void Part()
    {
        // Where the loss is not finite, all rates are NaN, the number of the part too: the sum must not become finite again in this step.
        var part = rates.Span[update.PartIndex];
        if (float.IsNaN(part)) sum.Span.Fill(float.NaN);
        else Optimizers.Accumulate(sum.Span, gradients.Span, replace: part == 0, parallelism);
        if (part == update.Parts - 1) Step();
        else norm.Span[0] = float.IsNaN(part) ? float.NaN : 0;
    }

    private void Step()
    {
        // Of the mean over the parts, which is taken in the factor that clipping multiplies gradients with.
        ReadOnlySpan<float> r = rates.Span;
        var size = Math.Sqrt(Optimizers.SumOfSquares(sum.Span, parallelism)) / update.Parts;
        norm.Span[0] = (float)size;
        if (!double.IsFinite(size) || !float.IsFinite(r[0])) return;
        var scale = (size > update.ClipNorm ? update.ClipNorm / (size + 1e-6) : 1) / update.Parts;
        var step = new AdamWStep(r[0], update.Beta1, update.Beta2, update.Epsilon, update.WeightDecay, update.Decoupled, r[1], r[2], scale, r[3]);
        foreach (var run in trained)
        {
            Optimizers.AdamW(Of(weights, run), Of(sum, run), Of(first, run), Of(second, run), Of(average, run), step, parallelism);
            for (var i = 0; i < more.Length; i++) Optimizers.Average(Of(more[i], run), Of(weights, run), r[AdamUpdate.LeastRates + i], parallelism);
        }

        // What is not trained is its own average.
        foreach (var run in constant)
        {
            if (average.Length > 0) Of(weights, run).CopyTo(Of(average, run));
            foreach (var further in more) Of(weights, run).CopyTo(Of(further, run));
        }
    }

    // Without an average there is no part of it.
    private static Span<float> Of(BufferSlice whole, (int Start, int Length) run) => whole.Length == 0 ? [] : whole.Span.Slice(run.Start, run.Length);
}
